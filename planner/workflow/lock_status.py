"""``lock status`` and ``force-unlock``: who holds the lock, and breaking it by its id."""

from typing import Final

from planner.core.lazy_dataclass import dataclass
from planner.state.locks.holders import Holder
from planner.workflow.workplace import Workplace, load_desired_state, open_store

_HTTP_NOTE: Final = (
    "[backend.http]: who holds the lock is what the stored document says; the server itself is not asked, and tells it "
    "only to whom it refuses the lock. The lock has no lease: one whose holder died stays until somebody breaks it."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LockStatus:
    """Where the state is, and who holds its lock, or None; ``note`` says what that place cannot tell or promise."""

    path: str
    holder: Holder | None
    note: str = ""


def find_lock_status(workplace: Workplace) -> LockStatus:
    """Return who holds the lock now. Raises PoolctlError."""
    desired = load_desired_state(workplace)
    store = open_store(workplace, desired)
    return LockStatus(path=store.shown, holder=store.find_holder(), note=_HTTP_NOTE if desired.http else "")


def force_unlock(workplace: Workplace, lock_id: str) -> Holder:
    """Break the lock of exactly ``lock_id`` and return who held it. Raises PoolctlError for another id."""
    return open_store(workplace, load_desired_state(workplace)).break_lock(lock_id)
