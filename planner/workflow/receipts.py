"""Receipts of applies: begun before the first request, completed from the journal, kept with the state."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import planner
from planner.core.addresses import Address
from planner.core.changes import Change, Plan
from planner.core.receipts import Receipt, make_outcomes, make_receipt_changes
from planner.core.tracking import State, TrackedResource
from planner.engine.journal import OpenRun, find_unsettled
from planner.engine.receipts import complete_receipt, seal_receipt, settle_receipt
from planner.engine.run_context import format_moment
from planner.kinds.table import KINDS
from planner.state.errors import DocumentError
from planner.state.receipt_document import format_receipt, parse_receipt
from planner.state.store import Store
from planner.workflow.workplace import Workplace

Resources = Mapping[Address, TrackedResource]


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What a receipt tells beside the plan: the command, why, and the commit of the files."""

    operation: str = "apply"
    reason: str = ""
    commit: str = ""


class Place(Protocol):
    """What is needed of a desk: where it stands, and where its state is kept."""

    @property
    def workplace(self) -> Workplace:
        """Return where, when and as whom the command runs."""
        ...

    @property
    def store(self) -> Store:
        """Return where state and receipts are kept."""
        ...

    @property
    def state(self) -> State:
        """Return the state as it is stored."""
        ...


def make_receipt_id(workplace: Workplace) -> str:
    """Return a fresh id: the time to the millisecond, so that ids sort, and a unique part."""
    now = workplace.clock()
    return f"{now:%Y%m%dT%H%M%S}{now.microsecond // 1000:03}Z-{workplace.make_id()[:8]}"


def begin_receipt(place: Place, story: Story, *, plan: Plan, changes: tuple[Change, ...], receipt_id: str) -> Receipt:
    """Return the receipt of a run of which nothing has begun."""
    return Receipt(
        id=receipt_id,
        operation=story.operation,
        who=place.workplace.who,
        reason=story.reason,
        commit=story.commit,
        version=planner.__version__,
        started=format_moment(place.workplace.clock()),
        lineage=place.state.lineage,
        serial=place.state.serial,
        service=plan.basis.service,
        plan_digest=plan.digest,
        changes=make_receipt_changes(changes, resources=place.state.resources),
        outcomes=make_outcomes(changes, kinds=KINDS),
    )


def keep_receipt(place: Place, receipt: Receipt) -> None:
    """Store ``receipt`` with the state. Raises StateError."""
    place.store.save_receipt(receipt.id, format_receipt(receipt))


def keep_settled(place: Place, run: OpenRun, *, before: Resources, after: Resources) -> None:
    """Complete and keep the receipt of a run that was killed or left requests without an answer. Raises StateError.

    ``before`` and ``after`` are the tracked resources without and with what was settled by reading.
    """
    begun = find_begun(run)
    if begun is None or begun.lineage != place.state.lineage:
        return
    ended = format_moment(place.workplace.clock())
    receipt = _load_known(place, begun) or complete_receipt(begun, run.records, ended=ended)
    keep_receipt(place, seal_receipt(settle_receipt(receipt, find_unsettled(run), before=before, after=after)))


def find_begun(run: OpenRun) -> Receipt | None:
    """Return the receipt that a journal began with; None for a journal of an earlier version."""
    document = run.started.receipt if run.started is not None else None
    if document is None:
        return None
    try:
        return parse_receipt(json.dumps(document), source=run.path.name)
    except DocumentError:
        return None


def _load_known(place: Place, begun: Receipt) -> Receipt | None:
    """Return the receipt that the run itself could still keep, where it ended with requests without an answer."""
    text = place.store.load_receipts().get(begun.id)
    if text is None:
        return None
    try:
        return parse_receipt(text, source=f"{begun.id}.json")
    except DocumentError:
        return None
