"""A plan with rollouts as a file: read as it was written, and refused where it names what is not there."""

import json

import pytest
from review_plans import PLANS

from planner.core.events import Planned
from planner.state.documents.plan_document import format_plan, parse_plan
from planner.state.errors import DocumentError
from planner.views.plan_html import format_plan_html
from planner.views.stream_json import build_event_lines
from planner.views.terraform_json import format_terraform_json

PLAN = PLANS["rollout"]


def test_a_plan_with_rollouts_is_read_as_it_was_written():
    assert parse_plan(format_plan(PLAN)) == PLAN


def set_operation(document):
    document["changes"][0]["turns"][0]["operations"] = [2]


def set_batch(document):
    document["rollouts"][0]["batches"][1] = ["nothing"]


def set_unfinished(document):
    document["rollouts"][0]["unfinished"] = [{"address": "pool.", "why": "x", "is_failed": False}]


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        pytest.param(set_operation, "names an operation that the change does not have", id="operation"),
        pytest.param(set_batch, "is no address such as pool.training", id="address in a batch"),
        pytest.param(set_unfinished, "is no address such as pool.training", id="unfinished address"),
    ],
)
def test_a_plan_that_names_what_is_not_there_is_refused(damage, words):
    document = json.loads(format_plan(PLAN))
    damage(document)
    with pytest.raises(DocumentError) as caught:
        parse_plan(json.dumps(document))
    assert words in caught.value.diagnostics[0].detail


def test_a_plan_without_rollouts_does_not_mention_them():
    document = json.loads(format_plan(PLANS["update"]))
    assert "rollouts" not in document
    assert not any("turns" in one for one in document["changes"])
    document = json.loads(format_terraform_json(PLANS["update"]))
    assert "rollouts" not in document["x_poolctl"]
    assert not any("x_turns" in one for one in document["resource_changes"])


def test_the_json_of_terraform_tells_rollouts_and_turns_beside_its_own_words():
    document = json.loads(format_terraform_json(PLAN))
    [rollout] = document["x_poolctl"]["rollouts"]
    turns = {one["address"]: one["x_turns"] for one in document["resource_changes"] if "x_turns" in one}
    assert (rollout["name"], rollout["batches"]) == ("drivers", [["pool.canary"], ["pool.search"], ["pool.train"]])
    assert rollout["opens"].startswith("Saturday ")
    assert {one: [turn["batch"] for turn in told] for one, told in turns.items()} == {
        "pool.canary": [1],
        "pool.search": [2],
        "pool.train": [3],
    }
    assert turns["pool.canary"][0]["waits"].startswith("the window of rollout.drivers opens Saturday ")


def test_the_events_tell_the_turns_of_each_change():
    lines = build_event_lines(Planned(plan=PLAN))
    told = [one["x_turns"][0]["rollout"] for one in lines if one["type"] == "planned_change"]
    assert told == ["drivers"] * 3


def test_the_page_shows_batches_and_turns():
    page = format_plan_html(PLAN)
    assert '<h2 id="rollouts">Rollouts</h2>' in page
    assert "<li>batch 2: pool.search</li>" in page
    assert "Operation 2 in batch 3 of rollout.drivers; not now: the window of rollout.drivers opens" in page
