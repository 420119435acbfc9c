"""Faults of poolctl itself: what a user is told when something happened that nobody foresaw."""

import traceback
from collections.abc import Mapping
from types import TracebackType

import planner
from planner.cli.debugging import DEBUG_VARIABLE
from planner.core.diagnostics import Diagnostic, make_error


def make_fault_diagnostic(error: BaseException) -> Diagnostic:
    """Return the type of ``error`` and the place in poolctl; its text may hold secrets and is not shown."""
    detail = (
        f"{type(error).__name__} {_find_place(error.__traceback__)}. What was done before is recorded: run "
        f"`poolctl plan` to see where things stand. Please report this line; {DEBUG_VARIABLE}=1 shows more of it."
    )
    return make_error("poolctl.fault", "This is a fault of poolctl", detail=detail)


def format_trace(error: BaseException, environment: Mapping[str, str]) -> str:
    """Return the traceback of ``error``, for those who asked for it, without the credentials of ``environment``."""
    from planner.remote.login import find_secret_values
    from planner.remote.outside_text import hide

    return hide("".join(traceback.format_exception(error)), find_secret_values(environment))


def _find_place(trace: TracebackType | None) -> str:
    from pathlib import Path

    package = Path(planner.__file__).parent
    frames = [frame for frame in traceback.extract_tb(trace) if Path(frame.filename).is_relative_to(package)]
    if not frames:
        return "outside of poolctl's own files"
    return f"at {Path(frames[-1].filename).relative_to(package.parent).as_posix()} line {frames[-1].lineno}"
