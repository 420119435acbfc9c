"""The state after an apply holds what was sent, and what is left of that when lines go."""

from dataclasses import replace

import pytest
from core_cases import make_live, make_pool_tree, make_subject, plan_update

from planner.core.advance import drop_released, make_kept, record_creation, record_import, record_update
from planner.core.targets import find_target
from planner.core.tracking import TrackedResource
from planner.kinds.pool import POOL_RULES


def test_trimming_an_adopted_file_sends_nothing():
    live = make_live(make_pool_tree({"flavor": "f", "count": 2}, {"flavor": "g", "count": 1}, team="x"))
    change = plan_update(live, make_pool_tree({"flavor": "f", "count": 2}), tracked=record_import(live))
    assert (change.action.value, change.operations) == ("no-op", ())


def test_an_entry_that_was_made_goes_with_its_block():
    tree = make_pool_tree({"flavor": "f", "count": 2}, {"flavor": "g", "count": 1})
    live = make_live(tree)
    tracked = record_creation(tree, live, rules=POOL_RULES)
    change = plan_update(live, make_pool_tree({"flavor": "f", "count": 2}), tracked=tracked)
    assert [(one.label, one.before) for one in change.fields] == [
        ("resources[g].flavor", "g"),
        ("resources[g].count", 1),
    ]
    assert change.operations[-1].body == {"spec": {"resources": [{"flavor": "f", "count": 2}]}}


def test_an_entry_that_was_adopted_stays_when_its_block_goes_and_is_let_go():
    live = make_live(make_pool_tree({"flavor": "f", "count": 2}, {"flavor": "g", "count": 1}))
    grown = plan_update(live, make_pool_tree({"flavor": "g", "count": 3}), tracked=record_import(live))
    after = make_live(make_pool_tree({"flavor": "f", "count": 2}, {"flavor": "g", "count": 3}))
    tracked = record_update(record_import(live), grown, sent=grown.operations[0].intents, live=after, rules=POOL_RULES)
    assert tracked.last_applied == {"spec": {"resources": [{"flavor": "g", "count": 3}]}}
    trimmed = plan_update(after, make_pool_tree({"flavor": "f", "count": 2}), tracked=tracked)
    assert (trimmed.action.value, trimmed.released) == ("no-op", ("resources[g]",))
    released = record_update(tracked, trimmed, sent=(), live=after, rules=POOL_RULES)
    assert released.last_applied == {"spec": {"resources": []}}


def test_a_pool_that_somebody_else_grew_is_not_shrunk():
    before = make_live(make_pool_tree({"flavor": "f", "count": 2}))
    grown = make_live(make_pool_tree({"flavor": "f", "count": 6}))
    wanted = make_pool_tree({"flavor": "f", "count": 2})
    subject = make_subject(grown, wanted, tracked=record_import(before))
    assert list(find_target(subject, POOL_RULES).policies.values()) == ["stop"]


def make_stepped(*steps):
    entries = [
        {"flavor": "f", "count": step, "creatingStep": {"step": step, "type": "hyperinstance"}} for step in steps
    ]
    return make_pool_tree(*entries)


@pytest.mark.parametrize(
    ("whole", "created"),
    [
        pytest.param(
            make_pool_tree({"flavor": "f", "count": 2}, {"flavor": "g", "count": 1}), ("f", "g"), id="by flavor"
        ),
        pytest.param(
            make_pool_tree({"flavor": "f", "nodePool": "np", "count": 1}), ("f/np",), id="by flavor and node pool"
        ),
        pytest.param(
            make_stepped(4, 8),
            ("f//step=4:type=hyperinstance", "f//step=8:type=hyperinstance"),
            id="by creating step where it is set",
        ),
        pytest.param({"metadata": {}, "spec": {}}, (), id="none"),
    ],
)
def test_a_creation_makes_all_its_entries_ours(whole, created):
    tracked = record_creation(whole, make_live(whole), rules=POOL_RULES, prevent_destroy=True)
    assert (tracked.id, tracked.last_applied, tracked.created_entries) == ("a-p", whole, created)
    assert tracked.prevent_destroy


def test_an_import_makes_nothing_ours():
    tracked = record_import(make_live(make_pool_tree({"flavor": "f", "count": 2})), prevent_destroy=True)
    assert (tracked.last_applied, tracked.created_entries, tracked.prevent_destroy) == ({}, (), True)


def test_an_update_records_what_was_sent_and_no_more():
    live = make_live(make_pool_tree({"flavor": "f", "count": 2}, {"flavor": "g", "count": 1}, theirs="1"))
    desired = make_pool_tree({"flavor": "f", "count": 2}, {"flavor": "h", "count": 3}, team="a")
    change = plan_update(live, desired, tracked=record_import(live))
    sent = [intent for operation in change.operations for intent in operation.intents]
    after = make_live(change.after, phase="Abnormal")
    tracked = record_update(record_import(live), change, sent=sent, live=after, rules=POOL_RULES)
    assert tracked.last_applied == {
        "metadata": {"annotations": {"team": "a"}},
        "spec": {"resources": [{"flavor": "h", "count": 3}]},
    }
    assert (tracked.created_entries, tracked.last_seen["phase"]) == (("h",), "Abnormal")


def test_an_entry_that_was_removed_is_ours_no_more():
    whole = make_pool_tree({"flavor": "f", "count": 2}, {"flavor": "g", "count": 1})
    desired = make_pool_tree({"flavor": "f", "count": 2})
    tracked = record_creation(whole, make_live(whole), rules=POOL_RULES)
    change = plan_update(make_live(whole), desired, tracked=tracked)
    sent = [intent for operation in change.operations for intent in operation.intents]
    recorded = record_update(tracked, change, sent=sent, live=make_live(desired), rules=POOL_RULES)
    assert (recorded.last_applied, recorded.created_entries) == (desired, ("f",))


def test_a_field_that_is_released_is_recorded_no_more():
    whole = {**make_pool_tree(team="a"), "spec": {"scope": ["Train"], "driver": {"gpuVersion": "1"}}}
    tracked = TrackedResource(id="a-p", last_applied=whole, last_seen={})
    change = plan_update(make_live(whole), make_pool_tree(team="a") | {"spec": {}}, tracked=tracked)
    recorded = record_update(tracked, change, sent=(), live=make_live(whole), rules=POOL_RULES)
    assert change.released == ("scope", "driver.gpu_version")
    assert recorded.last_applied == {**make_pool_tree(team="a"), "spec": {"driver": {}}}


def test_an_entry_that_is_known_by_its_creating_step_is_let_go_by_it():
    whole = make_stepped(4, 8)
    tracked = TrackedResource(id="a-p", last_applied=whole, last_seen={})
    change = plan_update(make_live(whole), make_stepped(4), tracked=tracked)
    applied, entries = drop_released(tracked, change.released, rules=POOL_RULES)
    assert change.released == ("resources[f//step=8:type=hyperinstance]",)
    assert (applied["spec"]["resources"], entries) == (make_stepped(4)["spec"]["resources"], ())


def test_a_resource_to_which_nothing_is_sent_lets_go_and_stays_as_it_was_seen():
    whole = make_pool_tree({"flavor": "f", "count": 2}) | {"spec": {"scope": ["Train"]}}
    tracked = record_creation(whole, make_live(whole), rules=POOL_RULES)
    change = plan_update(make_live(whole, phase="Abnormal"), {**whole, "spec": {}}, tracked=tracked)
    kept = make_kept(tracked, change, rules=POOL_RULES, prevent_destroy=True)
    assert kept == replace(tracked, last_applied={**whole, "spec": {}}, prevent_destroy=True)
