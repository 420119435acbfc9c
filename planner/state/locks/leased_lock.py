"""A held lock with a lease: its heartbeat, and what its holder may still do."""

import contextlib
import threading
from collections.abc import Iterator
from typing import Final, Generic, TypeVar

from planner.core.diagnostics import Diagnostic, make_error
from planner.state.errors import StateError, StoreError
from planner.state.locks.errors import LockLostError
from planner.state.locks.flocked_lock import FlockedLock
from planner.state.locks.holders import Holder, format_holder_line
from planner.state.locks.lease import KEPT, LeasedPlace, find_lock, format_lock, make_beat, read_life_clock

_BEATS: Final = 3
_RENEWALS: Final = 10
_FRESH: Final = 1.0
_SHARE: Final = 10
PlaceT = TypeVar("PlaceT", bound=LeasedPlace)


class LeasedLock(FlockedLock, Generic[PlaceT]):
    """A held lock. Its heartbeat runs in a thread until ``release``; several threads may use it."""

    def __init__(self, place: PlaceT, holder: Holder, *, version: str, since: float, side_file: int) -> None:
        """Keep a lock, written as ``version`` after ``since`` (life clock); ``acquire_leased_lock`` makes these."""
        super().__init__(holder, side_file=side_file)
        self._place = place
        self._version = version
        self._until = since + place.lease
        self._look_again = since + _FRESH
        self._turn = threading.RLock()
        self._tried: set[str] = set()
        self._lost: Diagnostic | None = None
        self._end = threading.Event()
        self._heart = threading.Thread(target=self._beat_on, name="poolctl-heartbeat", daemon=True)
        self._heart.start()

    @contextlib.contextmanager
    def renewed(self) -> Iterator[str]:
        """Renew the lock, and yield its version, which no heartbeat changes before the block ends.

        Raises LockLostError where the lock is not ours any more, and StoreError where its place does not answer.
        """
        with self._turn:
            if self._lost is not None:
                raise LockLostError(self._lost)
            self._renew()
            yield self._version

    def renew(self) -> None:
        """Renew the lock. Raises LockLostError where it is not ours any more, StoreError."""
        with self.renewed():
            pass

    def require(self, seconds: float) -> None:
        """Raise LockLostError or StoreError unless nobody can take the lock in the next ``seconds``.

        A lock that was broken (``force-unlock``) is noticed here, too: its place is looked at, once a second at most.
        """
        if self._lost is not None or read_life_clock() + seconds > self._until:
            self.renew()
        elif read_life_clock() > self._look_again and self._turn.acquire(blocking=False):
            try:
                self._look()
            finally:
                self._turn.release()

    def lose(self) -> LockLostError:
        """Note that the lock is somebody else's now, and return what to tell the user. Raises StoreError."""
        found = find_lock(self._place)
        by = f"It is held now: {format_holder_line(found.holder)}." if found else "Nobody holds it now."
        detail = (
            f"Somebody took or broke the lock of this run (`force-unlock`, or its lease of {self._place.lease:.0f}s "
            f"was over) while it was going on. {by} {KEPT}"
        )
        self._lost = make_error("state.lock-lost", "The lock of this run is gone", detail=detail)
        return LockLostError(self._lost)

    def _give_back(self) -> None:
        self._end.set()
        self._heart.join()
        with self._turn:
            if self._lost is None:
                self._place.remove(self._find_ours())

    def _look(self) -> None:
        """Raise LockLostError where the lock is not ours any more; the lease is good, so silence is no fault."""
        since = read_life_clock()
        with contextlib.suppress(StoreError):
            found = find_lock(self._place)
            # What was tried, and no answer came: beats, or versions where those are known beforehand.
            if found is None or not ({found.version, found.beat} & {self._version, *self._tried}):
                raise self.lose()
        now = read_life_clock()
        self._look_again = now + max(_FRESH, (now - since) * _SHARE)

    def _describe_way_on(self) -> str:
        return (
            "This directory has the next one at once, others when its lease of "
            f"{self._place.lease:.0f}s is over (`--lock-timeout`)."
        )

    def _renew(self) -> None:
        for _ in range(_RENEWALS):
            since, beat = read_life_clock(), make_beat()
            self._tried.add(beat)
            following = self._place.swap(self._version, format_lock(self.holder, lease=self._place.lease, beat=beat))
            if following:
                self._settle(following, until=since + self._place.lease)
                return
            found = find_lock(self._place)
            if found is None or found.beat not in self._tried:
                raise self.lose()
            # An earlier swap of ours has arrived after all, though no answer came.
            self._settle(found.version, until=self._until)
        raise StoreError(make_error("state.unreachable", "The lock could not be renewed", detail=KEPT))

    def _settle(self, version: str, *, until: float) -> None:
        self._version, self._until, self._look_again = version, until, read_life_clock() + _FRESH
        self._tried.clear()

    def _find_ours(self) -> str:
        """Return the version that our lock stands at: a swap without an answer may have moved it."""
        found = find_lock(self._place) if self._tried else None
        return found.version if found is not None and found.beat in self._tried else self._version

    def _beat_on(self) -> None:
        pause = self._place.lease / _BEATS
        while not self._end.wait(pause):
            try:
                self.renew()
                pause = self._place.lease / _BEATS
            except LockLostError:
                return
            except StateError:
                # Whether the lease is still good is judged where a request is about to be sent.
                pause = self._place.lease / _BEATS / 3
