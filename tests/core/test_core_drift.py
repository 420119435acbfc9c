"""Drift: what others changed since the last apply, each row managed or unmanaged (semantics 2.2-2.3)."""

import pytest
from core_cases import POOL, make_live, make_pool_tree

from planner.core.advance import record_import
from planner.core.changes import Disruption
from planner.core.drift import DriftView, choose_policy, find_baseline, find_drift, is_drift
from planner.core.field_paths import EntryKey
from planner.core.live_trees import make_seen
from planner.core.snapshot import LiveResource
from planner.core.tracking import TrackedResource
from planner.core.trees import ABSENT
from planner.kinds.pool import POOL_RULES

TEAM = ("metadata", "annotations", "team")
COUNT = ("spec", "resources", EntryKey(parts=("f", "")), "count")
SEEN = make_pool_tree({"flavor": "f", "count": 2}, {"flavor": "g", "count": 1}, team="ours")


def see(before, after, *, managed=(), policies=None):
    """Return (label, before, after, managed, policy) of every drift row between two live objects."""
    view = DriftView(
        address=POOL,
        tracked=record_import(before),
        live=after,
        is_managed=lambda path: path in managed,
        policies=policies or {},
    )
    rows = find_drift(view, rules=POOL_RULES)
    return [(one.label, one.before, one.after, one.is_managed, one.policy) for one in rows]


def make_stepped(*counts):
    entries = [
        {"flavor": "f", "count": count, "creatingStep": {"step": count, "type": "hyperinstance"}} for count in counts
    ]
    return make_live(make_pool_tree(*entries))


def with_metadata(**members):
    tree = make_pool_tree()
    return LiveResource(id="a-p", metadata={**tree["metadata"], **members}, spec=tree["spec"])


@pytest.mark.parametrize(
    ("after", "rows"),
    [
        pytest.param(SEEN, [], id="nothing"),
        pytest.param(
            make_pool_tree({"flavor": "g", "count": 1}, {"flavor": "f", "count": 2}, team="ours"),
            [],
            id="another order",
        ),
        pytest.param(
            make_pool_tree({"flavor": "f", "count": 4}, {"flavor": "g", "count": 1}, team="theirs"),
            [
                ('annotations["team"]', "ours", "theirs", False, ""),
                ("resources[f].count", 2, 4, True, "stop"),
            ],
            id="managed and unmanaged fields",
        ),
        pytest.param(
            make_pool_tree({"flavor": "f", "count": 2}, team="ours"),
            [("resources[g].flavor", "g", ABSENT, False, ""), ("resources[g].count", 1, ABSENT, False, "")],
            id="an entry is gone",
        ),
        pytest.param(
            make_pool_tree({"flavor": "f", "count": 2}, {"flavor": "g", "count": 1}),
            [('annotations["team"]', "ours", ABSENT, False, "")],
            id="an annotation is gone",
        ),
    ],
)
def test_what_others_changed_is_told_field_by_field(after, rows):
    assert see(make_live(SEEN), make_live(after), managed={COUNT}, policies={COUNT: "stop"}) == rows


def test_the_phase_is_told_beside_the_fields():
    before, after = make_live(SEEN), make_live(SEEN, phase="Abnormal")
    assert see(before, after) == [("phase", "Running", "Abnormal", False, "")]


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("labels", "os.modelarts/order.name"),
        ("annotations", "os.modelarts/flavor.resource.ids"),
        ("annotations", "os.modelarts.pool/subpools.count"),
    ],
)
def test_what_moves_by_itself_is_not_remembered_and_no_drift(kind, name):
    before, after = with_metadata(**{kind: {name: "1"}}), with_metadata(**{kind: {name: "2"}})
    assert make_seen(before)["metadata"][kind] == {}
    assert see(before, after) == []


def test_the_same_name_elsewhere_is_remembered():
    before, after = (with_metadata(annotations={"os.modelarts/order.name": text}) for text in "12")
    assert see(before, after) == [('annotations["os.modelarts/order.name"]', "1", "2", False, "")]


def test_entries_that_differ_in_their_creating_step_alone_may_change_places():
    assert see(make_stepped(4, 8), make_stepped(8, 4)) == []


def test_a_creating_step_that_tells_nothing_apart_is_a_field():
    rows = see(make_stepped(4), make_live(make_pool_tree({"flavor": "f", "count": 4})))
    assert [label for label, *_ in rows] == [
        "resources[f].creating_step.step",
        "resources[f].creating_step.type",
    ]


@pytest.mark.parametrize(
    ("sent", "seen", "baseline"),
    [
        pytest.param({"team": "sent"}, {"team": "seen"}, "sent", id="as sent"),
        pytest.param({}, {"team": "seen"}, "seen", id="never sent: as seen"),
        pytest.param({}, {}, ABSENT, id="neither"),
    ],
)
def test_a_field_was_last_known_to_be(sent, seen, baseline):
    tracked = TrackedResource(
        id="a-p", last_applied={"metadata": {"annotations": sent}}, last_seen={"metadata": {"annotations": seen}}
    )
    assert find_baseline(tracked, TEAM, rules=POOL_RULES) == baseline
    assert is_drift(tracked, TEAM, desired=baseline, rules=POOL_RULES)
    assert not is_drift(tracked, TEAM, desired="wanted anew", rules=POOL_RULES)


def test_a_scope_that_was_sent_in_another_order_is_what_the_files_ask_for():
    tracked = TrackedResource(id="a-p", last_applied={"spec": {"scope": ["Train", "Infer"]}}, last_seen={})
    assert is_drift(tracked, ("spec", "scope"), desired=["Infer", "Train"], rules=POOL_RULES)


@pytest.mark.parametrize(
    ("configured", "disruption", "policy"),
    [
        (None, Disruption.NONE, "revert"),
        (None, Disruption.NEW_NODES, "revert"),
        (None, Disruption.DRAINS, "stop"),
        (None, Disruption.INTERRUPTS, "stop"),
        (None, Disruption.DESTROYS, "stop"),
        ("keep", Disruption.NONE, "keep"),
        ("stop", Disruption.NONE, "stop"),
        ("revert", Disruption.INTERRUPTS, "revert"),
    ],
)
def test_drift_is_reverted_by_default_where_it_costs_no_job(configured, disruption, policy):
    assert choose_policy(configured, disruption) == policy
