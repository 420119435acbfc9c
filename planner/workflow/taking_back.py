"""What an undo asks for, before and after the service is read."""

from typing import TYPE_CHECKING

from planner.core.changes import PlanInputs
from planner.core.lazy_dataclass import replace
from planner.core.plan_request import PlanningRequest
from planner.core.tracking import State
from planner.kinds.table import KINDS
from planner.workflow.workplace import Files, Workplace

if TYPE_CHECKING:
    from planner.core.receipts import Receipt
    from planner.core.undo import UndoStep


def find_undone(workplace: Workplace, files: Files, inputs: PlanInputs) -> "Receipt | None":
    """Return the receipt that a plan takes back, None for a plan of the files. Raises PlanError."""
    if not inputs.undo:
        return None
    from planner.workflow.receipts import find_receipt

    return find_receipt(workplace, files, inputs.undo)


def ask_before(files: Files, receipt: "Receipt | None", *, state: State) -> Files:
    """Return the files as they say what is to be read."""
    if receipt is None:
        return files
    from planner.core.undo import ask_for_forgotten

    return replace(files, desired=ask_for_forgotten(files.desired, receipt, state=state))


def ask_after(
    request: PlanningRequest, files: Files, *, receipt: "Receipt | None"
) -> "tuple[PlanningRequest, tuple[UndoStep, ...]]":
    """Return the request that takes ``receipt`` back, given what was read, with every step of it."""
    if receipt is None:
        return request, ()
    from planner.core.undo import undo

    undone = undo(files.desired, receipt, state=request.state, snapshot=request.snapshot, kinds=KINDS)
    return replace(request, desired=undone.desired), undone.steps
