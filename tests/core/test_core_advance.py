"""The state after an apply holds what was sent, and what is left of that when lines go."""

from core_cases import make_live, make_pool_tree, make_subject, plan_update

from planner.core.advance import record_creation, record_import, record_update
from planner.core.targets import find_target
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
