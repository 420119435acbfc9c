"""Words for what an operating system refuses: full disks, read-only directories, missing permissions."""

import contextlib
import errno
from collections.abc import Iterator
from pathlib import Path

from planner.core.diagnostics import make_error
from planner.state.errors import MissingFileError, StateFileError

UNTOUCHED = "Nothing was overwritten."

_WORDS = {
    errno.ENOSPC: ("disk-full", "The disk is full", "Free some space, then run the command again."),
    errno.EDQUOT: ("disk-full", "The disk quota is used up", "Free some space, then run the command again."),
    errno.EFBIG: (
        "file-too-large",
        "The file would be larger than is allowed",
        "Raise the limit (`ulimit -f`), then run the command again.",
    ),
    errno.EROFS: ("read-only", "The file system is read-only", "Write to another place, or mount it writable."),
    errno.EACCES: ("permission-denied", "Permission denied", "Check who owns the file and its directory."),
    errno.EPERM: ("permission-denied", "The operation is not permitted", "Check who owns the file and its directory."),
    errno.EISDIR: ("is-a-directory", "A directory stands where a file is expected", "Name a file."),
    errno.ENOTDIR: (
        "not-a-directory",
        "A file stands where a directory is expected",
        "Check the path: one of its directories is a file.",
    ),
    errno.EEXIST: ("exists", "A file stands in the way", "Move it away."),
    errno.ENOENT: ("missing", "The file or its directory does not exist", "Check the path."),
    errno.ELOOP: ("link-loop", "The symbolic link leads nowhere", "Check where the link points to."),
    errno.ENAMETOOLONG: ("name-too-long", "The file name is too long", "Choose a shorter name."),
    errno.EMFILE: ("too-many-files", "Too many files are open", "Raise the limit (`ulimit -n`)."),
    errno.ENFILE: ("too-many-files", "Too many files are open", "Close other programs, then run the command again."),
}
_OTHER = ("io", "The operating system refused", "Check the disk and its mount.")


@contextlib.contextmanager
def report_os_errors(path: Path, *, what: str, doing: str, aftermath: str = UNTOUCHED) -> Iterator[None]:
    """Turn an ``OSError`` of the block into a ``StateFileError`` that says what happened to ``path``.

    ``what`` names the file ("state file"), ``doing`` the attempt ("write"), ``aftermath`` what is
    on the disk now. Raises MissingFileError where there is no such file.
    """
    try:
        yield
    except OSError as error:
        raise make_file_error(error, path=path, what=what, doing=doing, aftermath=aftermath) from error


def make_file_error(error: OSError, *, path: Path, what: str, doing: str, aftermath: str) -> StateFileError:
    """Return the error that tells a user about ``error``, with what to do about it."""
    code, summary, advice = _WORDS.get(error.errno or 0, _OTHER)
    reason = error.strerror or type(error).__name__
    detail = f"Could not {doing} the {what} {str(path)!r} ({reason}). {aftermath} {advice}"
    kind = MissingFileError if isinstance(error, FileNotFoundError) else StateFileError
    return kind(make_error(f"state.{code}", summary, detail=detail))
