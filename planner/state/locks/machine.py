"""Which machine, boot and process this is: what tells a dead lock holder from a living one."""

import os
import socket
from pathlib import Path

from planner.core.lazy_dataclass import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """Where a process runs; ``boot_id`` is empty where the system has none to read (not Linux)."""

    host: str
    boot_id: str
    pid: int


def find_machine() -> Machine:
    """Return where this process runs."""
    return Machine(host=socket.gethostname(), boot_id=_find_boot_id(), pid=os.getpid())


def _find_boot_id() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return ""
