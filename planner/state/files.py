"""Text files that are there whole or not at all."""

import contextlib
import errno
import os
import re
import secrets
import stat
import time
from pathlib import Path
from typing import Final

from planner.core.diagnostics import make_error
from planner.state.errors import DocumentError, StateFileError
from planner.state.os_errors import UNTOUCHED, report_os_errors

MAX_BYTES: Final = 512 * 1024 * 1024
"""The largest file that is read: some ten times the state of 10,000 pools."""

TOOL_DIRECTORY: Final = ".poolctl"

LEFT_SECONDS: Final = 900.0
"""After how long a temporary file is surely no longer being written."""

_LEFTOVER: Final = re.compile(r"\.poolctl-[0-9a-f]{16}\.(?:tmp|lock)")


def save_atomically(path: Path, text: str, *, what: str = "file") -> None:
    """Put ``text`` into ``path`` as UTF-8 so that a crash at any point leaves the old file or the new one.

    The temporary file stands beside the target and is synced before it is renamed, and the
    directory is synced after. A symbolic link is kept: the file that it points to is replaced. An
    existing file keeps its mode. Raises StateFileError, also for a target that is no regular
    file; ``what`` names the file in it.
    """
    data = _encode(text, path=path, what=what)
    with report_os_errors(path, what=what, doing="write"):
        target = Path(os.path.realpath(path))
        mode = _find_mode(target)
        temporary = _write_beside(target, data, mode=mode)
        _replace(temporary, target)
    written = "The new file is in place, but the disk has not confirmed it."
    with report_os_errors(path, what=what, doing="sync", aftermath=written):
        sync_directory(target.parent)
    remove_leftovers(target.parent)


def remove_leftovers(directory: Path) -> int:
    """Remove what killed writers left in ``directory``, and return how many; none that may still be written.

    What cannot be removed is left alone: it does no harm.
    """
    latest = time.time() - LEFT_SECONDS
    with contextlib.suppress(OSError), os.scandir(directory) as entries:
        left = [Path(one.path) for one in entries if _LEFTOVER.fullmatch(one.name) and one.stat().st_mtime < latest]
        for path in left:
            path.unlink(missing_ok=True)
        return len(left)
    return 0


def load_text(path: Path, *, what: str = "file", limit: int = MAX_BYTES) -> str:
    """Return the text of the UTF-8 file ``path``, without a byte order mark.

    Raises MissingFileError, StateFileError, and DocumentError where it is larger than ``limit``
    bytes or no UTF-8; ``what`` names the file in them.
    """
    with report_os_errors(path, what=what, doing="read", aftermath="Nothing was changed."):
        data = _read(path, limit=limit + 1)
    if len(data) > limit:
        detail = f"The {what} {str(path)!r} is larger than {limit} bytes. Check that the path names the right file."
        raise DocumentError(make_error("state.too-large", "The file is too large", detail=detail))
    return _decode(data, path=path, what=what)


def sync_directory(directory: Path) -> None:
    """Make the names in ``directory`` durable. Raises OSError.

    File systems that cannot sync a directory say EINVAL: there is nothing more to do on them.
    """
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise
    finally:
        os.close(descriptor)


def write_fully(descriptor: int, data: bytes) -> None:
    """Write all of ``data`` and sync it. Raises OSError; a part may have been written then."""
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]
    os.fsync(descriptor)


def open_tool_directory(parent: Path, *names: str) -> Path:
    """Make ``parent/.poolctl`` and the directories ``names`` below it, and return the last one.

    A new ``.poolctl`` tells git to ignore it: locks and journals belong to one machine. Raises
    StateFileError.
    """
    tool_directory = parent / TOOL_DIRECTORY
    directory = tool_directory.joinpath(*names)
    with report_os_errors(directory, what="directory", doing="make"):
        if not tool_directory.is_dir():
            tool_directory.mkdir(exist_ok=True)
            (tool_directory / ".gitignore").write_text("*\n", encoding="utf-8")
        directory.mkdir(parents=True, exist_ok=True)
    return directory


def _encode(text: str, *, path: Path, what: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        detail = f"The {what} {str(path)!r} would hold a character that is no Unicode text. {UNTOUCHED}"
        raise DocumentError(make_error("state.not-text", "The text cannot be written", detail=detail)) from error


def _decode(data: bytes, *, path: Path, what: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        detail = (
            f"The {what} {str(path)!r} is not UTF-8 text: line {line} has a byte that cannot stand there. "
            f"Check that the path names the right file. {UNTOUCHED}"
        )
        raise DocumentError(make_error("state.not-text", "The file is not a text file", detail=detail)) from error


def _find_mode(target: Path) -> int | None:
    try:
        status = target.lstat()
    except FileNotFoundError:
        return None
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not stat.S_ISREG(status.st_mode):
        detail = f"{str(target)!r} is a device, a pipe or a broken link. {UNTOUCHED} Name a regular file."
        raise StateFileError(make_error("state.not-a-file", "The target is not a regular file", detail=detail))
    return stat.S_IMODE(status.st_mode)


def _write_beside(target: Path, data: bytes, *, mode: int | None) -> Path:
    temporary = target.with_name(f".poolctl-{secrets.token_hex(8)}.tmp")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
    descriptor = os.open(temporary, flags, 0o666)
    try:
        if mode is not None:
            os.fchmod(descriptor, mode)
        write_fully(descriptor, data)
    except BaseException:
        _remove(temporary)
        raise
    finally:
        os.close(descriptor)
    return temporary


def _replace(temporary: Path, target: Path) -> None:
    try:
        temporary.replace(target)
    except BaseException:
        _remove(temporary)
        raise


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink()


def _read(path: Path, *, limit: int) -> bytes:
    with path.open("rb") as file:
        return file.read(limit)
