"""``state push``: put a state document in place of what is stored, where it can only be the next one."""

from collections.abc import Callable

from planner.core.diagnostics import Diagnostic, PoolctlError, make_error
from planner.core.lazy_dataclass import dataclass, replace
from planner.core.state_diff import StateDifference, compare_states
from planner.core.tracking import State
from planner.kinds.table import KINDS
from planner.state.documents.state_document import parse_state
from planner.state.errors import DocumentError
from planner.state.stores.store import Store
from planner.state.versions import is_same_content
from planner.workflow.service import check_identity, find_endpoint
from planner.workflow.state_edits import Errand, refuse_unsettled
from planner.workflow.state_versions import report_lineage
from planner.workflow.stored import find_last_known, report_moved
from planner.workflow.workplace import Workplace, load_desired_state, make_lock_request, make_note, open_store


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """A state that is to take the place of the stored one; ``before`` is None where nothing readable is stored.

    ``damage`` tells of a stored document that cannot be read.
    """

    before: State | None
    after: State
    damage: tuple[Diagnostic, ...] = ()

    @property
    def difference(self) -> StateDifference:
        """Return what it changes."""
        return compare_states(self.before or State(lineage=self.after.lineage), self.after, kinds=KINDS)


Approve = Callable[[Replacement], bool]
"""Shows what is to be replaced and asks for it, under the lock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A state document that is pushed, and what its source is called; ``is_forced``: not only as the next one."""

    text: str
    source: str
    is_forced: bool = False


def push(workplace: Workplace, document: Document, errand: Errand, *, approve: Approve) -> Replacement | None:
    """Store ``document`` and return what it replaced; None where nobody approved.

    Refused are older serials, an equal serial with other content, and another lineage, unless it is forced: then it is
    stored under a serial above all that are known. Another service, a state that has moved and an interrupted run are
    refused always. Where the stored one is the same already, ``before`` is ``after``. Raises PoolctlError.
    """
    pushed = parse_state(document.text, source=document.source)
    desired = load_desired_state(workplace)
    check_identity(find_endpoint(workplace, desired), pushed)
    if pushed.moved_to:
        raise PoolctlError(report_moved(pushed, place=document.source))
    store = open_store(workplace, desired)
    lock = make_lock_request(workplace, operation="state push", timeout=errand.lock_timeout, info=errand.reason)
    with store.acquire(lock):
        refuse_unsettled(workplace, store)
        stored, damage = load_replaceable(store)
        serial = _find_serial(workplace, store, stored, pushed=pushed)
        if stored is not None and serial == stored.serial and pushed.serial == serial and _is_same(stored, pushed):
            return Replacement(before=stored, after=stored)
        refusal = _find_refusal(stored, pushed, lowest=serial)
        if refusal is not None and not document.is_forced:
            raise PoolctlError(refusal)
        after = pushed if refusal is None else replace(pushed, serial=max(serial, pushed.serial) + 1)
        replacement = Replacement(before=stored, after=after, damage=damage)
        if not approve(replacement):
            return None
        store.save(after, make_note(workplace, operation=errand.operation, reason=errand.reason))
        return replacement


def load_replaceable(store: Store) -> tuple[State | None, tuple[Diagnostic, ...]]:
    """Return the stored state, or why it cannot be read. Raises PoolctlError where it has moved away."""
    try:
        state = store.load()
    except DocumentError as error:
        return None, error.diagnostics
    if state is not None and state.moved_to:
        raise PoolctlError(report_moved(state, place=store.shown))
    return state, ()


def _find_serial(workplace: Workplace, store: Store, stored: State | None, *, pushed: State) -> int:
    """Return the highest serial that is known of the state that is stored."""
    lineage = stored.lineage if stored is not None else pushed.lineage
    known, _ = find_last_known(workplace, store, lineage, is_readable=stored is not None)
    return max(stored.serial if stored is not None else -1, known)


def _is_same(stored: State, pushed: State) -> bool:
    return stored.lineage == pushed.lineage and is_same_content(stored, pushed)


def _find_refusal(stored: State | None, pushed: State, *, lowest: int) -> Diagnostic | None:
    if stored is not None and stored.lineage != pushed.lineage:
        return report_lineage("What is pushed", found=pushed.lineage, known=stored.lineage)
    if pushed.serial > lowest or (stored is None and pushed.serial == lowest):
        return None
    if pushed.serial < lowest:
        what = (
            f"What is pushed is at serial {pushed.serial}, and serial {lowest} was saved since: it does not know what "
            "was made, changed or deleted in between."
        )
    else:
        what = f"Both are at serial {lowest}, and their content differs: two people went on from the same state."
    return make_error(
        "state.not-newer",
        "The state that is pushed is not newer",
        detail=f"{what} Nothing was changed. `poolctl state diff FILE` shows what differs. Where it is surely right, "
        "--force stores it above the others.",
    )
