"""What the stores with a leased lock share: who holds it, who may break it, and that nothing is written without it."""

from typing import Any, Generic, TypeVar

from planner.core.tracking import State
from planner.state.locks.holders import Holder
from planner.state.locks.lease import LeasedPlace, find_lock
from planner.state.locks.leased_lock import LeasedLock
from planner.state.locks.leased_taking import break_leased_lock
from planner.state.locks.side_file import is_holder_gone
from planner.state.stores.history import SavedVersion
from planner.state.stores.seen import load_seen_version, remember_state
from planner.state.stores.write_checks import require_lock

PlaceT = TypeVar("PlaceT", bound=LeasedPlace)
LockT = TypeVar("LockT", bound=LeasedLock[Any])


class LeasedStore(Generic[PlaceT, LockT]):
    """A shared state with a leased lock. Its methods are for one thread; a heartbeat runs beside them."""

    is_remote = True
    has_history = True

    def __init__(self, place: PlaceT) -> None:
        """Let the lock stand at ``place``."""
        self._place = place
        self._lock: LockT | None = None

    @property
    def shown(self) -> str:
        """Return where the state is, in words."""
        return self._place.shown

    def find_holder(self) -> Holder | None:
        """Return who holds the lock now, or None. Raises StoreError."""
        found = find_lock(self._place)
        return None if found is None else found.holder

    def is_dead(self, holder: Holder) -> bool:
        """Tell whether ``holder`` was a process of this directory and has ended. Raises StateFileError."""
        return is_holder_gone(self._place.side_path, holder, machine=self._place.machine)

    def load_seen(self) -> tuple[SavedVersion, ...]:
        """Return the newest version that this disk saved or read under the lock, if any."""
        seen = load_seen_version(self._place.side_path)
        return () if seen is None else (seen,)

    def find_obstacle(self) -> str:
        """Return nothing: whether a write is taken, only a write tells."""
        return ""

    def break_lock(self, lock_id: str) -> Holder:
        """Remove the lock of exactly this id and return its holder. Raises LockLostError for another id."""
        return break_leased_lock(self._place, lock_id)

    def _remember_read(self, state: State | None) -> None:
        """Remember what was read under the lock; who only looks writes nothing."""
        if self._lock is not None and not self._lock.is_released:
            remember_state(self._place.side_path, state)

    def _require_lock(self) -> LockT:
        """Return the lock that this store holds. Raises LockLostError where it holds none."""
        return require_lock(self._lock)
