"""Plans for Terraform's readers: other people's programs accept the JSON and count right, their patterns find the text."""

import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
from dataclasses import replace
from pathlib import Path

import pytest
from review_plans import HOSTILE, NPU, PICTURE, PLANS, TRAIN, make_fleet_pool, make_plan
from system_parts import need
from tfsumpy.context import Context
from tfsumpy.plan.analyzer import PlanAnalyzer

from planner.cli.entry import main
from planner.state.documents.plan_document import format_plan as format_document
from planner.views.plan_text import format_plan
from planner.views.terraform_json import format_terraform_json
from planner.views.voices import TERRAFORM

COUNTS = [
    pytest.param("create", {"create": 2, "update": 0, "delete": 0}, id="create"),
    pytest.param("update", {"create": 0, "update": 1, "delete": 0}, id="update"),
    pytest.param("replace", {"create": 1, "update": 0, "delete": 1}, id="replace is both"),
    pytest.param("delete", {"create": 0, "update": 0, "delete": 1}, id="delete"),
    pytest.param("import", {"create": 0, "update": 0, "delete": 0}, id="import"),
    pytest.param("no changes", {"create": 0, "update": 0, "delete": 0}, id="no changes"),
    pytest.param("hostile text", {"create": 0, "update": 1, "delete": 0}, id="hostile text"),
]
POLICY = textwrap.dedent("""
    package main
    import rego.v1
    deny contains msg if {
      some rc in input.resource_changes
      "delete" in rc.change.actions
      msg := sprintf("%s is going to be destroyed (%s)", [rc.address, object.get(rc, "action_reason", "?")])
    }
    warn contains msg if {
      some rc in input.resource_changes
      rc.change.actions == ["update"]
      some i, r in rc.change.after.resources
      r.count > rc.change.before.resources[i].count
      msg := sprintf("%s grows %d -> %d", [rc.address, rc.change.before.resources[i].count, r.count])
    }
""")


def run_python(script, given=""):
    return subprocess.run([sys.executable, "-c", script], input=given, check=False, capture_output=True, text=True)


@pytest.fixture(scope="module")
def rego():
    """Return what asks Rego: its library needs one of the system."""
    need("regopy finds no libatomic.so.1", is_there=run_python("import regopy").returncode == 0)
    return run_python


# In a process of its own: its machine code and that of the CEL library do not bear each other.
ASK_REGO = textwrap.dedent("""
    import sys, json, regopy
    asked = json.load(sys.stdin)
    interpreter = regopy.Interpreter()
    interpreter.add_module("policy", asked["policy"])
    interpreter.set_input(asked["input"])
    print(interpreter.query(asked["query"]))
""")


def build(plan):
    return json.loads(format_terraform_json(plan))


def find_change(plan, address="pool.train"):
    [found] = [one for one in build(plan)["resource_changes"] if one["address"] == address]
    return found


def format_text(plan):
    return format_plan(plan, width=100, colour=False, voice=TERRAFORM)


@pytest.mark.parametrize(("name", "counts"), COUNTS)
def test_tfsumpy_counts_right(name, counts, tmp_path):
    path = tmp_path / "plan.json"
    path.write_text(format_terraform_json(PLANS[name]), encoding="utf-8")
    result = PlanAnalyzer(context=Context()).analyze(Context(), plan_path=str(path))
    assert result.data["change_breakdown"] == counts


@pytest.mark.parametrize(
    ("name", "query", "words"),
    [
        pytest.param("update", "warn", "pool.train grows 3 -> 5", id="growth"),
        pytest.param(
            "delete", "deny", "pool.train is going to be destroyed (delete_because_no_resource_config)", id="delete"
        ),
        pytest.param(
            "replace", "deny", "pool.train is going to be destroyed (replace_because_cannot_update)", id="replace"
        ),
    ],
)
def test_a_rego_policy_reads_it(rego, name, query, words):
    asked = json.dumps({"policy": POLICY, "input": build(PLANS[name]), "query": f"x = data.main.{query}"})
    ended = rego(ASK_REGO, asked)
    assert ended.returncode == 0, ended.stderr
    assert words in ended.stdout


@pytest.fixture
def terraform(tmp_path, monkeypatch):
    """Put a ``terraform`` on PATH that is this tool."""
    script = tmp_path / "bin" / "terraform"
    script.parent.mkdir()
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m planner.cli.entry "$@"\n', encoding="utf-8")
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{script.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_tfreadme_reads_what_it_believes_to_be_terraform(terraform):
    (terraform / "plan.json").write_text(format_document(PICTURE), encoding="utf-8")
    reader = shutil.which("tfreadme", path=str(Path(sys.executable).parent))
    ended = subprocess.run([reader, "plan.json"], check=False, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    report = "".join(path.read_text(encoding="utf-8") for path in terraform.glob("*.md")) + ended.stdout
    assert re.search(r"\| CREATE +\| +2 \|", report)
    assert re.search(r"\| UPDATE +\| +2 \|", report)
    assert re.search(r"\| DELETE +\| +1 \|", report)


@pytest.mark.parametrize(
    ("arguments", "beginning"),
    [
        pytest.param(["show", "-json", "plan.json"], '{\n  "applyable": true,', id="JSON"),
        pytest.param(["show", "-no-color", "plan.json"], "Terraform used the selected providers", id="text"),
        pytest.param(["show", "--compat", "terraform", "plan.json"], "Terraform used the selected", id="asked for"),
        pytest.param(["show", "plan.json"], "poolctl made the following plan", id="own words without it"),
        pytest.param(["show", "plan.json", "-json"], '{\n  "format_version": "1.0"', id="own JSON after the file"),
        pytest.param(["show", "--json", "plan.json"], '{\n  "format_version": "1.0"', id="own JSON with two dashes"),
    ],
)
def test_show_answers_as_terraform_where_it_is_called_so(arguments, beginning, tmp_path, capsys):
    (tmp_path / "plan.json").write_text(format_document(PLANS["update"]), encoding="utf-8")
    assert main(["-C", str(tmp_path), *arguments]) == 0
    assert capsys.readouterr().out.startswith(beginning)


# The patterns of tfcmt (terraform/parser.go) and of Atlantis (models.PlanSuccess), as they stand there.
TFCMT = {
    "create": (r"^ *# (.*) will be created$", ["network.main", "pool.train"]),
    "update": (r"^ *# (.*) will be updated in-place$", ["pool.train"]),
    "delete": (r"^ *# (.*) will be destroyed$", ["pool.train"]),
    "replace": (r"^ *# (.*?)(?: is tainted, so)? must be replaced$", ["pool.train"]),
    "import": (r"^ *# (.*?) will be imported$", ["pool.train"]),
}


@pytest.mark.parametrize("voiced", [pytest.param(True, id="as Terraform"), pytest.param(False, id="in own words")])
@pytest.mark.parametrize("name", [pytest.param(name, id=name) for name in TFCMT])
def test_tfcmt_finds_every_resource(name, voiced):
    pattern, addresses = TFCMT[name]
    own = format_plan(PLANS[name], width=100, colour=False)
    assert re.findall(pattern, format_text(PLANS[name]) if voiced else own, re.MULTILINE) == addresses


@pytest.mark.parametrize(
    ("name", "pattern", "is_there"),
    [
        pytest.param("update", r"(?m)^(Plan: \d|No changes.)", True, id="tfcmt: a plan"),
        pytest.param("no changes", r"(?m)^(Plan: \d|No changes.)", True, id="tfcmt: nothing to do"),
        pytest.param("delete", r"(?m)([1-9][0-9]* to destroy.)", True, id="tfcmt: it destroys"),
        pytest.param("update", r"(?m)([1-9][0-9]* to destroy.)", False, id="tfcmt: it destroys nothing"),
        pytest.param("no changes", r"(?m)^(No changes\.|Plan: 0 to add, 0 to change, 0 to destroy\.)", True, id="tfcmt: empty"),
        pytest.param("update", r"(?m)^([│|] )?(Error: )", False, id="tfcmt: no error"),
        pytest.param("update", r"(?m)^(?:Terraform|OpenTofu) will perform the following actions:$", True, id="tfcmt: head"),
        pytest.param("drift", r"Note: Objects have changed outside of Terraform", True, id="Atlantis: drift"),
        pytest.param("import", r"Plan: (?:(\d+) to import, )?(\d+) to add, (\d+) to change, (\d+) to destroy.", True, id="Atlantis: counts"),
        pytest.param("no changes", r"No changes. (Infrastructure is up-to-date|Your infrastructure matches the configuration).", True, id="Atlantis: nothing to do"),
    ],
)  # fmt: skip
def test_the_patterns_of_readers_of_text_find_their_lines(name, pattern, is_there):
    assert bool(re.search(pattern, format_text(PLANS[name]))) is is_there


@pytest.mark.parametrize("name", [pytest.param(name, id=name) for name in ("create", "update", "replace", "delete")])
def test_terraform_plan_comment_finds_header_block_and_end_of_each_change(name):
    lines = format_text(PLANS[name]).split("\n")
    start = next(at for at, line in enumerate(lines) if line.startswith("  # pool.train"))
    block = next(at for at, line in enumerate(lines) if at > start and re.match(r".*[+-~⇄] (resource|ephemeral)", line))
    assert "    }" in lines[block:]
    assert lines[block].split("{")[0].split()[1:] == ["resource", "pool", '"train"']


def test_unknown_values_are_absent_after_and_true_in_after_unknown():
    change = find_change(PLANS["create"])["change"]
    assert "network" not in change["after"]
    assert (change["after_unknown"]["id"], change["after_unknown"]["network"]) == (True, True)
    assert change["before_sensitive"] is False


def test_a_replace_names_the_path_and_the_reason():
    change = find_change(PLANS["replace"])
    assert change["change"]["actions"] == ["delete", "create"]
    assert change["change"]["replace_paths"] == [["name"]]
    assert change["action_reason"] == "replace_because_cannot_update"


def test_a_replace_that_was_asked_for_says_so():
    plan = replace(PLANS["replace"], inputs=replace(PLANS["replace"].inputs, replace=("pool.train",)))
    assert find_change(plan)["action_reason"] == "replace_by_request"


def test_drift_shows_what_was_seen_and_what_is_live():
    [drift] = build(PLANS["drift"])["resource_drift"]
    assert (drift["change"]["before"]["scope"], drift["change"]["after"]["scope"]) == (["Train", "Infer"], ["Train"])
    assert drift["change"]["before"]["description"] == "the train pool"
    assert drift["change"]["after"]["labels"] == {"owner": "x"}


def test_an_import_names_the_id():
    assert find_change(PLANS["import"])["change"]["importing"] == {"id": "train-p"}


def test_the_value_of_a_secret_is_nowhere():
    before = make_fleet_pool("train", (NPU, 1), annotations={"wandb_api_key": "hunter2"}, scope=["Train"])
    after = make_fleet_pool("train", (NPU, 1), annotations={"wandb_api_key": "correct-horse"}, scope=["Train"])
    plan = make_plan({"pool.train": after}, {"pool.train": before})
    text = format_terraform_json(plan)
    assert re.findall("hunter2|correct-horse", text) == []
    change = find_change(plan)["change"]
    assert change["before"]["annotations"] == {"wandb_api_key": "(hidden)"}
    assert change["after_sensitive"] == {"annotations": {"wandb_api_key": True}}


def test_a_blocked_plan_is_not_applyable():
    document = build(PLANS["shrink blocked"])
    assert (document["applyable"], document["errored"]) == (False, False)
    assert find_change(PLANS["shrink blocked"])["x_blocked"][0]["code"] == "max_disruption"


def test_what_survives_is_in_planned_values_and_what_is_there_in_prior_state():
    document = build(PICTURE)
    planned = [one["address"] for one in document["planned_values"]["root_module"]["resources"]]
    prior = [one["address"] for one in document["prior_state"]["values"]["root_module"]["resources"]]
    assert planned == ["network.main", "pool.eval", "pool.inference", "pool.train"]
    assert prior == ["pool.eval", "pool.old", "pool.train"]
    assert document["configuration"]["root_module"]["resources"][2]["expressions"]["network"] == {
        "references": ["network.main.id", "network.main"]
    }


def test_a_description_of_a_hundred_thousand_characters_stays_data():
    plan = make_plan(
        {"pool.train": TRAIN},
        {
            "pool.train": make_fleet_pool(
                "train", (NPU, 1), annotations={"note": HOSTILE + "A" * 100_000}, scope=["Train"]
            )
        },
    )
    assert format_terraform_json(plan).isascii()
    assert len(find_change(plan)["change"]["before"]["annotations"]["note"]) > 100_000
