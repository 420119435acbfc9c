"""What a journal says of a run, written into its receipt (semantics 8.6)."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import Final

from planner.core.addresses import Address
from planner.core.lazy_dataclass import dataclass, replace
from planner.core.receipts import UNBEGUN, OperationOutcome, OutcomeWord, Receipt
from planner.core.reversal import Inverse
from planner.core.tracking import TrackedResource
from planner.engine.journal_records import ChangeEnded, OperationEnded, OperationStarted, Record
from planner.engine.sending_creations import UNKNOWN_ID

_WORDS: Final[Mapping[str, OutcomeWord]] = {
    "applied": "done",
    "waiting": "waiting",
    "failed": "failed",
    "uncertain": "uncertain",
    "skipped": "skipped",
}
_NO_ANSWER: Final = "its request was sent, and no answer is on record"
_KILLED: Final = "the run ended before it"
_BEFORE: Final = "an operation before it was not done"
_Key = tuple[Address, int]
Resources = Mapping[Address, TrackedResource]


def complete_receipt(
    receipt: Receipt, records: Iterable[Record], *, ended: str, skipped: Mapping[Address, str] | None = None
) -> Receipt:
    """Return ``receipt`` with what ``records`` say came of each operation; ``ended`` is when the run was over.

    ``skipped`` says why changes were not begun; None for a run that was killed.
    """
    notes = _read_notes(records)
    rows: list[OperationOutcome] = []
    for row in receipt.outcomes:
        before = rows[-1] if rows and rows[-1].address == row.address else None
        rows.append(_complete(row, notes, before=before, skipped=skipped))
    return replace(receipt, outcomes=tuple(rows), ended=ended, is_interrupted=receipt.is_interrupted or skipped is None)


def seal_receipt(receipt: Receipt) -> Receipt:
    """Return ``receipt`` without the inverses of which the object is not known."""
    return replace(receipt, outcomes=tuple(map(_drop_nameless, receipt.outcomes)))


def settle_receipt(
    receipt: Receipt, unsettled: Iterable[OperationStarted], *, before: Resources, after: Resources
) -> Receipt:
    """Return ``receipt`` with what a later read showed of requests without an answer.

    ``before`` and ``after`` are the tracked resources without and with what was settled.
    """
    shown = {(one.address, one.number): _is_shown(one, before=before, after=after) for one in unsettled}
    return replace(receipt, outcomes=tuple(_settle(one, shown, after=after) for one in receipt.outcomes))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Notes:
    first: dict[_Key, OperationStarted] = field(default_factory=dict)
    last: dict[_Key, OperationStarted] = field(default_factory=dict)
    ends: dict[_Key, OperationEnded] = field(default_factory=dict)
    ids: dict[Address, str] = field(default_factory=dict)
    recorded: set[Address] = field(default_factory=set)


def _read_notes(records: Iterable[Record]) -> _Notes:
    notes = _Notes()
    for one in records:
        match one:
            case OperationStarted():
                notes.first.setdefault((one.address, one.number), one)
                notes.last[one.address, one.number] = one
            case OperationEnded():
                notes.ends[one.address, one.number] = one
            case ChangeEnded():
                notes.recorded.add(one.address)
                if one.tracked is not None and one.tracked.id != UNKNOWN_ID:
                    notes.ids[one.address] = one.tracked.id
            case _:
                pass
    return notes


def _complete(
    row: OperationOutcome, notes: _Notes, *, before: OperationOutcome | None, skipped: Mapping[Address, str] | None
) -> OperationOutcome:
    key = (row.address, row.number)
    start, end = notes.last.get(key), notes.ends.get(key)
    if row.number == 0 and row.address in notes.recorded:
        return replace(row, outcome="done", detail="")
    if start is None and end is None:
        return replace(row, inverse=None, detail=_find_reason(row, before=before, skipped=skipped))
    if end is None:
        sent = _note_request(row, notes, key=key)
        return replace(sent, outcome="uncertain", detail=_NO_ANSWER)
    found = _note_request(row, notes, key=key) if start is not None else replace(row, inverse=None)
    seconds = _find_seconds(found.started, end.time)
    return replace(
        found, outcome=_WORDS[end.outcome], detail=end.detail, partial=end.partial, ended=end.time, seconds=seconds
    )


def _find_reason(
    row: OperationOutcome, *, before: OperationOutcome | None, skipped: Mapping[Address, str] | None
) -> str:
    if before is not None and before.outcome != "done":
        return _BEFORE
    return _KILLED if skipped is None else skipped.get(row.address, UNBEGUN)


def _note_request(row: OperationOutcome, notes: _Notes, *, key: _Key) -> OperationOutcome:
    inverse = _name_inverse(row.inverse, notes.ids.get(row.address, ""))
    return replace(row, started=notes.first[key].time, body=notes.last[key].body, inverse=inverse)


def _name_inverse(inverse: Inverse | None, id_: str) -> Inverse | None:
    """Return ``inverse`` with the id of what was made, as far as it is known."""
    if inverse is None or not _is_nameless(inverse):
        return inverse
    return replace(inverse, path=f"{inverse.path}{id_}")


def _drop_nameless(row: OperationOutcome) -> OperationOutcome:
    return replace(row, inverse=None) if row.inverse is not None and _is_nameless(row.inverse) else row


def _is_nameless(inverse: Inverse) -> bool:
    return inverse.path.endswith("/")


def _find_seconds(started: str, ended: str) -> float | None:
    try:
        return round((dt.datetime.fromisoformat(ended) - dt.datetime.fromisoformat(started)).total_seconds(), 3)
    except ValueError:
        return None


def _is_shown(one: OperationStarted, *, before: Resources, after: Resources) -> bool:
    """Tell whether the service shows that a request did its work."""
    if one.tracked is None:
        return one.address not in after
    found = after.get(one.address)
    if found is None:
        return False
    return one.address not in before or found.last_applied == one.tracked.last_applied


def _settle(row: OperationOutcome, shown: Mapping[_Key, bool], *, after: Resources) -> OperationOutcome:
    is_shown = shown.get((row.address, row.number))
    if is_shown is None or row.outcome != "uncertain":
        return row
    if not is_shown:
        return replace(row, outcome="failed", detail="no answer came; a later read shows that nothing was done")
    made = after.get(row.address)
    inverse = _name_inverse(row.inverse, made.id if made else "")
    return replace(row, outcome="done", detail="no answer came; a later read shows that it was done", inverse=inverse)
