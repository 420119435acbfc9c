"""Taking a lock with a lease: waiting for it, and taking over from a holder that shows no life."""

from contextlib import suppress
from typing import Protocol, TypeVar

from planner.core.lazy_dataclass import dataclass
from planner.state.errors import StateError
from planner.state.locks.errors import LockLostError
from planner.state.locks.holders import (
    Holder,
    LockRequest,
    format_holder_line,
    make_other_diagnostic,
    make_unlocked_diagnostic,
)
from planner.state.locks.lease import (
    FoundLock,
    LeasedPlace,
    find_lock,
    format_lock,
    make_beat,
    make_lease_words,
    read_life_clock,
)
from planner.state.locks.leased_lock import LeasedLock
from planner.state.locks.side_file import is_dead, make_holder
from planner.state.locks.waiting import Refused, refuse, wait_for_lock

PlaceT = TypeVar("PlaceT", bound=LeasedPlace)
PlaceT_contra = TypeVar("PlaceT_contra", bound=LeasedPlace, contravariant=True)
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

    place: LeasedPlace
    version: str = ""
    since: float = 0.0

    def is_over(self, found: FoundLock) -> bool:
        """Note what was ``found``, and tell whether its lease has passed without a sign of life."""
        now = self.place.clock()
        if found.version != self.version:
            self.version, self.since = found.version, now
        return bool(found.lease) and now - self.since > found.lease


def acquire_leased_lock(place: PlaceT, request: LockRequest, *, hold: Hold[PlaceT, LockT]) -> LockT:
    """Return the lock that ``hold`` makes, waiting up to ``request.timeout`` seconds for it.

    Raises LockHeldError that names the holder, StoreError and StateFileError.
    """
    watch = _Watch(place=place)
    return wait_for_lock(
        place,
        request,
        take=lambda side_file: _take(place, request, watch=watch, hold=hold, side_file=side_file),
        look=lambda: _refuse(place, find_lock(place)),
    )


def break_leased_lock(place: LeasedPlace, lock_id: str) -> Holder:
    """Remove the lock of exactly ``lock_id`` and return its holder. Raises LockLostError for another id."""
    found = find_lock(place)
    while found is not None and found.holder.id == lock_id:
        if place.remove(found.version):
            return found.holder
        # Its holder lives: a heartbeat has moved the lock meanwhile.
        found = find_lock(place)
    if found is None:
        raise LockLostError(make_unlocked_diagnostic(place.shown))
    raise LockLostError(make_other_diagnostic(found.holder, lock_id=lock_id))


def _take(
    place: PlaceT, request: LockRequest, *, watch: _Watch, hold: Hold[PlaceT, LockT], side_file: int
) -> LockT | Refused:
    holder = make_holder(request, machine=place.machine, side_file=side_file)
    found, since = find_lock(place), read_life_clock()
    if found is not None and not is_dead(found.holder, us=holder) and not watch.is_over(found):
        return _refuse(place, found)
    version = _write(place, holder, instead_of=found)
    if not version:
        # Somebody was faster.
        return _refuse(place, find_lock(place))
    lock = hold(place, holder, version=version, since=since, side_file=side_file)
    if found is not None:
        request.notify(f"The lock of a run that shows no life was taken over: {format_holder_line(found.holder)}")
    return lock


def _write(place: LeasedPlace, holder: Holder, *, instead_of: FoundLock | None) -> str:
    """Return the version of our lock; empty where somebody was faster."""
    text = format_lock(holder, lease=place.lease, beat=make_beat())
    try:
        return place.swap(instead_of.version if instead_of else "", text)
    except BaseException:
        # It may stand there, though no answer came or Ctrl-C did: others would wait for its lease to end.
        with suppress(StateError):
            ours = find_lock(place)
            if ours is not None and ours.holder.id == holder.id:
                place.remove(ours.version)
        raise


def _refuse(place: LeasedPlace, found: FoundLock | None) -> Refused:
    if found is None:
        return refuse(None, shown=place.shown)
    return refuse(found.holder, shown=place.shown, advice=make_lease_words(found))
