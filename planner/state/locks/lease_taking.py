"""Taking a lock with a lease: waiting for it, and taking over from a holder that shows no life."""

import math
import os
from dataclasses import replace
from typing import Final, Protocol, TypeVar

from planner.core.diagnostics import make_error
from planner.core.lazy_dataclass import dataclass
from planner.state.files import open_tool_directory
from planner.state.locks.errors import LockHeldError, LockLostError
from planner.state.locks.holders import UNKNOWN_PREFIX, Holder, LockRequest, format_holder_line, make_held_diagnostic
from planner.state.locks.lease import (
    FoundLock,
    LockPlace,
    find_lock,
    format_lock,
    make_beat,
    make_lease_words,
    read_life_clock,
)
from planner.state.locks.leased_lock import LeasedLock
from planner.state.locks.side_file import is_dead, is_holder_gone, make_holder, open_side_file
from planner.state.os_errors import UNTOUCHED

_FIRST_PAUSE: Final = 0.1
_LONGEST_PAUSE: Final = 5.0
# While another process of this directory takes or gives back the lock, none stands at its place.
_GRACE: Final = 10.0

PlaceT = TypeVar("PlaceT", bound=LockPlace)
PlaceT_contra = TypeVar("PlaceT_contra", bound=LockPlace, contravariant=True)
LockT = TypeVar("LockT", bound=LeasedLock)  # type: ignore[type-arg]
LockT_co = TypeVar("LockT_co", bound=LeasedLock, covariant=True)  # type: ignore[type-arg]


class Hold(Protocol[PlaceT_contra, LockT_co]):
    """What makes the held lock of a kind: its class."""

    def __call__(
        self, place: PlaceT_contra, holder: Holder, /, *, version: str, since: float, side_file: int
    ) -> LockT_co:
        """Return the lock that was written as ``version`` after ``since`` (life clock)."""
        ...


@dataclass(slots=True, kw_only=True)
class _Watch:
    """How long the lock at its place has rested, by our own clock."""

    place: LockPlace
    version: str = ""
    since: float = 0.0

    def is_over(self, found: FoundLock) -> bool:
        """Note what was ``found``, and tell whether its lease has passed without a sign of life."""
        now = self.place.clock()
        if found.version != self.version:
            self.version, self.since = found.version, now
        return bool(found.lease) and now - self.since > found.lease


def acquire_lock(place: PlaceT, request: LockRequest, *, hold: Hold[PlaceT, LockT]) -> LockT:
    """Return the lock that ``hold`` makes, waiting up to ``request.timeout`` seconds for it.

    Raises LockHeldError that names the holder, StoreError and StateFileError.
    """
    open_tool_directory(place.side_path.parent.parent)
    watch = _Watch(place=place)
    begun, pause, told = place.clock(), _FIRST_PAUSE, ""
    while True:
        found = _try_once(place, request, watch=watch, hold=hold)
        if isinstance(found, LeasedLock):
            found.notify = request.notify
            return found
        left = max(request.timeout, 0.0 if found else _GRACE) - (place.clock() - begun)
        if left <= 0:
            raise _make_held_error(place, found)
        if found and found.holder.id != told:
            told = found.holder.id
            who = format_holder_line(found.holder)
            request.notify(f"Waiting up to {math.ceil(left)}s for the state lock: {who}")
        place.sleep(min(pause, left))
        pause = min(pause * 2, _LONGEST_PAUSE)


def is_lock_holder_dead(place: LockPlace, holder: Holder) -> bool:
    """Tell whether ``holder`` was a process of this directory and has ended. Raises StateFileError."""
    return is_holder_gone(place.side_path, holder, machine=place.machine)


def break_leased_lock(place: LockPlace, lock_id: str) -> Holder:
    """Remove the lock of exactly ``lock_id`` and return its holder. Raises LockLostError for another id."""
    found = find_lock(place)
    while found is not None and found.holder.id == lock_id:
        if place.remove(found.version):
            return found.holder
        # Its holder lives: a heartbeat has moved the lock meanwhile.
        found = find_lock(place)
    if found is None:
        detail = f"Nobody holds the lock of {place.shown}, so there is nothing to break."
        raise LockLostError(make_error("state.not-locked", "The state is not locked", detail=detail))
    detail = (
        f"The lock was left alone: its id is {found.holder.id!r}, not {lock_id!r}. It may have been released and taken "
        "by somebody else since you looked. Look again with `poolctl lock status`."
    )
    raise LockLostError(make_error("state.other-lock", "The lock has another id", detail=detail))


def _try_once(
    place: PlaceT, request: LockRequest, *, watch: _Watch, hold: Hold[PlaceT, LockT]
) -> LockT | FoundLock | None:
    side_file = open_side_file(place.side_path)
    if side_file is None:
        return find_lock(place)
    taken: LockT | FoundLock | None = None
    try:
        holder = make_holder(request, machine=place.machine, side_file=side_file)
        found, since = find_lock(place), read_life_clock()
        is_free = found is None or is_dead(found.holder, us=holder) or watch.is_over(found)
        version = _take(place, holder, instead_of=found) if is_free else ""
        if version:
            taken = hold(place, holder, version=version, since=since, side_file=side_file)
        else:
            taken = find_lock(place) if is_free else found
    finally:
        if not isinstance(taken, LeasedLock):
            os.close(side_file)
    if found is not None and isinstance(taken, LeasedLock):
        request.notify(f"The lock of a run that shows no life was taken over: {format_holder_line(found.holder)}")
    return taken


def _take(place: LockPlace, holder: Holder, *, instead_of: FoundLock | None) -> str:
    """Return the version of our lock; empty where somebody was faster."""
    text = format_lock(holder, lease=place.lease, beat=make_beat())
    return place.swap(instead_of.version if instead_of else "", text)


def _make_held_error(place: LockPlace, found: FoundLock | None) -> LockHeldError:
    holder = found.holder if found else Holder(id=UNKNOWN_PREFIX + "process")
    told = make_held_diagnostic(holder, path=place.shown)
    if found is None:
        told = make_error(
            "state.locked",
            "The state is locked by somebody else",
            detail=f"Another process of this directory is taking or giving back the lock. {UNTOUCHED} Run the command "
            "again.",
        )
    elif words := make_lease_words(found):
        told = replace(told, detail=f"{told.detail}\n\n{words}")
    return LockHeldError(told, holder=holder)
