"""``--quiet``: the result and what is wrong, and nothing else."""

import json

import pytest

LAST = "Plan: 2 to add, 0 to change, 0 to destroy.\n"


def test_a_quiet_plan_is_its_last_line(poolctl, starter):
    assert poolctl("plan").stdout.endswith(LAST)
    for_short = [poolctl("plan", spelling) for spelling in ("--quiet", "-quiet")]
    assert [(one.code, one.stdout, one.stderr) for one in for_short] == [(0, LAST, "")] * 2


def test_a_quiet_plan_is_saved_without_a_word(poolctl, starter, place):
    ended = poolctl("plan", "--quiet", "--out", "plan.json", "--detailed-exitcode")
    assert (ended.code, ended.stdout, ended.stderr) == (2, LAST, "")
    assert json.loads((place / "plan.json").read_text(encoding="utf-8"))["summary"]["create"] == 2


def test_a_quiet_apply_is_how_it_ended(poolctl, starter):
    ended = poolctl("apply", "--quiet", "--auto-approve")
    assert (ended.code, ended.stderr) == (0, "")
    assert ended.stdout == f"{LAST}Apply complete! Resources: 2 added, 0 changed, 0 destroyed.\n"


def test_a_quiet_apply_of_nothing_says_that_it_is_nothing(poolctl, applied):
    ended = poolctl("apply", "--quiet", "--auto-approve")
    assert ended.stdout.startswith("No changes. Your infrastructure matches the configuration.\n")
    assert ended.stderr == ""


def test_quiet_keeps_what_is_wrong(poolctl, starter, applied):
    ended = poolctl("apply", "--quiet", "--auto-approve", "--destroy")
    assert ended.code == 1
    assert ended.stdout == (
        "2 changes are blocked, apply would refuse: pool.starter, network.main.\n"
        "Plan: 0 to add, 0 to change, 2 to destroy.\n"
    )
    assert "[apply.blocked]" in ended.stderr


def test_quiet_changes_no_format_for_programs(poolctl, starter):
    assert poolctl("plan", "--quiet", "-o", "json").stdout == poolctl("plan", "-o", "json").stdout


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        pytest.param("plan --target pool.startr", 'Did you mean "pool.starter"?', id="a target"),
        pytest.param("plan --exclude networkmain", 'Did you mean "network.main"?', id="an exclusion"),
        pytest.param("import pool.startr x", 'Did you mean "pool.starter"?', id="an import"),
        pytest.param("drift adopt pool.startr", 'Did you mean "pool.starter"?', id="a drift"),
        pytest.param("state show pool.startr", 'Did you mean "pool.starter"?', id="a record"),
        pytest.param("plan --taget pool.starter", 'Did you mean "--target"?', id="an option"),
        pytest.param("plan -taget=pool.starter", 'Did you mean "--target"?', id="an option with one dash"),
        pytest.param("plam", 'Did you mean "plan"?', id="a command"),
        pytest.param("state lst", 'Did you mean "list"?', id="a command of a group"),
        pytest.param("plan -o jsn", 'Did you mean "json"?', id="a word of a list"),
        pytest.param("apply -input=false", "--auto-approve says yes beforehand", id="an option of Terraform's"),
        pytest.param("plan -lock=false", "A plan takes no lock", id="another one"),
    ],
)
def test_what_is_mistyped_is_told_with_what_was_meant(poolctl, applied, arguments, hint):
    ended = poolctl(*arguments.split())
    assert (ended.code, ended.stdout) == (1, "")
    assert hint in " ".join(ended.stderr.replace("│", " ").split())


@pytest.mark.parametrize(
    ("name", "word"),
    [
        pytest.param("p.json", "p.json", id="plain"),
        pytest.param("a b;$(id).json", "'a b;$(id).json'", id="what a shell would run"),
        pytest.param("-x.json", "./-x.json", id="what looks like an option"),
    ],
)
def test_the_command_that_applies_a_saved_plan_can_be_typed_as_it_is_told(poolctl, starter, name, word):
    ended = poolctl("plan", f"--out={name}")
    assert ended.code == 0
    assert ended.stderr.endswith(f"poolctl apply {word}\n")
