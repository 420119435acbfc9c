"""Checks of a set-up: what was looked at, whether it is right, and what to do where it is not."""

import datetime as dt
import email.utils
import enum
from collections.abc import Iterable
from typing import Final

from planner.core.lazy_dataclass import dataclass

SKEW_WARNED: Final = 60
SKEW_REFUSED: Final = 900
"""Seconds. A signature counts for 15 minutes around the service's time, and certificates have dates, too."""


class Health(enum.Enum):
    """How a check ended; ``skipped`` could not be looked at, because another check failed."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing that was looked at: ``name`` is stable, ``found`` says what is there, ``advice`` what to do."""

    name: str
    health: Health
    found: str
    advice: str = ""


def make_ok(name: str, found: str, *, advice: str = "") -> Check:
    """Return a check that found nothing wrong."""
    return Check(name=name, health=Health.OK, found=found, advice=advice)


def make_doubt(name: str, found: str, *, advice: str) -> Check:
    """Return a check that found something doubtful."""
    return Check(name=name, health=Health.WARNING, found=found, advice=advice)


def make_problem(name: str, found: str, *, advice: str) -> Check:
    """Return a check that found something that stops the work."""
    return Check(name=name, health=Health.PROBLEM, found=found, advice=advice)


def make_skipped(name: str, why: str) -> Check:
    """Return a check that could not be made."""
    return Check(name=name, health=Health.SKIPPED, found=why)


def has_problems(checks: Iterable[Check]) -> bool:
    """Tell whether one of ``checks`` found a problem."""
    return any(one.health is Health.PROBLEM for one in checks)


def judge_clock(date: str, *, now: dt.datetime, is_loopback: bool = False) -> Check:
    """Return how far our clock (``now``, aware) is from the service's ``Date`` header, as sent.

    A service on this machine is a simulator with a time of its own: it is told, and never a problem.
    """
    moment = _parse_date(date)
    if moment is None:
        return make_doubt(
            "clock", "The service sent no date to compare with.", advice="Keep this machine's clock in step by NTP."
        )
    skew = round((now - moment).total_seconds())
    if abs(skew) <= SKEW_WARNED:
        return make_ok("clock", f"This clock and the service's are {abs(skew)} s apart.")
    found = f"This clock is {abs(skew)} s {'ahead of' if skew > 0 else 'behind'} the service's ({date.strip()[:40]})."
    if is_loopback:
        return make_doubt("clock", found, advice="A service on this machine may keep a time of its own: no harm then.")
    advice = (
        "Set this machine's clock (NTP): signatures and certificates are refused beyond 15 minutes, and freezes and "
        "permissions with an end are judged by it."
    )
    make = make_problem if abs(skew) > SKEW_REFUSED else make_doubt
    return make("clock", found, advice=advice)


def _parse_date(text: str) -> dt.datetime | None:
    try:
        moment = email.utils.parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
