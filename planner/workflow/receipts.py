"""Receipts of applies: begun before the first request, completed from the journal, kept with the state."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Protocol

import planner
from planner.core.addresses import Address
from planner.core.changes import Change, Plan
from planner.core.diagnostics import Diagnostic, Severity, make_error
from planner.core.lazy_dataclass import dataclass, replace
from planner.core.receipts import Receipt, make_outcomes, make_receipt_changes
from planner.core.tracking import State, TrackedResource
from planner.engine.journal import OpenRun, find_unsettled
from planner.engine.receipts import complete_receipt, seal_receipt, settle_receipt
from planner.engine.run_context import format_moment
from planner.kinds.table import KINDS
from planner.state.documents.receipt_document import format_receipt, parse_receipt
from planner.state.errors import DocumentError
from planner.state.stores.store import Store
from planner.workflow.errors import PlanError
from planner.workflow.open_runs import find_open_runs
from planner.workflow.workplace import Files, Workplace, open_store

LATEST: Final = "latest"
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
        return parse_receipt(json.dumps(document), source="journal")
    except DocumentError:
        return None


def load_receipts(workplace: Workplace, files: Files) -> tuple[tuple[Receipt, ...], tuple[Diagnostic, ...]]:
    """Return all receipts, newest first, those of killed runs as far as their journals go, and what is wrong."""
    receipts: dict[str, Receipt] = {}
    told: list[Diagnostic] = []
    store = open_store(workplace, files.desired)
    for name, text in store.load_receipts().items():
        try:
            receipts[name] = parse_receipt(text, source=f"{name}.json")
        except DocumentError as error:
            told += [replace(one, severity=Severity.WARNING) for one in error.diagnostics]
    for run in find_open_runs(workplace, store):
        begun = find_begun(run)
        if begun is not None and begun.id not in receipts:
            skipped: dict[Address, str] | None = {} if run.is_running else None
            receipts[begun.id] = seal_receipt(complete_receipt(begun, run.records, ended="", skipped=skipped))
    return tuple(sorted(receipts.values(), key=lambda one: (one.started, one.id), reverse=True)), tuple(told)


def find_receipt(workplace: Workplace, files: Files, name: str) -> Receipt:
    """Return the receipt that ``name`` means: ``latest``, an id or the beginning of one, or the path of its file.

    Raises PlanError where it means none or several.
    """
    kept, _ = load_receipts(workplace, files)
    if name == LATEST and kept:
        return kept[0]
    stem = Path(name).stem if name.endswith(".json") else name
    found = [one for one in kept if one.id == stem] or [one for one in kept if stem and one.id.startswith(stem)]
    if len(found) == 1:
        return found[0]
    raise PlanError(_report_unknown(name, count=len(found)))


def _load_known(place: Place, begun: Receipt) -> Receipt | None:
    """Return the receipt that the run itself could still keep, where it ended with requests without an answer."""
    text = place.store.load_receipts().get(begun.id)
    if text is None:
        return None
    try:
        return parse_receipt(text, source=f"{begun.id}.json")
    except DocumentError:
        return None


def _report_unknown(name: str, *, count: int) -> Diagnostic:
    what = f"{count} receipts begin with {name!r}" if count else f"No receipt that is kept with this state is {name!r}"
    return make_error(
        "undo.no-receipt",
        "There is no such receipt",
        detail=f"{what}. poolctl log shows the ids of all; latest is the newest.",
    )
