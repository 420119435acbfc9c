"""Faults of poolctl itself: what a user is told when something happened that nobody foresaw."""

import traceback
from pathlib import Path
from types import TracebackType
from typing import Final

import planner
from planner.core.diagnostics import Diagnostic, make_error

DEBUG_VARIABLE: Final = "POOLCTL_DEBUG"


def make_fault_diagnostic(error: BaseException) -> Diagnostic:
    """Return the type of ``error`` and the place in poolctl; its text may hold secrets and is not shown."""
    detail = (
        f"{type(error).__name__} {_find_place(error.__traceback__)}. What was done before is recorded: run "
        f"`poolctl plan` to see where things stand. Please report this line; {DEBUG_VARIABLE}=1 shows more of it."
    )
    return make_error("poolctl.fault", "This is a fault of poolctl", detail=detail)


def format_trace(error: BaseException) -> str:
    """Return the traceback of ``error``, for those who asked for it."""
    return "".join(traceback.format_exception(error))


def _find_place(trace: TracebackType | None) -> str:
    package = Path(planner.__file__).parent
    frames = [frame for frame in traceback.extract_tb(trace) if Path(frame.filename).is_relative_to(package)]
    if not frames:
        return "outside of poolctl's own files"
    return f"at {Path(frames[-1].filename).relative_to(package.parent).as_posix()} line {frames[-1].lineno}"
