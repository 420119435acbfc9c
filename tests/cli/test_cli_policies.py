"""``[policy.NAME]`` on the command line: told at plan, refused at apply, and never passed over."""

import json

import pytest


@pytest.fixture
def grown(applied):
    """Return the applied starter with five nodes more."""
    text = applied.read_text(encoding="utf-8")
    applied.write_text(text.replace("count  = 2", "count  = 7"), encoding="utf-8")
    return applied


def add_policy(path, condition, *lines):
    block = f"[policy.steps]\ncondition = '{condition}'\nerror_message = \"grow in small steps\"\n" + "\n".join(lines)
    path.write_text(path.read_text(encoding="utf-8") + block + "\n", encoding="utf-8")


STEP = "changes.all(c, c.nodes_after - c.nodes_before <= 4)"


def test_a_policy_that_is_not_kept_blocks_with_its_place(poolctl, grown):
    add_policy(grown, STEP)
    blocked = json.loads(poolctl("plan", "-json").stdout)["blocked"]
    assert [(one["code"], one["address"]) for one in blocked] == [("policy", "pool.starter")]
    line = grown.read_text(encoding="utf-8").split("\n").index("[policy.steps]") + 2
    assert f"grow in small steps. [policy.steps], main.pools.toml line {line}: {STEP}" in blocked[0]["detail"]
    ended = poolctl("apply", "--auto-approve")
    assert ended.code == 1
    assert ended.stdout.count("Blocked (policy)") == 1
    assert poolctl("plan", "--detailed-exitcode").code == 2


@pytest.mark.parametrize(
    "condition",
    [
        pytest.param("changes.all(c, c.nodes_after <= 7)", id="nodes"),
        pytest.param("summary.nodes_after - summary.nodes_before <= 5", id="summary"),
        pytest.param('changes.all(c, c.disruption in ["none", "new_nodes"])', id="disruption"),
        pytest.param('changes.filter(c, c.action == "update").all(c, c.fields.all(f, f.path.startsWith("resources")))', id="fields"),
        pytest.param("summary.cards_after <= 0 && summary.cost_after <= 0.0", id="cards and cost"),
        pytest.param('changes.all(c, c.kind != "pool" || c.after.spec.type == "Dedicate")', id="tree"),
        pytest.param("summary.create + summary.delete + summary.replace + summary.forget + summary.move == 0", id="counts"),
    ],
)  # fmt: skip
def test_a_policy_that_is_kept_lets_the_apply_go_on(poolctl, grown, condition):
    add_policy(grown, condition)
    assert poolctl("apply", "--auto-approve").code == 0


def test_a_warning_is_told_and_blocks_nothing(poolctl, grown):
    add_policy(grown, STEP, 'severity = "warning"')
    ended = poolctl("apply", "--auto-approve")
    assert ended.code == 0
    assert "[plan.policy]" in ended.stderr


def test_a_policy_that_cannot_be_judged_blocks(poolctl, grown):
    add_policy(grown, "changes.all(c, c.nodes_aftr <= 7)", 'severity = "warning"')
    blocked = json.loads(poolctl("plan", "-json").stdout)["blocked"]
    assert {one["summary"] for one in blocked} == {"A policy cannot be judged"}
    assert 'The map has no key "nodes_aftr"' in blocked[0]["detail"]
    assert poolctl("apply", "--auto-approve").code == 1


def test_a_saved_plan_is_judged_by_the_policies_of_today(poolctl, grown):
    assert poolctl("plan", "--out", "p.json").code == 0
    add_policy(grown, STEP)
    ended = poolctl("apply", "p.json")
    assert ended.code == 1
    assert "[apply.stale]" in ended.stderr


def test_variables_and_locals_are_read_by_policies(poolctl, grown):
    given = '[variable.most]\ntype = "int"\ndefault = 4\n[locals]\nadd = 0\n'
    grown.write_text(grown.read_text(encoding="utf-8") + given, encoding="utf-8")
    add_policy(grown, "changes.all(c, c.nodes_after - c.nodes_before <= var.most + local.add)")
    assert poolctl("apply", "--auto-approve").code == 1
    assert poolctl("apply", "--auto-approve", "--var", "most=5").code == 0


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        pytest.param("changes.all(c, c.nodes_after <= )", "cannot stand here", id="syntax"),
        pytest.param("change.size() < 3", 'The name "change" is not known here. Did you mean "changes"?', id="name"),
        pytest.param("size(changes)", "It comes to something else than true or false.", id="no truth"),
        pytest.param("size(changes) < var.most", "No file has [variable.most].", id="variable"),
        pytest.param("${true}", "write it without ${ and }", id="expression"),
    ],
)
def test_a_condition_is_compiled_while_the_files_are_checked(poolctl, starter, condition, words):
    add_policy(starter, condition)
    ended = poolctl("validate")
    assert ended.code == 1
    assert words in " ".join(ended.stderr.replace("│", " ").split())


def test_what_is_blocked_by_a_policy_is_left_out_and_the_rest_is_made(poolctl, grown):
    text = grown.read_text(encoding="utf-8")
    grown.write_text(text.replace("[network.main]", '[network.main]\ndescription = "new"'), encoding="utf-8")
    add_policy(grown, STEP)
    ended = poolctl("apply", "--auto-approve", "--skip-blocked")
    assert ended.code == 1
    assert "1 changed" in ended.stdout
