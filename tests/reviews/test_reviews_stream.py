"""``--json-into``: the events of plan and apply as lines of Terraform's JSON, beside the text for people."""

import json
from collections import Counter

import pytest
from review_plans import PICTURE, PLANS
from story_site import CPU, Story, make_pool_block, open_story

from planner.core.addresses import Address
from planner.core.changes import Action, Applied, Failed, Skipped, Uncertain, Waiting
from planner.core.diagnostics import SourceLocation, make_error, make_notice, make_warning
from planner.core.events import (
    ChangeEnded,
    NodeProgress,
    Noticed,
    OperationBegan,
    OperationEnded,
    Planned,
    WaitProgressed,
)
from planner.views.stream_json import (
    build_apply_summary_line,
    build_diagnostic_line,
    build_event_lines,
    format_stream_line,
)

POOL = Address(kind="pool", name="team", key="a")


@pytest.fixture
def story(tmp_path, monkeypatch):
    monkeypatch.setenv("HW_AUTH_TOKEN", "token-of-a-test")
    with open_story(tmp_path) as opened:
        opened.seed_network("network-maos")
        yield opened


def read(story: Story):
    return [json.loads(line) for line in (story.directory / "events.jsonl").read_text(encoding="utf-8").splitlines()]


def list_types(lines):
    return [one["type"] for one in lines]


def test_plan_writes_version_changes_and_their_counts(story):
    story.files(make_pool_block())
    ended = story.plan("--json-into", "events.jsonl")
    lines = read(story)
    assert ended.code == 2
    assert "Plan: 1 to add" in ended.out
    assert list_types(lines) == ["version", "planned_change", "change_summary"]
    assert lines[-1]["changes"] == {"add": 1, "change": 0, "import": 0, "remove": 0, "operation": "plan"}


def test_apply_tells_of_each_change_from_its_start_to_its_end(story):
    story.files(make_pool_block())
    assert story.apply("--json-into", "events.jsonl").code == 0
    lines = read(story)
    counts = Counter(list_types(lines))
    assert (counts["planned_change"], counts["apply_start"], counts["apply_complete"]) == (1, 1, 1)
    assert lines[0]["type"] == "version"
    assert lines[-1]["changes"] == {"add": 1, "change": 0, "import": 0, "remove": 0, "operation": "apply"}
    assert all(one["@timestamp"].endswith("Z") and one["@module"] == "terraform.ui" for one in lines)


def test_a_run_that_is_stopped_ends_with_why(story):
    (story.directory / "main.pools.toml").write_text("[pool.a]\nnaem = 1\n", encoding="utf-8")
    assert story.plan("--json-into", "events.jsonl").code == 1
    diagnostics = [one["diagnostic"] for one in read(story) if one["type"] == "diagnostic"]
    assert {one["severity"] for one in diagnostics} == {"error"}
    assert diagnostics[0]["range"]["filename"] == "main.pools.toml"


def test_a_file_that_cannot_be_written_is_said_before_anything_is_done(story):
    story.files(make_pool_block())
    ended = story.apply("--json-into", "missing/events.jsonl")
    assert (ended.code, story.take_writes()) == (1, [])
    assert "--json-into cannot write missing/events.jsonl" in " ".join(ended.err.replace("│", " ").split())


@pytest.mark.parametrize(
    ("outcome", "type_", "level"),
    [
        pytest.param(Applied(), "apply_complete", "info", id="done"),
        pytest.param(Waiting(what="nodes"), "apply_complete", "info", id="accepted"),
        pytest.param(Failed(diagnostics=()), "apply_errored", "error", id="failed"),
        pytest.param(Uncertain(diagnostics=()), "apply_errored", "error", id="uncertain"),
        pytest.param(Skipped(why="x"), "log", "warn", id="skipped"),
    ],
)
def test_every_outcome_has_its_line(outcome, type_, level):
    [line] = build_event_lines(ChangeEnded(address=POOL, action=Action.UPDATE, outcome=outcome, seconds=2.4))
    assert (line["type"], line["@level"]) == (type_, level)


def test_a_wait_tells_where_the_nodes_are():
    nodes = NodeProgress(flavor=CPU, wanted=3, available=1, creating=2, deleting=0)
    [line] = build_event_lines(WaitProgressed(address=POOL, waits_for="nodes", seconds=10.2, nodes=(nodes,)))
    assert line["hook"]["elapsed_seconds"] == 10
    assert line["hook"]["resource"]["resource_key"] == "a"
    assert line["x_nodes"] == [{"flavor": CPU, "wanted": 3, "available": 1, "creating": 2, "deleting": 0}]


@pytest.mark.parametrize(
    ("event", "types"),
    [
        pytest.param(OperationBegan(address=POOL, action=Action.UPDATE, purpose="x", number=1, total=2), ["apply_start"], id="first request"),
        pytest.param(OperationBegan(address=POOL, action=Action.UPDATE, purpose="x", number=2, total=2), [], id="second request"),
        pytest.param(OperationEnded(address=POOL, action=Action.UPDATE, purpose="x", outcome=Applied(), seconds=1), [], id="end of a request"),
        pytest.param(Noticed(text="x"), ["log"], id="notice"),
    ],
)  # fmt: skip
def test_a_change_starts_once(event, types):
    assert list_types(build_event_lines(event)) == types


def test_a_plan_tells_drift_reasons_imports_and_blocks():
    lines = build_event_lines(Planned(plan=PICTURE))
    assert Counter(list_types(lines)) == {"resource_drift": 1, "planned_change": 5, "change_summary": 1}
    old = next(one for one in lines if one["@message"] == "pool.old: Plan to delete")
    assert (old["change"]["reason"], old["x_blocked"]) == ("delete_because_no_resource_config", ["max_disruption"])
    [imported, _] = build_event_lines(Planned(plan=PLANS["import"]))
    assert imported["change"]["importing"] == {"id": "train-p"}
    [replaced, _] = build_event_lines(Planned(plan=PLANS["replace"]))
    assert replaced["change"]["reason"] == "cannot_update"


@pytest.mark.parametrize(
    ("diagnostic", "type_", "level"),
    [
        pytest.param(make_error("a", "b", address="pool.a"), "diagnostic", "error", id="error"),
        pytest.param(
            make_warning("a", "b", location=SourceLocation(file="f", line=1)), "diagnostic", "warn", id="warning"
        ),
        pytest.param(make_notice("a", "b", detail="c"), "log", "info", id="notice"),
    ],
)
def test_diagnostics_have_the_severities_of_terraform(diagnostic, type_, level):
    line = build_diagnostic_line(diagnostic)
    assert (line["type"], line["@level"]) == (type_, level)


def test_only_what_was_done_is_counted():
    ended = [
        ChangeEnded(address=POOL, action=Action.REPLACE, outcome=Applied(), seconds=1),
        ChangeEnded(address=POOL, action=Action.IMPORT, outcome=Applied(), seconds=1, operations=1),
        ChangeEnded(address=POOL, action=Action.DELETE, outcome=Failed(diagnostics=()), seconds=1),
    ]
    changes = build_apply_summary_line(ended)["changes"]
    assert changes == {"add": 1, "change": 1, "import": 1, "remove": 1, "operation": "apply"}


def test_a_line_is_one_line_of_ascii_whatever_is_in_it():
    [line] = build_event_lines(Noticed(text="\x1b[2J\u202e\n\u2028"))
    text = format_stream_line(line, moment="2026-01-01T00:00:00Z")
    assert (text.count("\n"), text.isascii(), "\x1b" in text) == (1, True, False)
