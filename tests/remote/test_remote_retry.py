import datetime as dt

import pytest

from planner.remote.errors import AnswerLost, BadAnswer, Refusal, RemoteError, Unreachable, make_refused
from planner.remote.retry import Attempt, GiveUp, Retry, decide, parse_retry_after

NOW = dt.datetime(2026, 11, 23, 12, 0, 0, tzinfo=dt.UTC)
NEVER_SENT = Unreachable("x", may_have_reached=False)
HALF_SENT = Unreachable("x", may_have_reached=True)
LASTING = Unreachable("x", may_have_reached=False, is_lasting=True)


def refused(status: int, retry_after: str | None = None) -> RemoteError:
    return make_refused(Refusal(status=status, retry_after=retry_after))


def attempt(method: str, error: RemoteError, *, number: int = 1, is_rebuilt: bool = False, random: float = 0.0):
    return Attempt(
        method=method, number=number, error=error, max_retries=5, now=NOW, random=random, is_rebuilt=is_rebuilt
    )


@pytest.mark.parametrize(
    ("method", "error", "is_rebuilt", "expected"),
    [
        pytest.param("GET", NEVER_SENT, False, Retry, id="read that found no connection"),
        pytest.param("GET", HALF_SENT, False, Retry, id="read sent in part"),
        pytest.param("GET", AnswerLost("x"), False, Retry, id="read whose answer was lost"),
        pytest.param("GET", BadAnswer("x"), False, Retry, id="read with a garbled answer"),
        pytest.param("GET", refused(429), False, Retry, id="read turned away"),
        pytest.param("GET", refused(500), False, Retry, id="read and the service failed"),
        pytest.param("GET", refused(503), False, Retry, id="read and the service is away"),
        pytest.param("GET", LASTING, False, GiveUp, id="read with a bad certificate"),
        pytest.param("GET", refused(400), False, GiveUp, id="read refused as malformed"),
        pytest.param("GET", refused(401), False, GiveUp, id="read without credentials"),
        pytest.param("GET", refused(403), False, GiveUp, id="read without permission"),
        pytest.param("GET", refused(404), False, GiveUp, id="read of nothing"),
        pytest.param("GET", refused(408), False, GiveUp, id="read and 408"),
        pytest.param("GET", refused(409), False, GiveUp, id="read and 409"),
        pytest.param("GET", refused(302), False, GiveUp, id="read and a redirect"),
        pytest.param("PATCH", NEVER_SENT, False, Retry, id="patch never sent"),
        pytest.param("PATCH", refused(429), False, Retry, id="patch turned away"),
        pytest.param("PATCH", refused(503), False, GiveUp, id="patch and 503: only after rebuilding"),
        pytest.param("PATCH", AnswerLost("x"), False, GiveUp, id="patch whose answer was lost"),
        pytest.param("PATCH", refused(503), True, Retry, id="rebuilt patch and 503"),
        pytest.param("PATCH", AnswerLost("x"), True, Retry, id="rebuilt patch whose answer was lost"),
        pytest.param("PATCH", refused(409), True, GiveUp, id="rebuilt patch and a conflict"),
        pytest.param("PATCH", BadAnswer("x"), True, GiveUp, id="rebuilt patch with a garbled answer"),
        pytest.param("POST", NEVER_SENT, False, Retry, id="create never sent"),
        pytest.param("POST", refused(429), False, Retry, id="create turned away"),
        pytest.param("POST", HALF_SENT, False, GiveUp, id="create sent in part"),
        pytest.param("POST", AnswerLost("x"), False, GiveUp, id="create whose answer was lost"),
        pytest.param("POST", refused(500), False, GiveUp, id="create and the service failed"),
        pytest.param("DELETE", AnswerLost("x"), False, GiveUp, id="delete whose answer was lost"),
        pytest.param("DELETE", refused(502), False, GiveUp, id="delete and a bad gateway"),
    ],
)
def test_only_what_certainly_did_nothing_or_only_reads_is_repeated(method, error, is_rebuilt, expected):
    assert isinstance(decide(attempt(method, error, is_rebuilt=is_rebuilt)), expected)


@pytest.mark.parametrize(
    ("number", "random", "seconds"),
    [
        pytest.param(1, 0.0, 0.25, id="first, least jitter"),
        pytest.param(1, 1.0, 0.5, id="first, most jitter"),
        pytest.param(2, 1.0, 1.0, id="second doubles"),
        pytest.param(5, 1.0, 8.0, id="fifth"),
    ],
)
def test_waits_double_and_are_jittered(number, random, seconds):
    assert decide(attempt("GET", refused(500), number=number, random=random)) == Retry(after_seconds=seconds)


def test_a_wait_never_exceeds_thirty_seconds():
    late = Attempt(method="GET", number=900, error=refused(500), max_retries=1000, now=NOW, random=1.0)
    assert decide(late) == Retry(after_seconds=30.0)


def test_attempts_end_after_max_retries():
    assert decide(attempt("GET", refused(500), number=6)) == GiveUp()


def test_a_garbled_read_is_repeated_twice_only():
    decisions = [decide(attempt("GET", BadAnswer("x"), number=number)) for number in (1, 2, 3)]
    assert [type(one) for one in decisions] == [Retry, Retry, GiveUp]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        pytest.param("7", 7.0, id="seconds"),
        pytest.param(" 7 ", 7.0, id="seconds with blanks"),
        pytest.param("0", 0.0, id="at once"),
        pytest.param("86400", 30.0, id="longer than is waited"),
        pytest.param("9" * 400, 30.0, id="a number beyond floats"),
        pytest.param("Mon, 23 Nov 2026 12:00:30 GMT", 30.0, id="date"),
        pytest.param("Mon, 23 Nov 2026 11:00:00 GMT", 0.0, id="date in the past"),
        pytest.param("Mon, 23 Nov 2026 12:00:30 -0000", 30.0, id="date without a zone"),
        pytest.param("Mon, 23 Nov 2099 12:00:30 GMT", 30.0, id="date far away"),
        pytest.param("-5", None, id="negative"),
        pytest.param("\u0667", None, id="digits of another script"),
        pytest.param("soon", None, id="words"),
        pytest.param("", None, id="nothing"),
        pytest.param("Mon, 99 Nov 2026 12:00:30 GMT", None, id="impossible date"),
    ],
)
def test_retry_after_is_read_in_both_forms_and_capped(text, seconds):
    assert parse_retry_after(text, now=NOW) == seconds


@pytest.mark.parametrize(
    ("header", "random", "seconds"),
    [
        pytest.param("10", 0.0, 10.0, id="as asked"),
        pytest.param("10", 1.0, 11.0, id="spread by a tenth at most"),
        pytest.param("soon", 1.0, 0.5, id="unreadable: as without"),
    ],
)
def test_retry_after_rules_the_wait(header, random, seconds):
    assert decide(attempt("GET", refused(429, header), random=random)) == Retry(after_seconds=seconds)
