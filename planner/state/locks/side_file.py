"""The side file of a lock: flocked for life, so that whoever can take it has proof that its holder is dead.

The flock ends with the process, whatever ends it (semantics 8.3).
"""

import fcntl
import os
from dataclasses import replace
from pathlib import Path

from planner.state.locks.holders import Holder, LockRequest
from planner.state.locks.machine import Machine
from planner.state.os_errors import report_os_errors


def open_side_file(path: Path) -> int | None:
    """Return the flocked side file ``path``, made where it is missing; None where somebody holds it.

    Raises StateFileError.
    """
    with report_os_errors(path, what="side file of the lock", doing="open"):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o666)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        except BaseException:
            os.close(descriptor)
            raise
    return descriptor


def make_holder(request: LockRequest, *, machine: Machine, side_file: int) -> Holder:
    """Return who asks, from where, with the open ``side_file`` as the proof of life."""
    status = os.fstat(side_file)
    holder = Holder(id=request.id, operation=request.operation, who=request.who, created=request.created)
    return replace(
        holder,
        version=request.version,
        info=request.info,
        host=machine.host,
        boot_id=machine.boot_id,
        pid=machine.pid,
        side_file=_name_file(status),
    )


def is_dead(other: Holder, *, us: Holder) -> bool:
    """Tell whether ``other`` is provably dead; the caller holds the flock of the side file that ``us`` names."""
    # The caller holds the flock. A side file that was deleted and made again proves nothing: the
    # holder may live on with the deleted one, so it has to be the very file that the holder opened.
    is_provable = bool(other.boot_id) and bool(other.side_file)
    return is_provable and (other.host, other.boot_id, other.side_file) == (us.host, us.boot_id, us.side_file)


def is_holder_gone(side_path: Path, holder: Holder, *, machine: Machine) -> bool:
    """Tell whether ``holder`` is provably dead: its side file is this one, and nobody keeps it open.

    Nothing is made; the flock is shared and given back at once. Raises StateFileError.
    """
    with report_os_errors(side_path, what="side file of the lock", doing="read"):
        try:
            descriptor = os.open(side_path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        else:
            status = os.fstat(descriptor)
        finally:
            os.close(descriptor)
    us = Holder(id="", host=machine.host, boot_id=machine.boot_id, side_file=_name_file(status))
    return is_dead(holder, us=us)


def _name_file(status: os.stat_result) -> str:
    return f"{status.st_dev}:{status.st_ino}"
