"""What the files make of a live object: removed, released, ignored, ranged, or left to others (semantics 2)."""

import pytest
from core_cases import make_live, make_pool_tree, make_subject, plan_update

from planner.core.desired import Guards, Lifecycle
from planner.core.preparing import settle_ranges
from planner.core.resource_changes import Making
from planner.core.targets import find_target
from planner.core.tracking import TrackedResource
from planner.core.trees import CountRange
from planner.kinds.network import NETWORK_RULES
from planner.kinds.pool import POOL_RULES

NAME = "os.modelarts/name"


def make_tree(labels=None, annotations=None, entry=None, **spec):
    """Return a pool with one entry and these extras."""
    return {
        "metadata": {"labels": {NAME: "train", **(labels or {})}, "annotations": annotations or {}},
        "spec": {"resources": [{"flavor": "f", "count": 2, **(entry or {})}], **spec},
    }


def plan_trimmed(whole):
    """Return the update after everything that ``whole`` says beside name and entry was sent and is trimmed."""
    tracked = TrackedResource(id="a-p", last_applied=whole, last_seen={}, created_entries=("f",))
    return plan_update(make_live(whole), make_tree(), tracked=tracked)


@pytest.mark.parametrize(
    ("whole", "body"),
    [
        pytest.param(
            make_tree(annotations={"os.modelarts/description": "d"}),
            {"metadata": {"annotations": {"os.modelarts/description": None}}},
            id="description",
        ),
        pytest.param(
            make_tree(annotations={"os.modelarts/scheduler.extension": "s"}),
            {"metadata": {"annotations": {"os.modelarts/scheduler.extension": None}}},
            id="scheduler_extension",
        ),
        pytest.param(
            make_tree(annotations={"team": "a"}), {"metadata": {"annotations": {"team": None}}}, id="an annotation"
        ),
        pytest.param(make_tree(labels={"team": "a"}), {"metadata": {"labels": {"team": None}}}, id="a label"),
        pytest.param(make_tree(jobFlavors=["j"]), {"spec": {"jobFlavors": None}}, id="job_flavors"),
        pytest.param(
            make_tree(entry={"taints": [{"key": "k", "effect": "NoSchedule"}]}),
            {"spec": {"resources": [{"flavor": "f", "count": 2, "taints": []}]}},
            id="a taint is left out of the full list",
        ),
        pytest.param(
            make_tree(entry={"tags": [{"key": "k", "value": "v"}]}),
            {"spec": {"resources": [{"flavor": "f", "count": 2, "tags": []}]}},
            id="a tag is left out of the full list",
        ),
        pytest.param(
            make_tree(entry={"labels": {"k": "v"}}),
            {"spec": {"resources": [{"flavor": "f", "count": 2, "labels": {}}]}},
            id="a label of an entry is left out of the full list",
        ),
    ],
)
def test_what_was_sent_and_is_removable_goes_with_its_line(whole, body):
    change = plan_trimmed(whole)
    assert [one.body for one in change.operations] == [body]
    assert change.released == ()


@pytest.mark.parametrize(
    ("whole", "released"),
    [
        pytest.param(
            make_tree(driver={"gpuVersion": "1", "updateStrategy": "idle"}),
            ("driver.gpu_version", "driver.update_strategy"),
            id="members of the driver",
        ),
        pytest.param(make_tree(scope=["Train"]), ("scope",), id="scope"),
        pytest.param(make_tree(labels={"os.modelarts/sharing": "unshared"}), ("sharing",), id="sharing"),
        pytest.param(make_tree(labels={"os.modelarts/workspace.id": "7"}), ("workspace_id",), id="workspace_id"),
        pytest.param(make_tree(annotations={"os.modelarts/order.id": "o"}), ("order_id",), id="order_id"),
        pytest.param(
            make_tree(annotations={"os.modelarts/billing.mode": "1", "os.modelarts/promotion.info": "p"}),
            ('annotations["os.modelarts/billing.mode"]', 'annotations["os.modelarts/promotion.info"]'),
            id="billing annotations",
        ),
        pytest.param(make_tree(entry={"maxCount": 4}), ("resources[f].max_count",), id="max_count"),
    ],
)
def test_what_was_sent_and_cannot_be_removed_is_released(whole, released):
    change = plan_trimmed(whole)
    assert (change.operations, change.released) == ((), released)


@pytest.mark.parametrize(
    "whole",
    [
        pytest.param(make_tree(annotations={"team": "a"}, scope=["Train"], jobFlavors=["j"]), id="fields"),
        pytest.param(make_tree(entry={"labels": {"k": "v"}, "tags": [{"key": "k", "value": "v"}]}), id="in an entry"),
    ],
)
def test_what_was_found_equal_and_never_sent_stays(whole):
    change = plan_update(make_live(whole), make_tree())
    assert (change.action.value, change.released) == ("no-op", ())


def test_a_field_that_was_sent_and_is_gone_from_the_service_is_neither_removed_nor_released():
    tracked = TrackedResource(id="a-p", last_applied=make_tree(scope=["Train"]), last_seen={})
    change = plan_update(make_live(make_tree()), make_tree(), tracked=tracked)
    assert (change.action.value, change.released) == ("no-op", ())


def test_all_entries_are_let_go_where_the_files_name_none():
    whole = make_tree()
    tracked = TrackedResource(id="a-p", last_applied=whole, last_seen={}, created_entries=("f",))
    change = plan_update(make_live(whole), {"metadata": whole["metadata"], "spec": {}}, tracked=tracked)
    assert (change.action.value, change.released, change.kept_entries) == ("no-op", ("resources[f]",), 0)


def test_an_empty_scope_is_a_value_and_is_sent():
    change = plan_update(make_live(make_tree(scope=["Train"])), make_tree(scope=[]))
    assert [one.body for one in change.operations] == [{"spec": {"scope": []}}]


@pytest.mark.parametrize(
    ("live", "desired"),
    [
        pytest.param({"labels": {NAME: "old"}}, {"labels": {NAME: "new"}}, id="name"),
        pytest.param(
            {"labels": {"os.modelarts/node.prefix": "a"}},
            {"labels": {"os.modelarts/node.prefix": "b"}},
            id="node_prefix",
        ),
        pytest.param({"type": "Dedicate"}, {"type": "Logical"}, id="type"),
        pytest.param({"network": {"name": "a"}}, {"network": {"name": "b"}}, id="network"),
        pytest.param({"ipv6enable": True}, {"ipv6enable": False}, id="ipv6enable"),
        pytest.param({"masters": [{"az": "a"}]}, {"masters": [{"az": "b"}]}, id="masters"),
    ],
)
def test_a_field_that_cannot_be_changed_in_place_is_told(live, desired):
    target = find_target(make_subject(make_live(make_tree(**live)), make_tree(**desired)), POOL_RULES)
    assert len(target.immutable) == 1
    assert [one.disruption.word for one in target.fields] == ["destroys"]


@pytest.mark.parametrize(("before", "after", "immutable"), [(False, True, ()), (True, False, ("ipv6enable",))])
def test_ipv6_of_a_network_is_switched_on_in_place_and_never_off(before, after, immutable):
    live, desired = ({"metadata": {}, "spec": {"ipv6enable": value}} for value in (before, after))
    assert find_target(make_subject(make_live(live), desired), NETWORK_RULES).immutable == immutable


def test_what_was_sent_at_the_creation_and_is_never_returned_is_no_difference():
    desired = make_tree(userLogin={"keyPairName": "k"})
    tracked = TrackedResource(id="a-p", last_applied=desired, last_seen={})
    assert plan_update(make_live(make_tree()), desired, tracked=tracked).action.value == "no-op"


@pytest.mark.parametrize(
    ("present", "count"),
    [
        pytest.param(None, 3, id="created at initial"),
        pytest.param(5, 5, id="inside is left alone"),
        pytest.param(2, 2, id="the lower bound is inside"),
        pytest.param(8, 8, id="the upper bound is inside"),
        pytest.param(1, 2, id="below goes to the lower bound"),
        pytest.param(11, 8, id="above goes to the upper bound"),
    ],
)
def test_a_range_acts_outside_its_bounds_only(present, count):
    desired = make_pool_tree({"flavor": "f", "count": CountRange(minimum=2, maximum=8, initial=3)})
    there = make_pool_tree(*([] if present is None else [{"flavor": "f", "count": present}]))
    assert settle_ranges(desired, there, rules=POOL_RULES) == make_pool_tree({"flavor": "f", "count": count})


def test_a_range_is_created_at_initial():
    desired = make_pool_tree({"flavor": "f", "count": CountRange(minimum=2, maximum=8, initial=3)})
    assert settle_ranges(desired, None, rules=POOL_RULES) == make_pool_tree({"flavor": "f", "count": 3})


ZONED = {"azs": [{"az": "z1", "count": 1}, {"az": "z2", "count": 1}]}
OTHER_ZONES = {"azs": [{"az": "z1", "count": 2}, {"az": "z2", "count": 1}]}


@pytest.mark.parametrize(
    ("ignored", "live", "desired", "labels"),
    [
        pytest.param(
            "driver.gpu_version", {"driver": {"gpuVersion": "1"}}, {"driver": {"gpuVersion": "2"}}, [], id="driver"
        ),
        pytest.param(
            'annotations["team"]', {"annotations": {"team": "a"}}, {"annotations": {"team": "b"}}, [], id="annotation"
        ),
        pytest.param(
            'annotations["team"]', {}, {"annotations": {"team": "b"}}, [], id="a field that the live object lacks"
        ),
        pytest.param("resources[f].count", {"entry": {"count": 5}}, {}, [], id="count"),
        pytest.param("resources[*].count", {"entry": {"count": 5}}, {}, [], id="count of every entry"),
        pytest.param(
            "resources[f]", {"entry": {"count": 5, "maxCount": 7}}, {"entry": {"maxCount": 9}}, [], id="whole entry"
        ),
        pytest.param("resources[g].count", {"entry": {"count": 5}}, {}, ["resources[f].count"], id="another entry"),
        pytest.param("resources[f].azs[z1].count", {"entry": OTHER_ZONES}, {"entry": ZONED}, [], id="one zone"),
    ],
)
def test_a_field_under_ignore_changes_keeps_its_live_value(ignored, live, desired, labels):
    change = plan_update(
        make_live(make_tree(**live)), make_tree(**desired), lifecycle=Lifecycle(ignore_changes=(ignored,))
    )
    assert [one.label for one in change.fields] == labels


def test_an_ignored_field_is_never_removed_when_its_line_goes():
    whole = make_tree(annotations={"team": "a"})
    tracked = TrackedResource(id="a-p", last_applied=whole, last_seen={})
    lifecycle = Lifecycle(ignore_changes=('annotations["team"]',))
    assert plan_update(make_live(whole), make_tree(), tracked=tracked, lifecycle=lifecycle).operations == ()


def test_a_new_entry_gets_the_configured_value_although_it_is_ignored():
    live, desired = make_pool_tree({"flavor": "f", "count": 2}), make_pool_tree({"flavor": "g", "count": 3})
    change = plan_update(make_live(live), desired, lifecycle=Lifecycle(ignore_changes=("resources[*].count",)))
    assert [(one.label, one.after) for one in change.fields] == [
        ("resources[g].flavor", "g"),
        ("resources[g].count", 3),
    ]


GROWN, SENT = make_tree(entry={"count": 6}), make_tree()
RETEXTED = make_tree(annotations={"team": "theirs"})
TEXT_SENT = make_tree(annotations={"team": "ours"})


@pytest.mark.parametrize(
    ("live", "sent", "configured", "revert", "policy", "is_changed"),
    [
        pytest.param(GROWN, SENT, None, False, "stop", True, id="taking nodes away stops"),
        pytest.param(make_tree(entry={"count": 1}), SENT, None, False, "revert", True, id="growing back reverts"),
        pytest.param(RETEXTED, TEXT_SENT, None, False, "revert", True, id="metadata reverts"),
        pytest.param(RETEXTED, TEXT_SENT, "keep", False, "keep", False, id="keep leaves it"),
        pytest.param(RETEXTED, TEXT_SENT, "stop", False, "stop", True, id="stop is obeyed"),
        pytest.param(GROWN, SENT, "keep", False, "keep", False, id="keep leaves nodes"),
        pytest.param(GROWN, SENT, "revert", False, "revert", True, id="revert is obeyed"),
        pytest.param(GROWN, SENT, "stop", True, "revert", True, id="--revert-drift reverts once"),
    ],
)
def test_drift_of_a_managed_field_is_treated(live, sent, configured, revert, policy, is_changed):
    tracked = TrackedResource(id="a-p", last_applied=sent, last_seen={})
    subject = make_subject(
        make_live(live), sent, tracked=tracked, revert_drift=revert, guards=Guards(on_drift=configured)
    )
    target = find_target(subject, POOL_RULES)
    assert (set(target.policies.values()), bool(target.fields)) == ({policy}, is_changed)


def test_an_immutable_field_that_drifted_stops():
    live, sent = make_tree(network={"name": "theirs"}), make_tree(network={"name": "ours"})
    tracked = TrackedResource(id="a-p", last_applied=sent, last_seen={})
    assert set(find_target(make_subject(make_live(live), sent, tracked=tracked), POOL_RULES).policies.values()) == {
        "stop"
    }


def test_a_kept_entry_that_others_deleted_is_not_made_anew():
    sent = make_pool_tree({"flavor": "f", "count": 2}, {"flavor": "g", "count": 1})
    live = make_pool_tree({"flavor": "f", "count": 2})
    tracked = TrackedResource(id="a-p", last_applied=sent, last_seen={}, created_entries=("f", "g"))
    change = plan_update(make_live(live), sent, tracked=tracked, guards=Guards(on_drift="keep"))
    assert (change.action.value, change.after) == ("no-op", live)


def test_what_the_files_ask_for_anew_is_a_change_and_no_drift():
    tracked = TrackedResource(id="a-p", last_applied=SENT, last_seen={})
    target = find_target(make_subject(make_live(GROWN), make_tree(entry={"count": 4}), tracked=tracked), POOL_RULES)
    assert target.policies == {}


@pytest.mark.parametrize(
    ("live", "desired", "reason"),
    [
        pytest.param(RETEXTED, TEXT_SENT, "drift", id="drift alone"),
        pytest.param(
            RETEXTED, make_tree(annotations={"team": "ours"}, scope=["Train"]), "changed", id="a change beside it"
        ),
        pytest.param(TEXT_SENT, TEXT_SENT, "as wanted", id="nothing"),
    ],
)
def test_a_change_says_why_it_is_made(live, desired, reason):
    tracked = TrackedResource(id="a-p", last_applied=TEXT_SENT, last_seen={})
    assert plan_update(make_live(live), desired, tracked=tracked).reason == reason


def test_two_entries_that_differ_in_their_creating_step_are_told_apart_where_the_files_set_it():
    steps = [
        {"flavor": "f", "count": count, "creatingStep": {"step": count, "type": "hyperinstance"}} for count in (4, 8)
    ]
    desired = make_pool_tree({**steps[1], "count": 16})
    change = plan_update(make_live(make_pool_tree(*steps)), desired)
    assert [(one.before, one.after) for one in change.fields] == [(8, 16)]
    assert change.kept_entries == 1


def test_a_kind_without_entries_has_none():
    tree = {"metadata": {"labels": {NAME: "n"}}, "spec": {"cidr": "10.0.0.0/8"}}
    making = Making(rules=NETWORK_RULES, project_id="p", find_source=lambda _label: None)
    change = plan_update(make_live(tree), tree, making=making)
    assert (change.action.value, change.kept_entries, change.nodes) == ("no-op", 0, ())


def test_the_default_node_pool_is_no_field_that_could_be_let_go():
    change = plan_trimmed(make_tree(entry={"nodePool": "f-default"}))
    assert (change.action.value, change.released) == ("no-op", ())
