"""What every store of a state can do, wherever it keeps it."""

from collections.abc import Mapping
from types import TracebackType
from typing import Protocol, Self

from planner.core.tracking import State
from planner.state.lock import Holder, LockRequest


class HeldLock(Protocol):
    """A lock that is ours until ``release`` or the end of its ``with`` block."""

    @property
    def holder(self) -> Holder:
        """Return what others are told about us."""
        ...

    def release(self) -> None:
        """Give the lock back; a lock that is no longer ours is left alone. Releasing twice is no fault."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None: ...


class Store(Protocol):
    """One state and its lock. Every method raises StateError and nothing else.

    ``save`` compares and swaps: it replaces the document that this store loaded or saved last (none,
    where it loaded none) and needs the lock. So two writers never both win.
    """

    def load(self) -> State | None:
        """Return the stored state, or None where there is none yet."""
        ...

    def save(self, state: State) -> None:
        """Store ``state`` durably. Raises LockLostError without the lock, StateChangedError for a lost race."""
        ...

    def save_receipt(self, receipt_id: str, text: str) -> None:
        """Keep a receipt with the state, in place of an earlier one of this id. Needs the lock."""
        ...

    def load_receipts(self) -> Mapping[str, str]:
        """Return the texts of all receipts that are kept, by id, oldest first."""
        ...

    def acquire(self, request: LockRequest) -> HeldLock:
        """Return the lock. Raises LockHeldError when ``request.timeout`` seconds did not suffice."""
        ...

    def find_holder(self) -> Holder | None:
        """Return who holds the lock now, or None."""
        ...

    def break_lock(self, lock_id: str) -> Holder:
        """Remove the lock of exactly this id and return its holder. Raises LockLostError for another id."""
        ...
