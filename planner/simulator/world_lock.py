"""The lock of a world's file: held for a moment by a request, or for long by a server."""

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

from planner.simulator.errors import SimulatorError

_PAUSE_SECONDS: Final = 0.002


@contextlib.contextmanager
def hold_world(path: Path) -> Iterator[None]:
    """Hold the lock ``<path>.lock`` during a block of a moment; its folder is made when it is missing.

    Raises:
        SimulatorError: the disk refuses, or a server holds the lock for long.

    """
    file = acquire_world(path)
    try:
        yield
    finally:
        file.close()


def acquire_world(path: Path, *, is_lasting: bool = False) -> IO[bytes]:
    """Return the open lock file, which is the lock; closing it, or dying, gives the lock back.

    A holder that keeps it for long says so in the file, so that others need not wait for it.

    Raises:
        SimulatorError: the disk refuses, or a server holds the lock for long.

    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.with_name(f"{path.name}.lock").open("a+b")
    except OSError as error:
        raise SimulatorError(f"the simulator cannot use its file {path}: {error.strerror or error}") from error
    try:
        _wait_for_lock(file, path)
        _write_holder(file, str(os.getpid()).encode() if is_lasting else b"")
    except BaseException:
        file.close()
        raise
    return file


def _wait_for_lock(file: IO[bytes], path: Path) -> None:
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            _refuse_lasting_holder(file, path)
            time.sleep(_PAUSE_SECONDS)
        else:
            return


def _refuse_lasting_holder(file: IO[bytes], path: Path) -> None:
    file.seek(0)
    holder = file.read(20)
    if holder.isdigit():
        raise SimulatorError(
            f"the simulator cannot use its file {path}: process {holder.decode()} serves it on a port; "
            "use that endpoint, end that process, or take another file"
        )


def _write_holder(file: IO[bytes], holder: bytes) -> None:
    # What a server that was killed has left behind would mislead those who wait from now on.
    if holder or os.fstat(file.fileno()).st_size:
        file.truncate(0)
        file.write(holder)
        file.flush()
