"""Libraries that come with an extra of poolctl: loaded where they are needed, and named where they are missing."""

import importlib
from typing import Any

from planner.core.diagnostics import Diagnostic, make_error
from planner.state.errors import StoreError


def load_extra(module: str, *, extra: str) -> Any:
    """Return the module. Raises StoreError that names ``poolctl[extra]`` where it is not installed."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise StoreError(report_missing_extra(error.name or module, extra=extra)) from error


def report_missing_extra(missing: str, *, extra: str) -> Diagnostic:
    """Return what to tell where the library ``missing`` of an extra is not installed."""
    detail = (
        f"[backend.{extra}] needs the library {missing!r}, which comes with an extra of poolctl. Nothing was sent. "
        f"Install it where poolctl is installed: python -m pip install 'poolctl[{extra}]'"
    )
    return make_error("state.extra-missing", "A library for this backend is not installed", detail=detail)
