"""Addresses on the command line: which are there, which are meant, and what is said of one that is not there."""

import pytest


def flatten(text):
    return " ".join(text.replace("│", "").split())


@pytest.mark.parametrize(
    ("patterns", "listed"),
    [
        pytest.param([], "network.main\npool.starter\n", id="all"),
        pytest.param(["pool.starter"], "pool.starter\n", id="one"),
        pytest.param(["pool.*"], "pool.starter\n", id="glob"),
        pytest.param(["pool.*", "network.main"], "network.main\npool.starter\n", id="several"),
    ],
)
def test_the_list_of_the_state_is_narrowed_by_addresses(applied, poolctl, patterns, listed):
    ended = poolctl("state", "list", *patterns)
    assert (ended.code, ended.stdout) == (0, listed)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param(["state", "list", "pool.startr"], 'Did you mean "pool.starter"?', id="state list"),
        pytest.param(["state", "rm", "pool.startr"], 'Did you mean "pool.starter"?', id="state rm, before it asks"),
        pytest.param(["state", "mv", "pool.starter", "pool.starter"], "are the same", id="state mv onto itself"),
        pytest.param(["log", "pool.startr"], 'Did you mean "pool.starter"?', id="log"),
        pytest.param(["nodes", "pool.startr"], 'Did you mean "pool.starter"?', id="nodes"),
        pytest.param(["drift", "pool.startr"], "There is no such address pool.startr matches no address", id="drift"),
        pytest.param(["drift", "adpot", "pool.starter"], 'Did you mean "adopt"?', id="word before an address"),
    ],
)
def test_an_address_that_is_not_there_is_told_with_the_one_that_may_be_meant(applied, poolctl, arguments, words):
    ended = poolctl(*arguments)
    assert (ended.code, ended.stdout) == (1, "")
    assert words in flatten(ended.stderr)
    assert "cannot be asked" not in flatten(ended.stderr)


def test_a_log_of_a_declared_address_that_nothing_was_done_to_is_empty(applied, poolctl):
    applied.write_text(applied.read_text(encoding="utf-8").replace("pool.starter", "pool.other"), encoding="utf-8")
    assert poolctl("log", "pool.other").stdout == "No apply has left a receipt here.\n"


def test_a_permission_for_nobody_is_a_warning(applied, poolctl):
    ended = poolctl("plan", "--allow", "pool.startr=destroys")
    assert ended.code == 0
    assert "Warning: An option names no address" in ended.stderr
    assert "permits nothing: pool.startr matches no address" in flatten(ended.stderr)
    assert 'Did you mean "pool.starter"?' in flatten(ended.stderr)


def test_a_plan_that_is_applied_before_says_so_without_an_id_that_there_is_not(starter, poolctl):
    poolctl("plan", "--out", "p.json")
    assert poolctl("apply", "p.json").code == 0
    assert "The plan is to make pool.starter first, and the state has starter-pool-simulator." in flatten(
        poolctl("apply", "p.json").stderr
    )


def test_the_command_that_applies_a_saved_plan_says_where_it_is(poolctl):
    poolctl("init", "my estate")
    told = poolctl("-C", "my estate", "plan", "--out", "p.json").stderr
    assert told == "Saved the plan to p.json. To make exactly these changes: poolctl -C 'my estate' apply p.json\n"
