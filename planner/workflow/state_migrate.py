"""``state migrate``: the state from one place to another, with its receipts and versions, checked, and never in two.

Every step may be the last one: what is copied is not the state before it is whole, and the old place is given up after
the new one was read back. The same command goes on from wherever it was stopped.
"""

from collections.abc import Callable, Mapping
from typing import Final, Literal

from planner.core.diagnostics import Diagnostic, PoolctlError, make_error
from planner.core.events import Noticed
from planner.core.lazy_dataclass import dataclass, replace
from planner.core.tracking import State
from planner.engine.journal import load_open_runs
from planner.state.stores.history import SavedVersion
from planner.state.stores.store import Store
from planner.state.versions import is_same_content
from planner.workflow.service import check_identity, find_endpoint
from planner.workflow.state_edits import Errand
from planner.workflow.state_places import Place, find_place, make_place, tell_apart
from planner.workflow.state_versions import report_none
from planner.workflow.stored import UNFINISHED, refuse_older, report_moved
from planner.workflow.workplace import Workplace, load_desired_state, make_lock_request, make_note

CARRIED_VERSIONS: Final = 20
"""How many versions go along, where both places have a history."""

CARRIED_RECEIPTS: Final = 20
"""How many receipts go along to a place without a history: it keeps no more."""

_OPERATION: Final = "state migrate"

Step = Literal["copy", "mark", "done"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """What is to be moved from where to where; ``step`` is where an earlier attempt was stopped.

    ``left_for`` is where the new place says that the state went once, if that is not where it comes from now.
    """

    source: str
    target: str
    state: State
    step: Step
    receipts: int = 0
    versions: int = 0
    left_for: str = ""


Approve = Callable[[Migration], bool]
"""Shows what is to be moved and asks, under both locks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ends:
    """Both places, opened and locked, and what is said of each save."""

    source: Place
    target: Place
    old: Store
    new: Store
    errand: Errand


def migrate(workplace: Workplace, origin: str, errand: Errand, *, approve: Approve) -> Migration | None:
    """Move the state from ``origin`` to where the files say that it is; None where nobody approved.

    Refused where a lock is held, a run is open, or the new place has another state. Raises PoolctlError.
    """
    desired = load_desired_state(workplace)
    target = make_place(workplace, desired)
    source = find_place(workplace, origin, desired=desired)
    if source.is_same(target):
        raise PoolctlError(report_same(target.name))
    source, target = tell_apart(source, target)
    endpoint = find_endpoint(workplace, desired)
    ends = _Ends(source=source, target=target, old=source.open(), new=target.open(), errand=errand)
    lock = make_lock_request(workplace, operation=_OPERATION, timeout=errand.lock_timeout, info=errand.reason)
    with ends.old.acquire(lock), ends.new.acquire(replace(lock, id=workplace.make_id())):
        _refuse_open(ends)
        stored, found = ends.old.load(), ends.new.load()
        step = find_step(stored, found, names=(source.name, target.name), arrived=_find_arrived(ends))
        if stored is None:
            raise PoolctlError(report_none(source.name))
        check_identity(endpoint, stored)
        if step == "done":
            return Migration(source=source.name, target=target.name, state=found or stored, step=step)
        refuse_older(source.workplace, ends.old, stored)
        return _move(ends, stored, found, step=step, approve=approve)


def find_step(stored: State | None, found: State | None, *, names: tuple[str, str], arrived: State | None) -> Step:
    """Return what is left to do, given what both places hold, and what ``arrived`` at the new one from the old.

    ``names`` are those of the old and the new place. Raises PoolctlError where the new place has another state, or the
    old one went elsewhere.
    """
    source, target = names
    if stored is None:
        return "copy"
    is_kin = found is not None and found.lineage == stored.lineage
    is_alive = found is not None and not found.moved_to
    if stored.moved_to:
        if is_kin and is_alive and stored.moved_to == target:
            return "done"
        raise PoolctlError(report_moved(stored, place=source))
    if found is None or (is_kin and _is_left(found, stored, source=source)):
        return "copy"
    if is_kin and is_alive and (_is_equal(stored, found) or _is_content_of(stored, arrived)):
        return "mark"
    raise PoolctlError(report_taken(target, found))


def _move(ends: _Ends, stored: State, found: State | None, *, step: Step, approve: Approve) -> Migration | None:
    receipts = {} if step == "mark" else _find_receipts(ends)
    versions = () if step == "mark" else _find_carried(ends, stored, found)
    migration = Migration(
        source=ends.source.name,
        target=ends.target.name,
        state=stored,
        step=step,
        receipts=len(receipts),
        versions=len(versions),
        left_for="" if found is None or found.moved_to in {"", UNFINISHED, ends.source.name} else found.moved_to,
    )
    if not approve(migration):
        return None
    if step == "copy":
        kept = ends.new.load_receipts()
        for name, text in receipts.items():
            if kept.get(name) != text:
                ends.new.save_receipt(name, text)
        _tell(ends, f"Receipts copied: {len(receipts)}.")
        _carry(ends, versions)
        _arrive(ends, stored, found, receipts=frozenset(receipts))
    leaving = make_note(
        ends.target.workplace, operation=f"{_OPERATION} to {ends.target.name}", reason=ends.errand.reason
    )
    ends.old.save(replace(stored, serial=stored.serial + 1, moved_to=ends.target.name), leaving)
    return migration


def _find_receipts(ends: _Ends) -> Mapping[str, str]:
    receipts = ends.old.load_receipts()
    kept = receipts if ends.new.has_history else [*receipts][-CARRIED_RECEIPTS:]
    return {name: receipts[name] for name in kept}


def _find_carried(ends: _Ends, stored: State, found: State | None) -> tuple[SavedVersion, ...]:
    """Return the versions that go along, oldest first; those that an earlier attempt took are not among them."""
    if not (ends.old.has_history and ends.new.has_history) or (found is not None and found.moved_to != UNFINISHED):
        return ()
    known = -1 if found is None else found.serial
    own = [one for one in ends.old.load_versions() if one.lineage == stored.lineage and known < one.serial]
    return tuple(reversed([one for one in own if one.serial <= stored.serial][:CARRIED_VERSIONS]))


def _carry(ends: _Ends, versions: tuple[SavedVersion, ...]) -> None:
    """Save the versions at the new place, each marked: none of them is the state."""
    count = 0
    for one in versions:
        state = ends.old.load_version(one.serial)
        if state is not None and state.lineage == one.lineage:
            ends.new.save(replace(state, moved_to=UNFINISHED), one.note)
            count += 1
    _tell(ends, f"Versions copied: {count}.")


def _arrive(ends: _Ends, stored: State, found: State | None, *, receipts: frozenset[str]) -> None:
    """Save the state at the new place, and read all back as somebody else would. Raises PoolctlError."""
    # A place that the state has left before knows a serial above the one that it left with.
    lowest = 0 if found is None or found.moved_to == UNFINISHED else found.serial + 1
    state = replace(stored, serial=max(stored.serial, lowest))
    arriving = make_note(
        ends.target.workplace, operation=f"{_OPERATION} from {ends.source.name}", reason=ends.errand.reason
    )
    ends.new.save(state, arriving)
    fresh = ends.target.open()
    read = fresh.load()
    # Where there is no room for all, the newest ones stay.
    expected = receipts if ends.new.has_history else frozenset(sorted(receipts)[-1:])
    if read != state or not expected <= fresh.load_receipts().keys():
        raise PoolctlError(report_unverified(ends.target.name, ends.source.name))
    _tell(ends, "Read back from the new place: it is the same.")


def _refuse_open(ends: _Ends) -> None:
    for place, store in ((ends.source, ends.old), (ends.target, ends.new)):
        if load_open_runs(place.workplace.directory) or store.load_pending():
            raise PoolctlError(_report_open(place.name))


def _find_arrived(ends: _Ends) -> State | None:
    operation = f"{_OPERATION} from {ends.source.name}"
    serials = (one.serial for one in ends.new.load_versions() if one.note.operation == operation)
    serial = next(serials, None)
    return None if serial is None else ends.new.load_version(serial)


def _is_left(found: State, stored: State, *, source: str) -> bool:
    """Tell whether the state has left the new place, for the old one in the end, which knows all that was there."""
    # The mark itself counts as a change.
    is_known = found.serial - 1 <= stored.serial
    return found.moved_to in {source, UNFINISHED} or (bool(found.moved_to) and is_known)


def _is_equal(stored: State, found: State | None) -> bool:
    return found is not None and stored.serial <= found.serial and is_same_content(stored, found)


def _is_content_of(stored: State, arrived: State | None) -> bool:
    """Tell whether nothing changed at the old place since; what ``arrived`` has another serial where it was before."""
    return (
        arrived is not None
        and arrived.lineage == stored.lineage
        and is_same_content(stored, replace(arrived, moved_to=""))
    )


def _tell(ends: _Ends, text: str) -> None:
    ends.target.workplace.emit(Noticed(text=text))


def report_same(place: str) -> Diagnostic:
    """Return what to tell where old and new place are one."""
    detail = (
        f"The files name {place}, and that is where the state comes from. Nothing was changed. Write the new [backend] "
        "block into the files first, in place of the old one; then name the old place: poolctl state migrate --from "
        "local"
    )
    return make_error("state.same-place", "The state is there already", detail=detail)


def report_taken(place: str, found: State | None) -> Diagnostic:
    """Return what to tell where the new place has a state of its own."""
    what = "" if found is None else f" (lineage {found.lineage}, serial {found.serial}, {len(found.resources)} tracked)"
    detail = (
        f"{place} has a state already{what}, and it is not the one that moves, or has gone on without it. Nothing was "
        "changed. Name another place in [backend]; or, where that state is surely of no use, take it away there."
    )
    return make_error("state.target-taken", "The new place has another state", detail=detail)


def report_unverified(target: str, source: str) -> Diagnostic:
    """Return what to tell where the new place does not give back what it was given."""
    detail = (
        f"What was read back from {target} is not what was written. The state at {source} is as it was, and is the one "
        "that counts. Look at the new place, then run the command again."
    )
    return make_error("state.unverified", "The new place does not hold the state", detail=detail)


def _report_open(place: str) -> Diagnostic:
    detail = (
        f"A run of {place} was interrupted, and its journal holds what the state does not have yet. Nothing was moved. "
        "With the files that name this place, run `poolctl apply` first: it reads what became of the run, and saves it."
    )
    return make_error("state.unsettled", "An apply was interrupted and is not settled", detail=detail)
