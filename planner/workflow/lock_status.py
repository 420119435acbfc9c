"""``lock status`` and ``force-unlock``: who holds the lock, and breaking it by its id."""

from planner.core.lazy_dataclass import dataclass
from planner.state.lock import Holder
from planner.workflow.workplace import Workplace, load_desired_state, open_store


@dataclass(frozen=True, slots=True, kw_only=True)
class LockStatus:
    """Where the state is, and who holds its lock, or None."""

    path: str
    holder: Holder | None


def find_lock_status(workplace: Workplace) -> LockStatus:
    """Return who holds the lock now. Raises PoolctlError."""
    store = open_store(workplace, load_desired_state(workplace))
    return LockStatus(path=store.shown, holder=store.find_holder())


def force_unlock(workplace: Workplace, lock_id: str) -> Holder:
    """Break the lock of exactly ``lock_id`` and return who held it. Raises PoolctlError for another id."""
    return open_store(workplace, load_desired_state(workplace)).break_lock(lock_id)
