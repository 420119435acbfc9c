"""Windows: the hours of a week in which a rollout may start something, judged with the time as an argument."""

import datetime as dt
import itertools
from bisect import bisect_left
from collections.abc import Sequence
from typing import Final

from planner.core.lazy_dataclass import dataclass

DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
"""The days of a week, as ``datetime.weekday`` counts them."""

_HOUR: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Hours of certain days in one time zone.

    ``days`` are those on which it opens, 0 is Monday. ``start`` and ``end`` are minutes of the wall clock after
    midnight; an ``end`` that is not after ``start`` is one of the next day. ``tz`` is named by its ``str``.
    """

    days: tuple[int, ...]
    start: int
    end: int
    tz: dt.tzinfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """One time that a window is open: from ``start``, and no longer at ``end``; both in UTC."""

    start: dt.datetime
    end: dt.datetime

    def is_open(self, now: dt.datetime) -> bool:
        """Tell whether ``now`` lies in it."""
        return self.start <= now < self.end


def find_span(window: Window, now: dt.datetime) -> Span:
    """Return the span that holds ``now``, else the next one.

    A time that the clocks skip counts as the moment at which they are put forward; one that comes twice counts as
    its first. A night of which nothing is left then has no span.
    """
    today = now.astimezone(window.tz).date()
    spans = (_make_span(window, today + dt.timedelta(days=shift)) for shift in itertools.count(-1))
    return next(span for span in spans if span is not None and now < span.end)


def format_local(moment: dt.datetime, tz: dt.tzinfo) -> str:
    """Return a moment as people of a time zone write it, such as ``Saturday 2026-11-28 22:00 Europe/Berlin``."""
    local = moment.astimezone(tz)
    return f"{DAYS[local.weekday()].capitalize()} {local:%Y-%m-%d %H:%M} {tz}"


def format_window(window: Window) -> str:
    """Return a window in words, such as ``Saturday and Sunday 22:00 to 04:00 Europe/Berlin``."""
    hours = f"{_format_time(window.start)} to {_format_time(window.end)}"
    return f"{_format_days(window.days)} {hours} {window.tz}"


def _format_days(days: Sequence[int]) -> str:
    if len(days) == len(DAYS):
        return "every day"
    *names, last = (DAYS[day].capitalize() for day in days)
    return f"{', '.join(names)} and {last}" if names else last


def _format_time(minutes: int) -> str:
    return f"{minutes // _HOUR:02}:{minutes % _HOUR:02}"


def _make_span(window: Window, day: dt.date) -> Span | None:
    """Return the span that begins on ``day``, None where there is none."""
    if day.weekday() not in window.days:
        return None
    last = day if window.end > window.start else day + dt.timedelta(days=1)
    start, end = _find_moment(day, window.start, window.tz), _find_moment(last, window.end, window.tz)
    return Span(start=start, end=end) if start < end else None


def _find_moment(day: dt.date, minutes: int, tz: dt.tzinfo) -> dt.datetime:
    """Return when the wall clock of ``tz`` shows a time first, or skips it.

    Arithmetic and comparisons between moments of one zone are those of its wall clock, so all of it is in UTC.
    """
    wall = dt.datetime.combine(day, dt.time()) + dt.timedelta(minutes=minutes)
    moment = wall.replace(tzinfo=tz).astimezone(dt.UTC)
    if moment.astimezone(tz).replace(tzinfo=None) == wall:
        return moment
    # PEP 495: in a gap, the second reading lies before the clocks are put forward, and the first behind it.
    early = wall.replace(tzinfo=tz, fold=1).astimezone(dt.UTC)
    offset = early.astimezone(tz).utcoffset()
    seconds = range(int((moment - early).total_seconds()))

    def is_forward(after: int) -> int:
        return int((early + dt.timedelta(seconds=after)).astimezone(tz).utcoffset() != offset)

    return early + dt.timedelta(seconds=bisect_left(seconds, 1, key=is_forward))
