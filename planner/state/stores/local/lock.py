"""The lock of a state on this disk: an exclusively created file, and a flock held for life beside it.

The lock file says who holds the lock and shuts out every other writer. The flock on the side file
ends with the process, whatever ends it: whoever can take it has proof that the holder is dead, if
host, boot and side file are the holder's (semantics 8.3).
"""

import contextlib
import errno
import os
import secrets
from pathlib import Path
from typing import Final

from planner.core.diagnostics import make_error
from planner.core.lazy_dataclass import dataclass
from planner.state.errors import MissingFileError, StateError
from planner.state.files import TOOL_DIRECTORY, sync_directory, write_fully
from planner.state.locks.errors import LockLostError
from planner.state.locks.flocked_lock import FlockedLock, FlockedPlace
from planner.state.locks.holders import (
    Holder,
    LockRequest,
    format_holder,
    format_holder_line,
    make_other_diagnostic,
    make_unlocked_diagnostic,
    parse_holder,
)
from planner.state.locks.side_file import is_dead, make_holder
from planner.state.locks.waiting import Refused, refuse, wait_for_lock
from planner.state.os_errors import report_os_errors

_LONGEST_LOCK_FILE: Final = 65536
# Between a holder's last two steps, and a taker's first two, the flock is taken and no lock file is there.
_GRACE: Final = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalLockPlace(FlockedPlace):
    """Where the lock of the file ``state`` lies."""

    state: Path

    @property
    def lock_file(self) -> Path:
        """Return the lock file's path."""
        return self.state.with_name(self.state.name + ".lock")


class LocalLock(FlockedLock):
    """A held lock; the flock lives as long as this object's open side file."""

    def __init__(self, place: LocalLockPlace, holder: Holder, *, side_file: int) -> None:
        """Keep what a release needs; ``acquire_local_lock`` makes these."""
        super().__init__(holder, side_file=side_file)
        self._place = place

    def require(self, seconds: float) -> None:
        """Return: a lock on this disk has no lease that could be over. A save looks whether it was broken."""

    def _give_back(self) -> None:
        try:
            remove_lock_file(self._place, self.holder.id)
        except KeyboardInterrupt:
            # It is the matter of a moment, and whoever stops a run leaves no lock behind.
            remove_lock_file(self._place, self.holder.id)
            raise

    def _describe_way_on(self) -> str:
        return "This machine has the next one at once, for its holder has ended."


def acquire_local_lock(place: LocalLockPlace, request: LockRequest) -> LocalLock:
    """Return the lock, waiting up to ``request.timeout`` seconds for it.

    Raises LockHeldError that names the holder, and StateFileError.
    """
    return wait_for_lock(
        place,
        request,
        take=lambda side_file: _take_or_leave(place, request, side_file=side_file),
        look=lambda: _refuse(place, find_lock_holder(place)),
        grace=_GRACE,
    )


def find_lock_holder(place: LocalLockPlace) -> Holder | None:
    """Return whom the lock file names, or None where there is none. Raises StateError."""
    try:
        with report_os_errors(place.lock_file, what="lock file", doing="read"):
            return _load_holder(place.lock_file)
    except MissingFileError:
        return None


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
        raise LockLostError(make_unlocked_diagnostic(place.shown))
    raise LockLostError(make_other_diagnostic(holder, lock_id=lock_id))


def _take_or_leave(place: LocalLockPlace, request: LockRequest, *, side_file: int) -> LocalLock | Refused:
    """Take the lock; whoever is interrupted at it, or fails, leaves none."""
    try:
        return _take(place, request, side_file=side_file)
    except BaseException:
        with contextlib.suppress(StateError):
            remove_lock_file(place, request.id)
        raise


def _take(place: LocalLockPlace, request: LockRequest, *, side_file: int) -> LocalLock | Refused:
    holder = make_holder(request, machine=place.machine, side_file=side_file)
    with report_os_errors(place.lock_file, what="lock file", doing="write"):
        if _create(place.lock_file, format_holder(holder)):
            return LocalLock(place, holder, side_file=side_file)
        other = find_lock_holder(place)
        if other is None or not is_dead(other, us=holder):
            return _refuse(place, other)
        if not remove_lock_file(place, other.id) or not _create(place.lock_file, format_holder(holder)):
            return _refuse(place, find_lock_holder(place))
    request.notify(f"The lock of a process that is no longer running was taken over: {format_holder_line(other)}")
    return LocalLock(place, holder, side_file=side_file)


def _refuse(place: LocalLockPlace, holder: Holder | None) -> Refused:
    if holder is not None:
        return refuse(holder, shown=place.shown)
    detail = (
        f"A process on this machine holds {str(place.side_path)!r}, though there is no lock file: its lock was broken "
        "while it went on. It must end first, or two runs would write one state; nothing was sent and nothing was "
        f"written. Find it with: fuser {place.side_path}"
    )
    told = make_error("state.locked", "The state is locked by somebody else", detail=detail)
    return Refused(holder=None, told=told)


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
