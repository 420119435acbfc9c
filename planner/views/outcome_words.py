"""Words that events and summaries share: durations and the first thing that went wrong."""

from planner.core.diagnostics import Diagnostic
from planner.views.escape import escape_text

_MINUTE = 60
_HOUR = 3600


def format_duration(seconds: float) -> str:
    """Return a duration as Terraform prints it: ``41s``, ``1m30s``, ``2h5m0s``."""
    whole = max(0, int(seconds))
    if whole < _MINUTE:
        return f"{whole}s"
    if whole < _HOUR:
        return f"{whole // _MINUTE}m{whole % _MINUTE}s"
    return f"{whole // _HOUR}h{whole % _HOUR // _MINUTE}m{whole % _MINUTE}s"


def find_summary(diagnostics: tuple[Diagnostic, ...]) -> str:
    """Return ``: `` and the summary of the first diagnostic, or nothing where there is none."""
    return f": {escape_text(diagnostics[0].summary)}" if diagnostics else ""
