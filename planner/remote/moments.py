"""Moments as the service counts them: epoch seconds or milliseconds (contract 1)."""

import datetime as dt
from typing import Final

_FIRST_MILLISECONDS: Final = 100_000_000_000
"""As seconds this is the year 5138: larger numbers are milliseconds."""


def format_moment(epoch: int) -> str:
    """Return a moment as RFC 3339 in UTC, whole seconds; empty for none and for one that no calendar has."""
    seconds = epoch // 1000 if epoch >= _FIRST_MILLISECONDS else epoch
    if seconds <= 0:
        return ""
    try:
        return dt.datetime.fromtimestamp(seconds, tz=dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (OverflowError, ValueError, OSError):
        return ""
