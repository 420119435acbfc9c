"""The inverse of an apply, and its law: what can be set back is as it was before."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from planning_cases import make_live, make_pool, make_request, plan, track

from planner.core.addresses import Address
from planner.core.advance import record_update
from planner.core.assign import find_field
from planner.core.changes import Action
from planner.core.planning import build_plan
from planner.core.receipts import Receipt, make_outcomes, make_receipt_changes
from planner.core.reversal import Reversal, judge_field
from planner.core.schedule import apply_intents
from planner.core.tracking import TrackedResource
from planner.core.undo import Undone, ask_for_forgotten, undo
from planner.kinds.table import KINDS

POOL = Address(kind="pool", name="a")
RULES = KINDS["pool"]
A = make_pool("aaa", count=4)


def make_receipt(found, *, tracked=(), outcome="done") -> Receipt:
    loud = tuple(one for one in found.changes if one.action is not Action.NO_OP)
    rows = tuple(replace(one, outcome=outcome) for one in make_outcomes(loud, kinds=KINDS))
    return Receipt(
        id="r",
        operation="apply",
        who="w",
        reason="",
        commit="",
        version="1",
        started="t",
        lineage="l",
        serial=0,
        service=None,
        plan_digest="d",
        changes=make_receipt_changes(loud, resources=dict(tracked)),
        outcomes=rows,
    )


def take_back(receipt, **scene) -> Undone:
    request = make_request(**scene)
    return undo(request.desired, receipt, state=request.state, snapshot=request.snapshot, kinds=KINDS)


def plan_back(receipt, **scene):
    request = make_request(**scene)
    undone = undo(request.desired, receipt, state=request.state, snapshot=request.snapshot, kinds=KINDS)
    return build_plan(replace(request, desired=undone.desired)), undone


def list_words(undone: Undone) -> list[tuple[str, str]]:
    return [(one.what, one.verdict.reversal.word) for one in undone.steps]


def list_actions(found) -> list[tuple[str, str]]:
    return [(str(one.address), one.action.value) for one in found.changes]


TEXTS = st.sampled_from(["x", "y", "z"])
TREES = st.builds(
    lambda count, other, notes, labels: {
        "metadata": {"labels": {"os.modelarts/name": "aaa", **labels}, "annotations": notes},
        "spec": {
            "type": "Dedicate",
            "network": {"name": "net-p"},
            "resources": [{"flavor": "f", "count": count}, *([{"flavor": "g", "count": other}] if other else [])],
        },
    },
    st.integers(3, 6),
    st.integers(0, 3),
    st.dictionaries(st.sampled_from(["team", "run"]), TEXTS),
    st.dictionaries(st.sampled_from(["env", "cost"]), TEXTS),
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(before=TREES, after=TREES)
def test_undo_of_an_apply_restores_every_field_that_can_be_restored(before, after):
    known = track(before)
    first = plan(blocks={"pool.a": after}, tracked={"pool.a": known}, live={"pool.a": make_live(before)})
    receipt = make_receipt(first, tracked={POOL: known})
    change = first.changes[0]
    tree, sent = before, []
    for operation in change.operations:
        tree = apply_intents(tree, operation.intents, rules=RULES)
        sent += operation.intents
    live = make_live(tree)
    recorded = record_update(known, change, sent=sent, live=live, rules=RULES)
    second, _ = plan_back(receipt, blocks={"pool.a": after}, tracked={"pool.a": recorded}, live={"pool.a": live})
    for operation in second.changes[0].operations:
        tree = apply_intents(tree, operation.intents, rules=RULES)
    lost = {
        one.label: find_field(tree, one.path, rules=RULES)
        for one in change.fields
        if judge_field(before, one, rules=RULES).reversal is not Reversal.NONE
        and find_field(tree, one.path, rules=RULES) != one.before
    }
    assert lost == {}


def test_a_resource_that_was_made_is_deleted():
    made = plan(blocks={"pool.a": A})
    found, undone = plan_back(make_receipt(made), tracked={"pool.a": track(A)}, live={"pool.a": make_live(A)})
    assert list_actions(found) == [("pool.a", "delete")]
    assert (found.changes[0].reason, list_words(undone)) == (
        "undo of r",
        [("delete what was made", "reversible with loss")],
    )


def test_a_network_that_was_made_is_deleted_without_loss():
    tree = {"metadata": {"labels": {"os.modelarts/name": "net"}}, "spec": {"cidr": "10.0.0.0/16"}}
    made = plan(blocks={"network.n": tree})
    undone = take_back(make_receipt(made), tracked={"network.n": track(tree)}, live={"network.n": make_live(tree)})
    assert list_words(undone) == [("delete what was made", "reversible")]


def make_gone(known: TrackedResource) -> Receipt:
    gone = plan(tracked={"pool.a": known}, live={"pool.a": make_live(A)}, removed={"pool.a": True})
    return make_receipt(gone, tracked={POOL: known})


def test_a_resource_that_was_deleted_is_made_anew_from_what_had_been_sent():
    found, undone = plan_back(make_gone(track(A)))
    assert (list_actions(found), found.changes[0].after) == ([("pool.a", "create")], A)
    assert list_words(undone) == [("make it anew", "reversible with loss")]


def test_a_deleted_resource_that_was_adopted_cannot_be_made_anew():
    found, undone = plan_back(make_gone(TrackedResource(id="aaa-p", last_applied={}, last_seen={})))
    assert (list_actions(found), list_words(undone)) == ([], [("make it anew", "not reversible")])


def test_a_replacement_is_replaced_back():
    other = make_pool("aaa", network="other-p", count=4)
    known = track(A)
    replaced = plan(blocks={"pool.a": other}, tracked={"pool.a": known}, live={"pool.a": make_live(A)})
    receipt = make_receipt(replaced, tracked={POOL: known})
    found, _ = plan_back(receipt, tracked={"pool.a": track(other)}, live={"pool.a": make_live(other)})
    assert list_actions(found) == [("pool.a", "replace")]


def test_what_was_forgotten_is_read_and_imported():
    known = track(A)
    forgotten = plan(tracked={"pool.a": known}, live={"pool.a": make_live(A)}, removed={"pool.a": False})
    receipt = make_receipt(forgotten, tracked={POOL: known})
    request = make_request()
    asked = ask_for_forgotten(request.desired, receipt, state=request.state)
    assert ([one.id for one in asked.imports], list(asked.resources)) == (["aaa-p"], [POOL])
    found, undone = plan_back(receipt, live={"pool.a": make_live(A)})
    assert (list_actions(found), list_words(undone)) == ([("pool.a", "import")], [("manage it again", "reversible")])


def test_an_import_is_forgotten():
    imported = plan(blocks={"pool.a": A}, live={"pool.a": make_live(A)}, imports={"pool.a": "aaa-p"})
    receipt = make_receipt(imported)
    tracked = TrackedResource(id="aaa-p", last_applied={}, last_seen={})
    found, undone = plan_back(receipt, tracked={"pool.a": tracked}, live={"pool.a": make_live(A)})
    assert (list_actions(found), list_words(undone)) == ([("pool.a", "forget")], [("stop managing it", "reversible")])


def shrink() -> Receipt:
    smaller = make_pool("aaa", count=3)
    found = plan(blocks={"pool.a": smaller}, tracked={"pool.a": track(A)}, live={"pool.a": make_live(A)})
    return make_receipt(found, tracked={POOL: track(A)})


@pytest.mark.parametrize(
    ("count", "words"),
    [
        pytest.param(3, [("set back", "reversible with loss")], id="as the apply left it"),
        pytest.param(4, [], id="set back already"),
        pytest.param(5, [("set back", "not reversible")], id="changed since"),
    ],
)
def test_a_field_is_set_back_only_where_the_apply_left_it(count, words):
    now = make_pool("aaa", count=count)
    undone = take_back(shrink(), tracked={"pool.a": track(now)}, live={"pool.a": make_live(now)})
    assert list_words(undone) == words


def test_what_is_not_as_the_apply_left_it_is_told():
    assert list_words(take_back(shrink())) == [("nothing", "not reversible")]


def test_what_had_not_begun_is_not_taken_back():
    skipped = make_receipt(plan(blocks={"pool.a": A}), outcome="skipped")
    assert list_words(take_back(skipped, tracked={"pool.a": track(A)}, live={"pool.a": make_live(A)})) == []


def test_an_entry_that_went_comes_back_with_what_had_been_sent_of_it():
    two = {
        **A,
        "spec": {**A["spec"], "resources": [{"flavor": "f", "count": 4}, {"flavor": "g", "count": 1, "maxCount": 1}]},
    }
    found = plan(blocks={"pool.a": A}, tracked={"pool.a": track(two)}, live={"pool.a": make_live(two)})
    receipt = make_receipt(found, tracked={POOL: track(two)})
    undone = take_back(receipt, tracked={"pool.a": track(A)}, live={"pool.a": make_live(A)})
    entries = undone.desired.resources[POOL].tree["spec"]["resources"]
    assert {one["flavor"]: one["count"] for one in entries} == {"f": 4, "g": 1}


def test_what_somebody_took_off_is_not_asked_for_again():
    sent = {**A, "metadata": {**A["metadata"], "annotations": {"team": "x"}}}
    undone = take_back(shrink(), tracked={"pool.a": track(sent)}, live={"pool.a": make_live(A)})
    assert "annotations" not in undone.desired.resources[POOL].tree["metadata"]


def test_what_vanished_meanwhile_stays_asked_for():
    undone = take_back(shrink(), tracked={"pool.a": track(A), "pool.b": track(make_pool("bbb"))}, missing=["pool.b"])
    assert undone.desired.resources[Address(kind="pool", name="b")].tree == make_pool("bbb")
