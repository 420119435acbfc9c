"""A change read from a file is refused unless all its members say the same."""

from dataclasses import replace

import pytest
from planning_cases import address, make_live, make_network, make_pool, plan, track

from planner.core.changes import FlavorNodes
from planner.core.wholeness import has_counts_of_its_changes, is_whole
from planner.kinds.table import KINDS

A = make_pool("aaa", resources=[{"flavor": "f", "count": 2, "maxCount": 2}, {"flavor": "g", "count": 1}])
CHANGED = make_pool("aaa", resources=[{"flavor": "f", "count": 3}, {"flavor": "h", "count": 1}], scope=["Train"])
USUAL = {"tracked": {"pool.a": track(A)}, "live": {"pool.a": make_live(A)}}
NET = make_network("net")

PLANS = {
    "update": plan(blocks={"pool.a": CHANGED}, **USUAL),
    "create": plan(blocks={"pool.a": make_pool("aaa", network="network.main"), "network.main": NET}),
    "replace": plan(blocks={"pool.a": make_pool("aaa", ipv6enable=True)}, **USUAL),
    "delete": plan(removed={"pool.a": True}, **USUAL),
    "forget": plan(removed={"pool.a": False}, **USUAL),
    "gone": plan(removed={"pool.a": False}, tracked={"pool.a": track(A)}, missing=["pool.a"]),
    "import": plan(blocks={"pool.a": CHANGED}, imports={"pool.a": "aaa-p"}, live={"pool.a": make_live(A)}),
    "no-op": plan(blocks={"pool.a": A}, **USUAL),
}


def find_pool(name):
    return next(one for one in PLANS[name].changes if one.address == address("pool.a"))


def check(change):
    return is_whole(change, rules=KINDS[change.kind], project_id="p")


@pytest.mark.parametrize("name", PLANS)
def test_a_change_as_it_was_planned_is_whole(name):
    assert [check(one) for one in PLANS[name].changes] == [True] * len(PLANS[name].changes)


def edit_after(change):
    entries = [{"flavor": "f", "count": 9}, *change.after["spec"]["resources"][1:]]
    return replace(change, after={**change.after, "spec": {**change.after["spec"], "resources": entries}})


def edit_everything_printed(change):
    """Edit ``after`` and all that follows from it, and leave the fields, which are what is sent, as they are."""
    from planner.core.resource_changes import Making, complete_change

    making = Making(rules=KINDS["pool"], project_id="p", find_source=lambda _label: None)
    return complete_change(edit_after(change), making)


EDITS = [
    pytest.param("update", edit_after, id="after alone"),
    pytest.param("update", edit_everything_printed, id="after and all that follows from it"),
    pytest.param("create", edit_everything_printed, id="what is made"),
    pytest.param("import", edit_everything_printed, id="what an import changes"),
    pytest.param("update", lambda one: replace(one, fields=one.fields[1:]), id="a field less"),
    pytest.param("update", lambda one: replace(one, merge_patch={}), id="the merge patch"),
    pytest.param("update", lambda one: replace(one, json_patch=one.json_patch[1:]), id="the JSON patch"),
    pytest.param("update", lambda one: replace(one, operations=one.operations[:1]), id="an operation less"),
    pytest.param(
        "delete",
        lambda one: replace(one, nodes=(FlavorNodes(flavor="f", node_pool="", before=0, after=0),)),
        id="nodes",
    ),
    pytest.param("delete", lambda one: replace(one, id="other-p"), id="the id"),
    pytest.param("forget", lambda one: replace(one, digest="sha256:0"), id="the digest"),
]


@pytest.mark.parametrize(("name", "edit"), EDITS)
def test_an_edited_change_is_not_whole(name, edit):
    assert not check(edit(find_pool(name)))


def test_a_plan_as_it_was_made_has_the_counts_of_its_changes():
    assert [name for name, one in PLANS.items() if not has_counts_of_its_changes(one)] == []


@pytest.mark.parametrize(
    "edit",
    [
        pytest.param(lambda one: replace(one, summary=replace(one.summary, update=0)), id="a count"),
        pytest.param(lambda one: replace(one, blocked=("pool.a: drains",)), id="the list of what is blocked"),
        pytest.param(lambda one: replace(one, changes=one.changes[:0]), id="a change less"),
    ],
)
def test_a_plan_with_other_counts_than_its_changes_is_told_apart(edit):
    assert not has_counts_of_its_changes(edit(PLANS["update"]))
