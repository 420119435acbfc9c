"""The stored state before anybody rests on it: it lives here, and it is not older than what was saved here."""

from typing import Final

from planner.core.desired import DesiredState
from planner.core.diagnostics import Diagnostic, PoolctlError, Severity, make_error, make_warning
from planner.core.lazy_dataclass import replace
from planner.core.tracking import State
from planner.engine.journal import load_last_start, load_open_runs
from planner.state.documents.state_document import parse_state
from planner.state.errors import StateError
from planner.state.files import load_text
from planner.state.stores.history import SavedVersion
from planner.state.stores.store import Store
from planner.workflow.workplace import Workplace, is_shared

UNFINISHED: Final = "(not arrived yet)"
"""What ``moved_to`` says of versions that go before a state that is moved: none of them is the state."""


def load_stored(store: Store) -> State | None:
    """Return the stored state, or None where there is none yet. Raises PoolctlError where it has moved away."""
    state = store.load()
    if state is not None and state.moved_to:
        raise PoolctlError(report_moved(state, place=store.shown))
    return state


def find_last_known(workplace: Workplace, store: Store, lineage: str, *, is_readable: bool = True) -> tuple[int, str]:
    """Return the highest serial of ``lineage`` that this disk or the history knows of, and how; -1 where none.

    The history of a shared state is not asked, for it lies where the state lies; but it is where that is not
    ``is_readable``: then nothing else may know.
    """
    known = [(-1, "")]
    rows = store.load_versions() if not store.is_remote or not is_readable else ()
    known += [(one.serial, _describe(one)) for one in (*rows, *store.load_seen()) if one.lineage == lineage]
    start = load_last_start(workplace.directory)
    if start is not None and start.lineage == lineage:
        known.append((start.serial, f"a run by {start.who} at {start.time}"))
    return max(known)


def _describe(version: SavedVersion) -> str:
    """Return who saved a version; what was only read here says nothing of it."""
    note = version.note
    if not (note.operation or note.who):
        return "read here"
    return f"{note.operation or 'a save'} by {note.who or 'somebody'} at {note.when or '?'}"


def refuse_older(workplace: Workplace, store: Store, state: State | None) -> None:
    """Raise PoolctlError where ``state`` is older than what was saved here: somebody brought an old one back."""
    if found := find_older(workplace, store, state):
        raise PoolctlError(found)


def find_older(
    workplace: Workplace, store: Store, state: State | None, *, severity: Severity = Severity.ERROR
) -> Diagnostic | None:
    """Return what to tell where ``state`` is older than what was saved here. Raises StateError.

    An interrupted run is settled first: its journal knows what the state does not have yet.
    """
    if state is None or load_open_runs(workplace.directory):
        return None
    serial, how = find_last_known(workplace, store, state.lineage)
    if serial <= state.serial:
        return None
    detail = (
        f"{store.shown} is at serial {state.serial}, and serial {serial} was saved before ({how}). Perhaps a backup or "
        "an old commit was brought back. What was made, changed or deleted since is not in it, so a change could rest "
        "on what is no longer true. Bring the newest back (`poolctl log` shows what was saved, `poolctl state rollback "
        f"SERIAL` goes back to what is kept); or, to go on from this one, save it above the others: poolctl state push "
        "FILE --force"
    )
    found = make_error("state.older", "The state is older than the last one that was saved", detail=detail)
    return replace(found, severity=severity)


def find_vanished(store: Store, state: State | None) -> tuple[Diagnostic, ...]:
    """Return what to tell where a shared place has no state any more, and had one when it was worked with here."""
    if state is not None:
        return ()
    # Of two lineages the note of this directory is the newer one; the first of all is as good a witness.
    known = next(iter(store.load_seen()), None)
    if known is None:
        return ()
    detail = (
        f"{store.shown} has no state, and serial {known.serial} was there before ({_describe(known)}). Perhaps a ref "
        "or an object was deleted, or a backup from before the first apply was brought back. Without it what is live "
        "is not known to be yours. Bring it back: poolctl state push FILE. If it was deleted on purpose, go on: the "
        "next apply begins a new one."
    )
    return (make_warning("state.older", "The state that was here is gone", detail=detail),)


def find_left_behind(workplace: Workplace, desired: DesiredState, state: State) -> tuple[Diagnostic, ...]:
    """Return what to tell where the shared state is new, and one on this disk was left behind."""
    path = workplace.directory / DesiredState().state_path
    if state.serial or state.resources or not is_shared(desired) or not path.is_file():
        return ()
    try:
        left = parse_state(load_text(path), source=path.name)
    except StateError:
        return ()
    if left.moved_to or not left.resources:
        return ()
    detail = (
        f"The files name a shared place, which has no state yet, and {path.name} on this disk tracks "
        f"{len(left.resources)} resources. Without it what is live is not known to be yours. To take it along: poolctl "
        "state migrate --from local. To begin anew, move the file away."
    )
    return (make_warning("state.left-behind", "A state on this disk was left behind", detail=detail),)


def report_moved(state: State, *, place: str) -> Diagnostic:
    """Return what to tell those who come to a state that has moved away, or has not arrived yet."""
    if state.moved_to == UNFINISHED:
        detail = (
            f"A `poolctl state migrate` to {place} was stopped, or is at it. What is there so far is not the state: "
            "that is where it was. Nothing was sent and nothing was written. Run the same command again: it goes on."
        )
        return make_error("state.moved", "The state has not arrived yet", detail=detail)
    detail = (
        f"The state of {place} moved to {state.moved_to}. Nothing was sent and nothing was written. Take the files "
        "that name the new place (`git pull`), or write its [backend] block; then run the command again. What was "
        "here at the move is still there: poolctl state pull"
    )
    return make_error("state.moved", "The state has moved", detail=detail)
