"""poolctl in a process of its own, on a disk that is full or killed at a chosen request."""

import errno
import itertools
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

from planner.simulator.faults import Fault, ResetAfter, ResetBefore, Rule
from planner.simulator.requests import Request

KILLED = -signal.SIGKILL
_PRELOADED = ["planner.cli.entry", "planner.workflow.apply", "planner.cli.apply_output", "httpx", "dying"]


def run_full(arguments: list[str], *, at: int, times: int) -> int | None:
    """Run poolctl on a disk that is full for ``times`` writes from the ``at``-th on; return its exit code."""
    process = _fork(arguments, full=range(at, at + times))
    process.start()
    process.join()
    return process.exitcode


def run_killed(arguments: list[str], killer: "Killer") -> int | None:
    """Run poolctl until ``killer`` ends it, and return its exit code."""
    process = _fork(arguments)
    killer.aim(process)
    process.start()
    process.join()
    return process.exitcode


def _fork(arguments: list[str], *, full: range = range(0)) -> ForkServerProcess:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOADED)
    return context.Process(target=_run, args=(arguments, dict(os.environ)), kwargs={"full": full})


def _run(arguments: list[str], environment: dict[str, str], *, full: range) -> None:
    from planner.cli.entry import main

    os.environ.update(environment)
    nowhere = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - it lives as long as the process
    sys.stdout = sys.stderr = nowhere
    os.write = _make_full(os.write, full)
    sys.exit(main(arguments))


def _make_full(write: Callable[[int, Any], int], full: range) -> Callable[[int, Any], int]:
    """Return ``write`` for a disk that is full for the calls whose numbers are in ``full``."""
    numbers = itertools.count(1)

    def write_or_refuse(descriptor: int, data: Any) -> int:
        if next(numbers) in full:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(descriptor, data)

    return write_or_refuse


class Killer:
    """Kills a client when its request of ``method`` to ``path`` arrives, which then still takes effect or does not."""

    def __init__(self, method: str, path: str, *, takes_effect: bool) -> None:
        self._rule = Rule(fault=ResetAfter() if takes_effect else ResetBefore(), method=method, path=path)
        self._victims: list[ForkServerProcess] = []

    def aim(self, victim: ForkServerProcess) -> None:
        """Say whom to kill."""
        self._victims.append(victim)

    def __call__(self, request: Request) -> Fault | None:
        if not self._victims or not self._rule.matches(request):
            return None
        self._victims.pop().kill()
        return self._rule.fault
