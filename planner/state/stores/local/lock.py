"""The lock of a state on this disk: an exclusively created file, and a flock held for life beside it.

The lock file says who holds the lock and shuts out every other writer. The flock on the side file
ends with the process, whatever ends it: whoever can take it has proof that the holder is dead, if
host, boot and side file are the holder's (semantics 8.3).
"""

import contextlib
import errno
import math
import os
import secrets
import time
from collections.abc import Callable
from dataclasses import field
from pathlib import Path

from planner.core.diagnostics import make_error
from planner.core.lazy_dataclass import dataclass
from planner.state.errors import MissingFileError, StateError
from planner.state.files import TOOL_DIRECTORY, open_tool_directory, sync_directory, write_fully
from planner.state.locks.errors import LockHeldError, LockLostError
from planner.state.locks.flocked_lock import FlockedLock
from planner.state.locks.holders import (
    UNKNOWN_PREFIX,
    Holder,
    LockRequest,
    format_holder,
    format_holder_line,
    make_held_diagnostic,
    parse_holder,
)
from planner.state.locks.machine import Machine, find_machine
from planner.state.locks.side_file import is_dead, is_holder_gone, make_holder, open_side_file
from planner.state.os_errors import report_os_errors

_LONGEST_LOCK_FILE = 65536
_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 5.0
# Between a holder's last two steps, and a taker's first two, the flock is taken and no lock file is there.
_GRACE = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalLockPlace:
    """Where the lock of one state lies, and the clock that its waits go by (seconds)."""

    state: Path
    shown: str
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    machine: Machine = field(default_factory=find_machine)

    @property
    def lock_file(self) -> Path:
        """Return the lock file's path."""
        return self.state.with_name(self.state.name + ".lock")


class LocalLock(FlockedLock):
    """A held lock; the flock lives as long as this object's open side file."""

    def __init__(self, place: LocalLockPlace, holder: Holder, *, side_file: int) -> None:
        """Keep what a release needs; ``acquire_lock`` makes these."""
        super().__init__(holder, side_file=side_file)
        self._place = place

    def require(self, seconds: float) -> None:
        """Return: a lock on this disk has no lease that could be over. A save looks whether it was broken."""

    def release(self) -> None:
        """Give the lock back; a lock file that is no longer ours stays.

        One that cannot be removed stays, too, and ``notify`` is told: how the run ended must not be lost for that.
        """
        if self.is_released:
            return
        side_file, self._side_file = self._side_file, -1
        try:
            remove_lock_file(self._place, self.holder.id)
        except StateError as error:
            self.notify(self._describe_left(error))
        finally:
            os.close(side_file)

    def _describe_left(self, error: StateError) -> str:
        why = " ".join(f"{one.summary}. {one.detail}" for one in error.diagnostics)
        return (
            f"The lock {self.holder.id} could not be given back, and stands. This machine has the next one at once, "
            f"for its holder has ended. {' '.join(why.split())}"
        )


def acquire_lock(place: LocalLockPlace, request: LockRequest) -> LocalLock:
    """Return the lock, waiting up to ``request.timeout`` seconds for it.

    Raises LockHeldError that names the holder, and StateFileError.
    """
    side_path = open_tool_directory(place.state.parent) / f"{place.state.name}.flock"
    begun = place.clock()
    pause, told = _FIRST_PAUSE, ""
    while True:
        with report_os_errors(place.lock_file, what="lock file", doing="write"):
            found = _try_once(place, request, side_path=side_path)
        if isinstance(found, LocalLock):
            found.notify = request.notify
            return found
        left = max(request.timeout, 0.0 if found else _GRACE) - (place.clock() - begun)
        if left <= 0:
            raise _make_held_error(place, found, side_path=side_path)
        if found and found.id != told:
            told = found.id
            request.notify(f"Waiting up to {math.ceil(left)}s for the state lock: {format_holder_line(found)}")
        place.sleep(min(pause, left))
        pause = min(pause * 2, _LONGEST_PAUSE)


def find_lock_holder(place: LocalLockPlace) -> Holder | None:
    """Return whom the lock file names, or None where there is none. Raises StateError."""
    try:
        with report_os_errors(place.lock_file, what="lock file", doing="read"):
            return _load_holder(place.lock_file)
    except MissingFileError:
        return None


def is_holder_dead(place: LocalLockPlace, holder: Holder) -> bool:
    """Tell whether ``holder`` is provably dead: its side file is the one here, and nobody keeps it open.

    Nothing is made; the flock is shared and given back at once. Raises StateFileError.
    """
    side_path = place.state.parent / TOOL_DIRECTORY / f"{place.state.name}.flock"
    return is_holder_gone(side_path, holder, machine=place.machine)


def remove_lock_file(place: LocalLockPlace, lock_id: str) -> bool:
    """Remove the lock file if it holds ``lock_id``, and tell whether it did. Raises StateError.

    It is renamed before it is read: a lock that somebody else takes in between is put back.
    """
    aside = place.lock_file.with_name(f".poolctl-{secrets.token_hex(8)}.lock")
    with report_os_errors(place.lock_file, what="lock file", doing="remove"):
        holder = find_lock_holder(place)
        if holder is None or holder.id != lock_id:
            return False
        try:
            place.lock_file.rename(aside)
        except FileNotFoundError:
            return False
        is_right = _load_holder(aside).id == lock_id
        if not is_right:
            with contextlib.suppress(FileExistsError):
                os.link(aside, place.lock_file)
        aside.unlink()
        sync_directory(aside.parent)
    return is_right


def break_lock_file(place: LocalLockPlace, lock_id: str) -> Holder:
    """Remove the lock of exactly ``lock_id`` and return its holder. Raises LockLostError for another id."""
    holder = find_lock_holder(place)
    if holder is not None and holder.id == lock_id and remove_lock_file(place, lock_id):
        return holder
    if holder is None:
        detail = f"There is no lock file {str(place.lock_file)!r}: nobody holds the lock, so there is nothing to break."
        raise LockLostError(make_error("state.not-locked", "The state is not locked", detail=detail))
    detail = (
        f"The lock was left alone: its id is {holder.id!r}, not {lock_id!r}. It may have been released and taken by "
        "somebody else since you looked. Look again with `poolctl lock status`."
    )
    raise LockLostError(make_error("state.other-lock", "The lock has another id", detail=detail))


def _make_held_error(place: LocalLockPlace, holder: Holder | None, *, side_path: Path) -> LockHeldError:
    if holder is not None:
        return LockHeldError(make_held_diagnostic(holder, path=place.shown), holder=holder)
    detail = (
        f"A process on this machine holds {str(side_path)!r}, though there is no lock file: its lock was broken while "
        "it went on. It must end first, or two runs would write one state; nothing was sent and nothing was written. "
        f"Find it with: fuser {side_path}"
    )
    unknown = Holder(id=UNKNOWN_PREFIX + "process")
    return LockHeldError(
        make_error("state.locked", "The state is locked by somebody else", detail=detail), holder=unknown
    )


def _try_once(place: LocalLockPlace, request: LockRequest, *, side_path: Path) -> LocalLock | Holder | None:
    side_file = open_side_file(side_path)
    if side_file is None:
        return find_lock_holder(place)
    try:
        found = _try_under_flock(place, request, side_file=side_file)
    except BaseException:
        os.close(side_file)
        raise
    if not isinstance(found, LocalLock):
        os.close(side_file)
    return found


def _try_under_flock(place: LocalLockPlace, request: LockRequest, *, side_file: int) -> LocalLock | Holder | None:
    holder = make_holder(request, machine=place.machine, side_file=side_file)
    if _create(place.lock_file, format_holder(holder)):
        return LocalLock(place, holder, side_file=side_file)
    other = find_lock_holder(place)
    if other is None or not is_dead(other, us=holder):
        return other
    if not remove_lock_file(place, other.id) or not _create(place.lock_file, format_holder(holder)):
        return find_lock_holder(place)
    request.notify(f"The lock of a process that is no longer running was taken over: {format_holder_line(other)}")
    return LocalLock(place, holder, side_file=side_file)


def _load_holder(path: Path) -> Holder:
    with path.open("rb") as file:
        return parse_holder(file.read(_LONGEST_LOCK_FILE).decode(errors="replace"))


def _create(path: Path, text: str) -> bool:
    """Make the lock file, whole from its first moment; return whether it was not there. The caller holds the flock."""
    draft = path.parent / TOOL_DIRECTORY / f"{path.name}.new"
    draft.unlink(missing_ok=True)
    try:
        _write_new(draft, text)
        os.link(draft, path)
    except FileExistsError:
        return False
    except OSError as error:
        # File systems without hard links, or another one below .poolctl.
        if error.errno not in (errno.EPERM, errno.EXDEV, errno.ENOTSUP, errno.EMLINK):
            raise
        return _create_in_place(path, text)
    finally:
        draft.unlink(missing_ok=True)
    sync_directory(path.parent)
    return True


def _create_in_place(path: Path, text: str) -> bool:
    try:
        _write_new(path, text)
    except FileExistsError:
        return False
    sync_directory(path.parent)
    return True


def _write_new(path: Path, text: str) -> None:
    """Write a file that is not there yet. Raises FileExistsError."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    try:
        write_fully(descriptor, text.encode())
    except BaseException:
        path.unlink()
        raise
    finally:
        os.close(descriptor)
