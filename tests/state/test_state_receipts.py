"""Receipts as documents, and where the local store keeps them."""

from dataclasses import replace

import pytest

from planner.core.addresses import Address
from planner.core.changes import Action, Disruption, FieldChange
from planner.core.field_paths import EntryKey
from planner.core.receipts import OperationOutcome, Receipt, ReceiptChange
from planner.core.reversal import Inverse, Reversal, Verdict
from planner.core.trees import ABSENT
from planner.state.documents.receipt_document import format_receipt, parse_receipt
from planner.state.errors import DocumentError
from planner.state.locks.errors import LockLostError
from planner.state.locks.holders import LockRequest
from planner.state.stores.local.store import LocalStore, open_local_store

POOL = Address(kind="pool", name="a")
FIELD = FieldChange(
    path=("spec", "resources", EntryKey(parts=("f", "")), "count"),
    label="resources[f].count",
    before=ABSENT,
    after=2,
    disruption=Disruption.NEW_NODES,
)
RECEIPT = Receipt(
    id="20261125T000000000Z-1",
    operation="apply",
    who="w@h",
    reason="why",
    commit="c",
    version="0.1.0",
    started="2026-11-25T00:00:00.000Z",
    ended="2026-11-25T00:00:01.000Z",
    lineage="l",
    serial=3,
    service=None,
    plan_digest="sha256:0",
    changes=(
        ReceiptChange(
            address=POOL,
            kind="pool",
            id="a-1",
            action=Action.UPDATE,
            reason="",
            disruption="new_nodes",
            digest="sha256:1",
            before={"spec": {}},
            after=None,
            last_applied={},
            fields=(FIELD,),
        ),
    ),
    outcomes=(
        OperationOutcome(
            address=POOL,
            number=1,
            action=Action.UPDATE,
            purpose="grow",
            method="PATCH",
            path="/p/a-1",
            outcome="done",
            detail="",
            seconds=1.0,
            body={"spec": {"x": 1}},
            inverse=Inverse(method="PATCH", path="/p/a-1", content_type="j", body={"spec": {"x": None}}),
            verdict=Verdict(reversal=Reversal.LOSS, why="nodes"),
        ),
    ),
    left_out=(Address(kind="network", name="n"),),
)
REQUEST = LockRequest(id="lock-1", operation="apply", who="w", created="t", version="1")


@pytest.fixture
def store(tmp_path) -> LocalStore:
    return open_local_store(tmp_path, "pools.state.json")


def test_a_receipt_is_read_as_it_was_written():
    assert parse_receipt(format_receipt(RECEIPT)) == RECEIPT


@pytest.mark.parametrize("member", ["changes", "outcomes"])
def test_an_address_that_is_none_is_named(member):
    broken = format_receipt(RECEIPT).replace('"pool.a"', '"pool"').replace('"network.n"', '"network"')
    with pytest.raises(DocumentError) as caught:
        parse_receipt(broken)
    assert any(f"{member}[0].address" in one.detail for one in caught.value.diagnostics)


def test_receipts_are_kept_beside_the_state_in_the_order_of_their_ids(store, tmp_path):
    with store.acquire(REQUEST):
        store.save_receipt("2-b", "second")
        store.save_receipt("1-a", "first")
        store.save_receipt("1-a", "first again")
    (tmp_path / "pools.state.receipts" / ".hidden.json").write_text("no", encoding="utf-8")
    assert list(store.load_receipts().items()) == [("1-a", "first again"), ("2-b", "second")]


def test_a_receipt_needs_the_lock_and_a_sound_id(store):
    with pytest.raises(LockLostError):
        store.save_receipt("1-a", "first")
    with pytest.raises(ValueError, match="not a receipt's id"):
        store.save_receipt("../a", "first")


def test_without_receipts_there_are_none(store):
    assert store.load_receipts() == {}


@pytest.mark.parametrize(
    ("changed", "is_complete"),
    [
        pytest.param({}, False, id="something was left out"),
        pytest.param({"left_out": ()}, True, id="all done"),
        pytest.param({"left_out": (), "is_interrupted": True}, False, id="interrupted"),
        pytest.param({"left_out": (), "ended": ""}, False, id="not over"),
    ],
)
def test_a_receipt_is_complete_only_when_all_was_done(changed, is_complete):
    assert replace(RECEIPT, **changed).is_complete is is_complete
