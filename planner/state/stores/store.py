"""What every store of a state can do, wherever it keeps it."""

from collections.abc import Mapping
from types import TracebackType
from typing import Protocol, Self

from planner.core.tracking import State
from planner.state.locks.holders import Holder, LockRequest
from planner.state.stores.history import NO_NOTE, SavedVersion, SaveNote


class HeldLock(Protocol):
    """A lock that is ours until ``release`` or the end of its ``with`` block."""

    @property
    def holder(self) -> Holder:
        """Return what others are told about us."""
        ...

    def require(self, seconds: float) -> None:
        """Raise LockLostError or StoreError unless nobody can take this lock in the next ``seconds``."""
        ...

    def release(self) -> None:
        """Give the lock back; a lock that is no longer ours is left alone. Releasing twice is no fault.

        Where it cannot be given back, ``notify`` of the request is told, and nothing is raised.
        """
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None: ...


class Store(Protocol):
    """One state and its lock. Every method raises StateError and nothing else.

    ``save`` compares and swaps: it replaces the document that this store loaded or saved last (none,
    where it loaded none) and needs the lock. So two writers never both win.

    Where ``is_remote``, the journal of a run is on another disk than the state: the store keeps what a run is about
    to send as well, so that whoever comes next can settle it.

    Where it ``has_history``, each save is remembered with its note. Saves of one ``receipt_id`` are one version, the
    last of them (``history.drop_checkpoints``); how many versions are kept whole is the store's own affair.
    """

    @property
    def is_remote(self) -> bool:
        """Tell whether other machines share the state."""
        ...

    @property
    def has_history(self) -> bool:
        """Tell whether earlier versions of the state can be had."""
        ...

    @property
    def shown(self) -> str:
        """Return where the state is, in words."""
        ...

    def load(self) -> State | None:
        """Return the stored state, or None where there is none yet."""
        ...

    def save(self, state: State, note: SaveNote = NO_NOTE) -> None:
        """Store ``state`` durably. Raises LockLostError without the lock, StateChangedError for a lost race."""
        ...

    def load_versions(self) -> tuple[SavedVersion, ...]:
        """Return what is known of the versions that were saved, newest first; nothing without a history.

        No state is read as a document.
        """
        ...

    def load_seen(self) -> tuple[SavedVersion, ...]:
        """Return versions that are known to have been here, without asking the place, which may have been put back.

        Always nothing where not ``is_remote``: what the disk knows is its history.
        """
        ...

    def load_version(self, serial: int) -> State | None:
        """Return the state as it was at ``serial``, or None where that is not kept."""
        ...

    def save_receipt(self, receipt_id: str, text: str) -> None:
        """Keep a receipt with the state, in place of an earlier one of this id. Needs the lock."""
        ...

    def load_receipts(self) -> Mapping[str, str]:
        """Return the texts of all receipts that are kept, by id, oldest first."""
        ...

    def save_pending(self, text: str) -> None:
        """Keep what a run is about to send, in place of what is there; empty: nothing any more. Needs the lock."""
        ...

    def load_pending(self) -> str:
        """Return what a run was about to send; empty where nothing is open, and always where not ``is_remote``."""
        ...

    def acquire(self, request: LockRequest) -> HeldLock:
        """Return the lock. Raises LockHeldError when ``request.timeout`` seconds did not suffice."""
        ...

    def find_holder(self) -> Holder | None:
        """Return who holds the lock now, or None."""
        ...

    def is_dead(self, holder: Holder) -> bool:
        """Tell whether ``holder`` is provably dead, so that the next lock is had at once."""
        ...

    def find_obstacle(self) -> str:
        """Return what would keep a save from working, as advice; empty where nothing is known."""
        ...

    def break_lock(self, lock_id: str) -> Holder:
        """Remove the lock of exactly this id and return its holder. Raises LockLostError for another id."""
        ...
