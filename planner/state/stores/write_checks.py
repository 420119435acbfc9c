"""What every store asks before it writes: a lock of its own, and a receipt's id that names nothing else."""

import re
from typing import Final, Protocol, TypeVar

from planner.core.diagnostics import make_error
from planner.state.locks.errors import LockLostError
from planner.state.os_errors import UNTOUCHED

_RECEIPT_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


class _Held(Protocol):
    @property
    def is_released(self) -> bool: ...


HeldT = TypeVar("HeldT", bound=_Held)


def require_lock(lock: HeldT | None) -> HeldT:
    """Return the lock that a store holds. Raises LockLostError where it holds none."""
    if lock is None or lock.is_released:
        detail = f"{UNTOUCHED} This is a fault of poolctl: please report it."
        raise LockLostError(make_error("state.not-locked", "The state is saved without its lock", detail=detail))
    return lock


def is_receipt_id(text: str) -> bool:
    """Tell whether ``text`` can be the id of a receipt: it becomes the name of a file or an object."""
    return _RECEIPT_ID.fullmatch(text) is not None


def require_receipt_id(text: str) -> None:
    """Raise ValueError unless ``text`` can be the id of a receipt."""
    if not is_receipt_id(text):
        raise ValueError(f"not a receipt's id: {text!r}")
