"""``undo``: plan the inverse of an apply; writes nothing, locks nothing."""

from planner.core.changes import Plan, PlanInputs
from planner.core.diagnostics import Diagnostic, SourceLocation
from planner.core.lazy_dataclass import dataclass
from planner.core.receipts import Receipt
from planner.core.reversal import Reversal
from planner.core.undo import UndoStep
from planner.workflow.gather import prepare, recall_state
from planner.workflow.receipts import find_receipt
from planner.workflow.service import check_identity, find_endpoint, open_service
from planner.workflow.stored import load_stored
from planner.workflow.workplace import Files, Workplace, load_files, open_store


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoPlanned:
    """The plan that takes ``receipt`` back, each step, and the lines of the files that still ask for what it did."""

    receipt: Receipt
    plan: Plan
    steps: tuple[UndoStep, ...]
    lines: tuple[SourceLocation, ...]
    warnings: tuple[Diagnostic, ...]


def plan_undo(
    workplace: Workplace, name: str, *, allow: tuple[str, ...] = (), parallelism: int | None = None
) -> UndoPlanned:
    """Return the plan that takes the apply of a receipt back. Raises PoolctlError."""
    files = load_files(workplace)
    receipt = find_receipt(workplace, files, name)
    endpoint = find_endpoint(workplace, files.desired)
    store = open_store(workplace, files.desired)
    state = load_stored(store)
    check_identity(endpoint, state)
    inputs = PlanInputs(undo=receipt.id, allow=allow)
    with open_service(workplace, files.desired, endpoint, parallelism=parallelism) as client:
        recalled = recall_state(workplace, store, state=state)
        prepared = prepare(workplace, client, files, recalled=recalled, inputs=inputs)
    return UndoPlanned(
        receipt=receipt,
        plan=prepared.plan,
        steps=prepared.undo_steps,
        lines=_find_lines(files, prepared.undo_steps),
        warnings=(*prepared.warnings, *prepared.plan.diagnostics),
    )


def _find_lines(files: Files, steps: tuple[UndoStep, ...]) -> tuple[SourceLocation, ...]:
    undone = (one for one in steps if one.verdict.reversal is not Reversal.NONE)
    found = (files.loaded.sources.find(one.address, one.label) for one in undone)
    return tuple(dict.fromkeys(one for one in found if one is not None))
