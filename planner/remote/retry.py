"""When a failed attempt is made again, and after how long: pure, the caller waits.

Reads are repeated after anything that may pass. A write is repeated only when it certainly did
nothing (never sent, or 429), unless the caller reads again and rebuilds it first (spec 5).
"""

import datetime as dt
import email.utils
from typing import Final

from planner.core.lazy_dataclass import dataclass
from planner.remote.errors import AnswerLost, BadAnswer, Refused, RemoteError, ServerFault, Throttled, Unreachable

LONGEST_RETRY_AFTER: Final = 30.0
"""Seconds that a first ``Retry-After`` is heeded; every further one half as long: together about a minute."""
LONGEST_BACKOFF: Final = 30.0
_FIRST_BACKOFF: Final = 0.5
_SPREAD: Final = 0.1
_GARBLED_READS: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One failed attempt: the ``number``-th (from 1) of a request, ended by ``error``.

    ``now`` is aware; ``random`` is in [0, 1). ``is_rebuilt``: the caller reads and builds the
    request anew before it is sent again.
    """

    method: str
    number: int
    error: RemoteError
    max_retries: int
    now: dt.datetime
    random: float
    is_rebuilt: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """Try again after so many seconds."""

    after_seconds: float


@dataclass(frozen=True, slots=True)
class GiveUp:
    """Let the error stand."""


def decide(attempt: Attempt) -> Retry | GiveUp:
    """Return whether to try again, and when."""
    if attempt.number > attempt.max_retries or not _is_repeatable(attempt):
        return GiveUp()
    wanted = _find_retry_after(attempt)
    if wanted is None:
        return Retry(after_seconds=_find_backoff(attempt))
    return Retry(after_seconds=wanted * (1 + _SPREAD * attempt.random))


def parse_retry_after(text: str, *, now: dt.datetime) -> float | None:
    """Return the seconds that a ``Retry-After`` header asks for, None where it says nothing.

    Both forms of RFC 9110 10.2.3 are read; the answer lies in 0..``LONGEST_RETRY_AFTER``.
    """
    words = text.strip()
    if words.isascii() and words.isdigit():
        return min(float(words), LONGEST_RETRY_AFTER)
    moment = _parse_http_date(words)
    if moment is None:
        return None
    return min(max((moment - now).total_seconds(), 0.0), LONGEST_RETRY_AFTER)


def _is_repeatable(attempt: Attempt) -> bool:
    match attempt.error:
        case Unreachable(is_lasting=True):
            return False
        case Throttled() | Unreachable(may_have_reached=False):
            return True
        case ServerFault() | AnswerLost() | Unreachable():
            return attempt.method == "GET" or attempt.is_rebuilt
        case BadAnswer():
            return attempt.method == "GET" and attempt.number <= _GARBLED_READS
        case _:
            return False


def _find_retry_after(attempt: Attempt) -> float | None:
    if isinstance(attempt.error, Refused) and attempt.error.retry_after is not None:
        wanted = parse_retry_after(attempt.error.retry_after, now=attempt.now)
        return None if wanted is None else min(wanted, LONGEST_RETRY_AFTER / 2.0 ** min(attempt.number - 1, 16))
    return None


def _find_backoff(attempt: Attempt) -> float:
    doublings = min(attempt.number - 1, 16)
    longest = min(_FIRST_BACKOFF * 2.0**doublings, LONGEST_BACKOFF)
    return longest * (0.5 + attempt.random / 2)


def _parse_http_date(text: str) -> dt.datetime | None:
    try:
        moment = email.utils.parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
