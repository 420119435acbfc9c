"""What can be taken back of a change, and with which request."""

import pytest
from planning_cases import make_live, make_network, make_pool, plan, track

from planner.core.addresses import Address
from planner.core.changes import Change, Disruption, FieldChange
from planner.core.field_paths import EntryKey, FieldPath
from planner.core.receipts import (
    Receipt,
    find_change_word,
    find_outcomes,
    make_outcomes,
    make_receipt_changes,
    narrow_receipt,
)
from planner.core.reversal import Inverse, Reversal, Verdict, judge_field, judge_operation, make_inverse
from planner.core.trees import ABSENT, Maybe
from planner.kinds.table import KINDS

POOL = KINDS["pool"]
ENTRY = ("spec", "resources", EntryKey(parts=("f", "")))
BEFORE = make_pool("aaa", count=4)


def find_change(before, after, **options) -> Change:
    found = plan(
        blocks={"pool.a": after}, tracked={"pool.a": track(before)}, live={"pool.a": make_live(before)}, **options
    )
    return next(one for one in found.changes if str(one.address) == "pool.a")


def make_made(blocks) -> Change:
    return plan(blocks=blocks).changes[0]


def judge(path: FieldPath, before: Maybe, after: Maybe, disruption: Disruption = Disruption.NONE) -> Verdict:
    field = FieldChange(path=path, label="", before=before, after=after, disruption=disruption)
    return judge_field(BEFORE, field, rules=POOL)


@pytest.mark.parametrize(
    ("path", "sides", "disruption", "reversal"),
    [
        pytest.param(
            ("metadata", "annotations", "team"), (ABSENT, "x"), Disruption.NONE, Reversal.WHOLE, id="a new annotation"
        ),
        pytest.param((*ENTRY, "count"), (4, 5), Disruption.NEW_NODES, Reversal.WHOLE, id="growth"),
        pytest.param((*ENTRY, "count"), (4, 3), Disruption.DRAINS, Reversal.LOSS, id="shrinkage"),
        pytest.param((*ENTRY, "flavor"), ("f", ABSENT), Disruption.DRAINS, Reversal.LOSS, id="an entry that goes"),
        pytest.param(
            ("spec", "resources", EntryKey(parts=("g", "")), "count"),
            (ABSENT, 2),
            Disruption.NEW_NODES,
            Reversal.WHOLE,
            id="an entry that comes",
        ),
        pytest.param(
            ("spec", "driver", "gpuVersion"), (ABSENT, "2"), Disruption.DRAINS, Reversal.NONE, id="a first driver"
        ),
        pytest.param(
            ("spec", "scope"), (["Train"], ["Infer"]), Disruption.INTERRUPTS, Reversal.LOSS, id="jobs that were ended"
        ),
        pytest.param(
            ("metadata", "annotations", "os.modelarts/order.id"),
            (ABSENT, "1"),
            Disruption.NONE,
            Reversal.NONE,
            id="a purchase",
        ),
    ],
)
def test_a_field_is_judged(path: FieldPath, sides: tuple[Maybe, Maybe], disruption: Disruption, reversal: Reversal):
    verdict = judge(path, *sides, disruption)
    assert (verdict.reversal, bool(verdict.why)) == (reversal, reversal is not Reversal.WHOLE)


def test_what_can_be_switched_on_alone_is_never_switched_back():
    field = FieldChange(
        path=("spec", "ipv6enable"), label="ipv6enable", before=False, after=True, disruption=Disruption.NONE
    )
    verdict = judge_field(make_network("net"), field, rules=KINDS["network"])
    assert verdict == Verdict(reversal=Reversal.NONE, why="it can be switched on, never off")


def test_the_inverse_of_a_creation_deletes_and_of_a_deletion_makes_anew():
    made = make_made({"pool.a": BEFORE})
    assert judge_operation(made, made.operations[0], rules=POOL).reversal is Reversal.LOSS
    inverse = make_inverse(made, 1, rules=POOL)
    assert inverse is not None
    assert (inverse.method, inverse.path[-1], inverse.body) == ("DELETE", "/", None)
    replaced = find_change(BEFORE, BEFORE, replace=("pool.a",))
    assert judge_operation(replaced, replaced.operations[0], rules=POOL).why.startswith("it is made anew, with")
    remade = make_inverse(replaced, 1, rules=POOL)
    assert remade is not None
    assert (remade.method, remade.path.rpartition("/")[2]) == ("POST", "pools")


def test_a_network_that_was_made_can_be_taken_back_and_one_that_went_gets_another_id():
    made = make_made({"network.n": make_network("net")})
    assert judge_operation(made, made.operations[0], rules=KINDS["network"]) == Verdict()
    found = plan(
        tracked={"network.n": track(make_network("net"))},
        live={"network.n": make_live(make_network("net"))},
        destroy=True,
    )
    gone = found.changes[0]
    verdict = judge_operation(gone, gone.operations[0], rules=KINDS["network"])
    assert verdict == Verdict(reversal=Reversal.LOSS, why="it is made anew, with another id")


def test_the_inverse_of_a_patch_puts_back_what_was_there():
    described = {**BEFORE, "metadata": {**BEFORE["metadata"], "annotations": {"team": "x"}}}
    change = find_change(BEFORE, described)
    path = change.operations[0].path
    assert make_inverse(change, 1, rules=POOL) == Inverse(
        method="PATCH",
        path=path,
        content_type="application/merge-patch+json",
        body={"metadata": {"annotations": None}},
    )


def test_nodes_that_went_by_name_come_back_with_the_count():
    change = find_change(BEFORE, make_pool("aaa", count=3))
    assert [make_inverse(change, number, rules=POOL) is None for number in (1, 2)] == [True, False]
    verdicts = [judge_operation(change, one, rules=POOL).reversal for one in change.operations]
    assert verdicts == [Reversal.LOSS, Reversal.LOSS]
    assert Reversal.LOSS.word == "reversible with loss"


def test_a_receipt_begins_with_nothing_begun_and_can_be_narrowed():
    found = plan(blocks={"pool.a": BEFORE, "pool.b": make_pool("bbb")})
    forgotten = plan(tracked={"pool.c": track(BEFORE)}, missing=["pool.c"], refresh_only=True).changes
    changes = (*found.changes, *forgotten)
    receipt = Receipt(
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
        changes=make_receipt_changes(changes, resources={}),
        outcomes=make_outcomes(changes, kinds=KINDS),
    )
    assert [(one.number, one.outcome) for one in receipt.outcomes] == [(1, "skipped"), (1, "skipped"), (0, "skipped")]
    assert find_change_word(receipt.outcomes) == "skipped"
    assert (find_change_word(()), receipt.is_complete) == ("done", False)
    narrowed = narrow_receipt(receipt, Address(kind="pool", name="b"))
    assert [str(one.address) for one in (*narrowed.changes, *narrowed.outcomes)] == ["pool.b", "pool.b"]
    assert len(find_outcomes(receipt, Address(kind="pool", name="a"))) == 1
