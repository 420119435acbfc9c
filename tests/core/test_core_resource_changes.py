"""One change for one resource: what it holds, and the operations that it comes to (semantics 6.7, 7.1-7.3)."""

import jsonpatch
import pytest
from core_cases import MAKING, POOL, make_live, make_pool_tree, make_subject, plan_import, plan_update

from planner.core.addresses import Address
from planner.core.changes import FlavorNodes
from planner.core.desired import DesiredResource
from planner.core.diagnostics import SourceLocation
from planner.core.live_trees import find_display_name, find_phase, find_workspace, make_tree
from planner.core.resource_changes import (
    Making,
    Replaced,
    drop_fields,
    make_creation,
    make_deletion,
    make_forgetting,
    make_replacement,
)
from planner.core.schedule import JSON, MERGE_PATCH
from planner.core.snapshot import LiveResource
from planner.core.targets import find_target
from planner.core.trees import ABSENT, CountRange, Reference
from planner.kinds.network import NETWORK_RULES
from planner.kinds.pool import POOL_RULES

TO_NETWORK = Reference(address=Address(kind="network", name="main"))
LIVE = make_live(make_pool_tree({"flavor": "f", "count": 2}))
HERE = SourceLocation(file="a.pools.toml", line=1)


def create(tree, *, making=MAKING, **words):
    return make_creation(DesiredResource(address=POOL, tree=tree), tree, making=making, **words)


def replace_live(tree):
    replaced = Replaced(
        live=LIVE, target=find_target(make_subject(LIVE, tree), POOL_RULES), reason="cannot be changed in place"
    )
    return make_replacement(POOL, tree, replaced=replaced, making=MAKING)


def list_requests(change):
    return [(one.method, one.path, one.content_type, one.when, one.waits_for) for one in change.operations]


CREATION = ("POST", "/v2/p/pools", JSON, "absent", "Running")
DELETION = ("DELETE", "/v2/p/pools/a-p", JSON, "any phase", "gone (404)")


def test_a_creation_sends_everything_that_is_written():
    tree = make_pool_tree({"flavor": "f", "count": CountRange(minimum=1, maximum=4, initial=3)})
    change, after = create(tree), make_pool_tree({"flavor": "f", "count": 3})
    assert (change.action.value, change.before, change.after, change.merge_patch) == ("create", None, after, after)
    assert list_requests(change) == [CREATION]
    assert change.operations[0].body == {"apiVersion": "v2", "kind": "Pool", **after}
    assert change.nodes == (FlavorNodes(flavor="f", node_pool="", before=0, after=3),)
    assert (change.nodes_before, change.nodes_after) == (0, 3)
    assert {(one.before, one.disruption.word) for one in change.fields} == {(ABSENT, "new_nodes")}


def test_a_creation_names_what_is_known_after_apply():
    tree = {"metadata": {}, "spec": {"network": {"name": TO_NETWORK}}}
    change = create(tree)
    assert change.after_unknown == {"spec": {"network": {"name": True}}}
    assert change.json_patch[-1] == {"op": "replace", "path": "", "value": tree}


def test_a_creation_in_the_place_of_what_vanished_keeps_its_id():
    change = create(make_pool_tree(), reason="vanished", id_="a-p")
    assert (change.reason, change.id) == ("vanished", "a-p")


def test_a_logical_pool_is_made_when_it_is_running_or_waiting():
    change = create({"metadata": {}, "spec": {"type": "Logical"}})
    assert list_requests(change) == [(*CREATION[:-1], "Running or Waiting")]


def test_a_network_is_made_without_nodes():
    tree = {"spec": {"cidr": "10.0.0.0/8"}}
    change = create(tree, making=Making(rules=NETWORK_RULES, project_id="p", find_source=lambda _label: HERE))
    assert (change.operations[0].path, change.operations[0].waits_for) == ("/v1/p/networks", "Active")
    assert [(one.label, one.disruption.word, one.source) for one in change.fields] == [("cidr", "none", HERE)]


def test_a_creation_that_buys_says_so():
    annotations = {"os.modelarts/order.id": "o"}
    assert create({"metadata": {"annotations": annotations}, "spec": {}}).purchases


def test_a_replacement_deletes_and_then_creates():
    tree = {**make_pool_tree({"flavor": "f", "count": 5}), "spec": {"type": "Logical", "resources": []}}
    change = replace_live(tree)
    assert list_requests(change) == [DELETION, (*CREATION[:-1], "Running or Waiting")]
    assert (change.disruption.word, change.reason) == ("destroys", "cannot be changed in place")
    assert (change.before, change.after) == (make_tree(LIVE), tree)


def test_a_replacement_keeps_a_count_that_is_inside_its_range():
    change = replace_live(make_pool_tree({"flavor": "f", "count": CountRange(minimum=1, maximum=4, initial=3)}))
    assert change.after == make_pool_tree({"flavor": "f", "count": 2})


def test_a_deletion_has_no_after():
    change = make_deletion(POOL, LIVE, making=MAKING, reason="removed")
    assert list_requests(change) == [DELETION]
    assert (change.before, change.after, change.merge_patch, change.fields) == (make_tree(LIVE), None, None, ())
    assert (change.disruption.word, change.nodes_before, change.nodes_after) == ("destroys", 2, 0)
    assert jsonpatch.apply_patch(change.before, list(change.json_patch)) is None


@pytest.mark.parametrize(("live", "before"), [(LIVE, make_tree(LIVE)), (None, None)])
def test_a_forgetting_sends_nothing(live, before):
    change = make_forgetting(POOL, "a-p", live=live, making=MAKING, reason="removed")
    assert (change.action.value, change.id, change.operations) == ("forget", "a-p", ())
    assert (change.before, change.after, change.disruption.word) == (before, before, "none")


def test_an_unchanged_resource_is_a_no_op_with_an_empty_patch():
    change = plan_update(LIVE, make_pool_tree({"flavor": "f", "count": 2}))
    assert (change.action.value, change.merge_patch, change.json_patch, change.operations) == ("no-op", {}, (), ())
    assert (change.before, change.nodes_before, change.nodes_after) == (change.after, 2, 2)


def test_an_import_carries_what_the_files_want_of_it():
    change = plan_import(LIVE, make_pool_tree({"flavor": "f", "count": 3}))
    assert (change.action.value, change.reason, [one.label for one in change.fields]) == (
        "import", "import", ["resources[f].count"],
    )  # fmt: skip
    assert [one.method for one in change.operations] == ["PATCH"]


def test_an_update_moves_to_its_workspace_alone_then_changes_fields_then_the_driver_then_shrinks():
    live = make_live(make_pool_tree({"flavor": "f", "count": 4}, {"flavor": "g", "count": 1}))
    tree = make_pool_tree({"flavor": "f", "count": 2}, {"flavor": "g", "count": 2}, team="a")
    desired = {
        "metadata": {**tree["metadata"], "labels": {"os.modelarts/name": "train", "os.modelarts/workspace.id": "7"}},
        "spec": {**tree["spec"], "driver": {"gpuVersion": "2"}, "scope": ["Train"]},
    }
    change = plan_update(live, desired)
    grown = [{"flavor": "f", "count": 4}, {"flavor": "g", "count": 2}]
    assert [(one.method, one.content_type, one.when, one.body) for one in change.operations] == [
        ("PATCH", MERGE_PATCH, "Running or Abnormal or ScalingFailed", {"metadata": {"labels": {"os.modelarts/workspace.id": "7"}}}),
        ("PATCH", MERGE_PATCH, "Running", {"metadata": {"annotations": {"team": "a"}}, "spec": {"scope": ["Train"], "resources": grown}}),
        ("PATCH", MERGE_PATCH, "Running", {"spec": {"driver": {"gpuVersion": "2"}}}),
        ("POST", JSON, "Running or ScalingFailed", None),
        ("PATCH", MERGE_PATCH, "Running or ScalingFailed", {"spec": {"resources": tree["spec"]["resources"]}}),
    ]  # fmt: skip
    assert change.operations[3].path == "/v2/p/pools/a-p/nodes/batch-delete"


@pytest.mark.parametrize(
    ("desired", "when"),
    [
        pytest.param({"annotations": {"team": "a"}}, "Running or Abnormal or ScalingFailed", id="metadata"),
        pytest.param({"count": 3}, "Running or ScalingFailed", id="resize"),
        pytest.param({"scope": ["Train"]}, "Running", id="scope"),
        pytest.param({"driver": {"gpuVersion": "1"}}, "Running", id="driver"),
    ],
)
def test_an_operation_says_in_which_phases_it_may_be_sent(desired, when):
    tree = make_pool_tree({"flavor": "f", "count": desired.pop("count", 2)}, **desired.pop("annotations", {}))
    change = plan_update(LIVE, {**tree, "spec": {**tree["spec"], **desired}})
    assert [one.when for one in change.operations] == [when]


def test_a_live_object_is_read_by_its_labels_and_phase():
    labels = {"os.modelarts/name": "train", "os.modelarts/workspace.id": "7"}
    live = LiveResource(id="a-p", metadata={"name": "a-p", "labels": labels}, spec={})
    tree = make_tree(live)
    assert tree == {"metadata": {"labels": labels}, "spec": {}}
    assert (find_display_name(tree), find_workspace(tree), find_phase(live)) == ("train", "7", "")
    assert (find_display_name({}), find_workspace({}), repr(ABSENT)) == ("", "", "ABSENT")


def test_a_change_that_is_recorded_only_asks_nothing_of_the_service():
    change = drop_fields(plan_import(LIVE, make_pool_tree({"flavor": "f", "count": 3})))
    assert (change.after, change.fields, change.operations) == (change.before, (), ())
    assert (change.merge_patch, change.json_patch, change.disruption.word) == ({}, (), "none")
