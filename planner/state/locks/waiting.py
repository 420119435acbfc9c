"""Waiting for a lock: trying again until it is ours, telling whom the wait is for, and giving up."""

import math
import os
from collections.abc import Callable
from dataclasses import replace
from typing import Final, TypeVar

from planner.core.diagnostics import Diagnostic, make_error
from planner.core.lazy_dataclass import dataclass
from planner.state.files import open_tool_directory
from planner.state.locks.errors import LockHeldError
from planner.state.locks.flocked_lock import FlockedLock, FlockedPlace
from planner.state.locks.holders import (
    UNKNOWN_PREFIX,
    Holder,
    LockRequest,
    format_holder_line,
    make_held_diagnostic,
)
from planner.state.locks.side_file import open_side_file
from planner.state.os_errors import UNTOUCHED

_FIRST_PAUSE: Final = 0.1
_LONGEST_PAUSE: Final = 5.0
# While another process of this directory takes or gives back the lock, nobody stands at its place.
_GRACE: Final = 10.0

LockT = TypeVar("LockT", bound=FlockedLock)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A try that did not get the lock, and what the user is told where it was the last one.

    ``holder`` has the lock; None where another process of this directory is between two steps.
    """

    holder: Holder | None
    told: Diagnostic


def refuse(holder: Holder | None, *, shown: str, advice: str = "") -> Refused:
    """Return that ``holder`` has the lock of ``shown``; ``advice`` says how it comes free besides."""
    if holder is None:
        detail = (
            f"Another process of this directory is taking or giving back the lock. {UNTOUCHED} Run the command again."
        )
        told = make_error("state.locked", "The state is locked by somebody else", detail=detail)
        return Refused(holder=None, told=told)
    told = make_held_diagnostic(holder, path=shown)
    return Refused(holder=holder, told=replace(told, detail=f"{told.detail}\n\n{advice}") if advice else told)


def wait_for_lock(
    place: FlockedPlace,
    request: LockRequest,
    *,
    take: Callable[[int], LockT | Refused],
    look: Callable[[], Refused],
    grace: float = _GRACE,
) -> LockT:
    """Return the lock, waiting up to ``request.timeout`` seconds for it, or ``grace`` for a process between two steps.

    ``take`` tries once with the flocked side file, which a lock keeps; ``look`` says who has the lock where another
    process has the flock. Raises LockHeldError that names the holder, StateFileError, and what the two raise.
    """
    open_tool_directory(place.side_path.parent.parent)
    begun, pause, told = place.clock(), _FIRST_PAUSE, ""
    while True:
        found = _try_once(place, take=take, look=look)
        if not isinstance(found, Refused):
            found.notify = request.notify
            return found
        left = max(request.timeout, 0.0 if found.holder else grace) - (place.clock() - begun)
        if left <= 0:
            raise LockHeldError(found.told, holder=found.holder or Holder(id=UNKNOWN_PREFIX + "process"))
        if found.holder and found.holder.id != told:
            told = found.holder.id
            who = format_holder_line(found.holder)
            request.notify(f"Waiting up to {math.ceil(left)}s for the state lock: {who}")
        place.sleep(min(pause, left))
        pause = min(pause * 2, _LONGEST_PAUSE)


def _try_once(
    place: FlockedPlace, *, take: Callable[[int], LockT | Refused], look: Callable[[], Refused]
) -> LockT | Refused:
    side_file = open_side_file(place.side_path)
    if side_file is None:
        return look()
    found: LockT | Refused | None = None
    try:
        found = take(side_file)
    finally:
        if not isinstance(found, FlockedLock):
            os.close(side_file)
    return found
