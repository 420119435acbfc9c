"""Versions of a state by name (a serial, ``current``, a file, the basis of a plan), and what two of them differ in."""

from typing import Final

from planner.core.diagnostics import Diagnostic, PoolctlError, make_error
from planner.core.lazy_dataclass import dataclass
from planner.core.state_diff import StateDifference, compare_states
from planner.core.tracking import State
from planner.kinds.table import KINDS
from planner.state.documents.plan_document import parse_plan
from planner.state.documents.state_document import parse_state
from planner.state.files import load_text
from planner.state.outside_text import parse_object
from planner.state.stores.store import Store
from planner.workflow.workplace import Workplace, load_desired_state, open_store

CURRENT: Final = "current"
_SHOWN_SERIALS: Final = 10
_LONGEST_SERIAL: Final = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Two versions, how each is called, and what differs."""

    before: State
    after: State
    names: tuple[str, str]
    difference: StateDifference


def compare_versions(workplace: Workplace, before: str, after: str = CURRENT) -> Compared:
    """Return what differs between two versions, read without a lock. Raises PoolctlError."""
    store = open_store(workplace, load_desired_state(workplace))
    old, new = (load_named(workplace, store, name) for name in (before, after))
    return Compared(before=old, after=new, names=(before, after), difference=compare_states(old, new, kinds=KINDS))


def load_named(workplace: Workplace, store: Store, name: str) -> State:
    """Return the version that ``name`` means. Raises PoolctlError.

    A name of digits is a serial; ``./7`` is a file of that name. A file is a state, or a plan: then its basis is meant.
    """
    if name == CURRENT:
        return load_current(store)
    if name.isascii() and name.isdecimal() and len(name) <= _LONGEST_SERIAL:
        return load_serial(store, int(name))
    text = load_text(workplace.directory / name)
    if '"basis"' not in text or not _is_plan(text):
        return parse_state(text, source=name)
    basis = parse_plan(text, source=name).basis
    found = load_serial(store, basis.serial)
    if found.lineage != basis.lineage:
        raise PoolctlError(report_lineage(name, found=basis.lineage, known=found.lineage))
    return found


def load_current(store: Store) -> State:
    """Return the stored state, wherever it has moved to. Raises PoolctlError where there is none."""
    state = store.load()
    if state is None:
        raise PoolctlError(report_none(store.shown))
    return state


def load_serial(store: Store, serial: int) -> State:
    """Return the version ``serial``. Raises PoolctlError, with the serials that are kept, where it is not."""
    state = store.load_version(serial)
    if state is None:
        raise PoolctlError(report_unkept(store, serial))
    return state


def _is_plan(text: str) -> bool:
    return "basis" in (parse_object(text) or {})


def report_none(place: str) -> Diagnostic:
    """Return what to tell where there is no state yet."""
    detail = f"{place} is not there: nothing was applied or imported with these files yet."
    return make_error("state.none", "There is no state", detail=detail)


def report_unkept(store: Store, serial: int) -> Diagnostic:
    """Return what to tell of a version that is not to be had."""
    if not store.has_history:
        detail = (
            f"{store.shown} keeps the present state alone: this kind of store has no history. Name a file that "
            "`poolctl state pull` wrote earlier."
        )
        return make_error("state.no-version", "There is no such version of the state", detail=detail)
    serials = [str(one.serial) for one in store.load_versions()][:_SHOWN_SERIALS]
    newest = f"The newest that are known: {', '.join(serials)}." if serials else "Nothing was saved yet."
    detail = f"Serial {serial} of {store.shown} was never saved, or is not kept. {newest} `poolctl log` shows them."

    return make_error("state.no-version", "There is no such version of the state", detail=detail)


def report_lineage(what: str, *, found: str, known: str) -> Diagnostic:
    """Return what to tell of a state or plan that belongs to another state."""
    detail = (
        f"{what} is of lineage {found}, and the stored state of {known}: they have nothing to do with each other, and "
        "their serials do not compare. Nothing was changed. Check that this is the right directory and file."
    )
    return make_error("state.other-lineage", "The state is another one", detail=detail)
