"""The receipt of an apply: who changed what, when and why, and what came of each operation (semantics 8.6)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from typing import Final, Literal

from planner.core.addresses import Address
from planner.core.changes import Action, Change, FieldChange
from planner.core.kind_rules import KindRules
from planner.core.lazy_dataclass import dataclass, replace
from planner.core.reversal import Inverse, Verdict, judge_operation, make_inverse
from planner.core.tracking import ServiceIdentity, TrackedResource
from planner.core.trees import Tree, Value

OutcomeWord = Literal["done", "failed", "uncertain", "waiting", "skipped"]
UNBEGUN: Final = "not begun"
_GOOD: Final = frozenset({"done", "waiting"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptChange:
    """What an apply was to do about one resource.

    ``before`` and ``after`` are the resource's trees, None where it is not there; ``last_applied`` is what had
    been sent until then. ``fields`` have no places in files: those move on.
    """

    address: Address
    kind: str
    id: str
    action: Action
    reason: str
    disruption: str
    digest: str
    before: Tree | None
    after: Tree | None
    last_applied: Tree
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationOutcome:
    """What came of one operation, the ``number``-th of its change from 1.

    A change that sends nothing (an import, a forget) has one with number 0 and no method. Times are RFC 3339
    in UTC, empty where nothing was sent; ``body`` is the one that was sent last. ``partial`` says how much of it
    came where it came in part.
    """

    address: Address
    number: int
    action: Action
    purpose: str
    method: str
    path: str
    outcome: OutcomeWord = "skipped"
    detail: str = UNBEGUN
    partial: str = ""
    started: str = ""
    ended: str = ""
    seconds: float | None = None
    body: Value = None
    inverse: Inverse | None = None
    verdict: Verdict = field(default_factory=Verdict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """One apply. ``operation`` is the command; ``commit`` that of the files, empty outside a repository.

    ``ended`` is empty while the run goes on or where it was killed. ``serial`` is the state's at the start.
    ``changes`` are those that were to be made. ``left_out`` were planned, and not approved or blocked.
    """

    id: str
    operation: str
    who: str
    reason: str
    commit: str
    version: str
    started: str
    ended: str = ""
    lineage: str
    serial: int
    service: ServiceIdentity | None
    plan_digest: str
    changes: tuple[ReceiptChange, ...]
    outcomes: tuple[OperationOutcome, ...]
    left_out: tuple[Address, ...] = ()
    is_interrupted: bool = False

    @property
    def is_complete(self) -> bool:
        """Tell whether all was done, or accepted, that was to be done."""
        return (
            bool(self.ended)
            and not self.is_interrupted
            and not self.left_out
            and all(one.outcome in _GOOD for one in self.outcomes)
        )


def make_receipt_changes(
    changes: Iterable[Change], *, resources: Mapping[Address, TrackedResource]
) -> tuple[ReceiptChange, ...]:
    """Return what a receipt keeps of ``changes``; ``resources`` is what is tracked before them."""
    return tuple(
        ReceiptChange(
            address=one.address,
            kind=one.kind,
            id=one.id,
            action=one.action,
            reason=one.reason,
            disruption=one.disruption.word,
            digest=one.digest,
            before=one.before,
            after=one.after,
            last_applied=resources[one.address].last_applied if one.address in resources else {},
            fields=tuple(replace(row, source=None) for row in one.fields),
        )
        for one in changes
    )


def make_outcomes(changes: Iterable[Change], *, kinds: Mapping[str, KindRules]) -> tuple[OperationOutcome, ...]:
    """Return an outcome for each operation of ``changes``, none of which has begun."""
    return tuple(row for change in changes for row in _make_rows(change, rules=kinds[change.kind]))


def find_outcomes(receipt: Receipt, address: Address) -> tuple[OperationOutcome, ...]:
    """Return what came of the operations on ``address``."""
    return tuple(one for one in receipt.outcomes if one.address == address)


def find_change_word(outcomes: Iterable[OperationOutcome]) -> OutcomeWord:
    """Return what a whole change came to: the first outcome that is not done, else done."""
    return next((one.outcome for one in outcomes if one.outcome != "done"), "done")


def narrow_receipt(receipt: Receipt, address: Address) -> Receipt:
    """Return ``receipt`` with nothing but what it says of ``address``."""
    return replace(
        receipt,
        changes=tuple(one for one in receipt.changes if one.address == address),
        outcomes=find_outcomes(receipt, address),
        left_out=tuple(one for one in receipt.left_out if one == address),
    )


def _make_rows(change: Change, *, rules: KindRules) -> Iterator[OperationOutcome]:
    if not change.operations:
        yield OperationOutcome(
            address=change.address,
            number=0,
            action=change.action,
            purpose=f"move from {change.previous_address}" if change.previous_address else change.action.value,
            method="",
            path="",
        )
    for number, operation in enumerate(change.operations, start=1):
        yield OperationOutcome(
            address=change.address,
            number=number,
            action=change.action,
            purpose=operation.purpose,
            method=operation.method,
            path=operation.path,
            inverse=make_inverse(change, number, rules=rules),
            verdict=judge_operation(change, operation, rules=rules),
        )
