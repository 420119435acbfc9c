"""``[[moved]]`` on the command line: shown, approved, made in the state, and nothing sent."""

import json

import pytest


@pytest.fixture
def renamed(applied):
    """Return the applied starter with its pool and network under other names."""
    text = applied.read_text(encoding="utf-8")
    text = text.replace("pool.starter", "pool.first").replace("network.main", "network.own")
    applied.write_text(text, encoding="utf-8")
    return applied


MOVES = '[[moved]]\nfrom = "pool.starter"\nto = "pool.first"\n[[moved]]\nfrom = "network.main"\nto = "network.own"\n'


@pytest.fixture
def moved(renamed):
    """Return the same with the moves that say so."""
    renamed.write_text(renamed.read_text(encoding="utf-8") + MOVES, encoding="utf-8")
    return renamed


def test_a_move_is_shown_with_both_addresses(poolctl, moved):
    ended = poolctl("plan", "--detailed-exitcode")
    assert ended.code == 2
    assert "  # pool.starter has moved to pool.first\n" in ended.stdout
    assert "State only: 2 to move.\n" in ended.stdout
    assert ended.stdout.endswith("\nPlan: 0 to add, 0 to change, 0 to destroy.\n")


def test_a_move_is_in_the_plan_with_the_previous_address(poolctl, moved):
    plan = json.loads(poolctl("plan", "-json").stdout)
    assert plan["summary"]["move"] == 2
    found = {one["address"]: (one["previous_address"], one["action"], one["operations"]) for one in plan["changes"]}
    assert found == {
        "network.own": ("network.main", "no-op", []),
        "pool.first": ("pool.starter", "no-op", []),
    }


def test_a_move_is_made_in_the_state_alone(poolctl, moved, place):
    world = (place / ".poolctl" / "simulator.json").read_text(encoding="utf-8")
    assert poolctl("apply", "--auto-approve").code == 0
    assert poolctl("state", "list").stdout == "network.own\npool.first\n"
    after = json.loads((place / ".poolctl" / "simulator.json").read_text(encoding="utf-8"))
    assert after["pools"] == json.loads(world)["pools"]
    assert poolctl("plan", "--detailed-exitcode").code == 0


def test_a_move_is_asked_for_and_no_answer_is_a_refusal(poolctl, moved):
    assert poolctl("apply").code == 1
    assert poolctl("state", "list").stdout == "network.main\npool.starter\n"


def test_a_saved_plan_makes_its_moves(poolctl, moved):
    assert poolctl("plan", "--out", "p.json").code == 0
    assert poolctl("apply", "p.json").code == 0
    assert poolctl("state", "list").stdout == "network.own\npool.first\n"


def test_only_approved_moves_are_made(poolctl, moved):
    changes = json.loads(poolctl("plan", "-json").stdout)["changes"]
    digest = next(one["digest"] for one in changes if one["address"] == "pool.first")
    assert poolctl("apply", "--expect", digest).code == 1
    assert poolctl("state", "list").stdout == "network.main\npool.first\n"


def test_a_moved_resource_is_changed_as_well(poolctl, moved):
    text = moved.read_text(encoding="utf-8")
    moved.write_text(text.replace("count  = 2", "count  = 3"), encoding="utf-8")
    ended = poolctl("plan")
    assert "  # pool.first will be updated in-place\n  # (moved from pool.starter)\n" in ended.stdout
    assert poolctl("apply", "--auto-approve").code == 0
    assert poolctl("plan", "--detailed-exitcode").code == 0


def test_the_log_says_what_was_moved(poolctl, moved):
    assert poolctl("apply", "--auto-approve").code == 0
    told = poolctl("log").stdout
    assert "move from pool.starter" in told
    assert "complete" in told.split("\n")[0].split()


def test_without_the_move_the_lines_that_say_it_are_shown(poolctl, renamed):
    ended = poolctl("plan")
    assert ended.code == 1
    assert '│ [[moved]]\n│ from = "pool.starter"\n│ to = "pool.first"\n' in ended.stderr


def test_protection_is_kept_where_the_block_goes(poolctl, applied):
    text = applied.read_text(encoding="utf-8")
    protected = text + "[pool.starter.lifecycle]\nprevent_destroy = true\n"
    applied.write_text(protected, encoding="utf-8")
    assert poolctl("apply", "--auto-approve").code == 0
    network = text.partition("[pool.starter]")[0]
    applied.write_text(network + '[[removed]]\nfrom = "pool.starter"\ndestroy = true\n', encoding="utf-8")
    blocked = json.loads(poolctl("plan", "-json").stdout)["blocked"]
    assert [one["code"] for one in blocked if one["code"] == "prevent_destroy"] == ["prevent_destroy"]
    assert poolctl("apply", "--auto-approve", "--allow", "pool.starter=destroys").code == 1
