"""How far two clocks may be apart, and what counts as a problem."""

import datetime as dt

import pytest

from planner.core.checkup import Health, has_problems, judge_clock, make_doubt, make_ok, make_problem, make_skipped

NOW = dt.datetime(2026, 11, 25, 12, 0, 0, tzinfo=dt.UTC)


def format_date(seconds: int) -> str:
    return f"{NOW - dt.timedelta(seconds=seconds):%a, %d %b %Y %H:%M:%S GMT}"


@pytest.mark.parametrize(
    ("seconds", "health", "word"),
    [
        pytest.param(0, Health.OK, "0 s apart", id="equal"),
        pytest.param(60, Health.OK, "60 s apart", id="a minute ahead"),
        pytest.param(-60, Health.OK, "60 s apart", id="a minute behind"),
        pytest.param(61, Health.WARNING, "61 s ahead of", id="more than a minute"),
        pytest.param(-900, Health.WARNING, "900 s behind", id="15 minutes"),
        pytest.param(901, Health.PROBLEM, "901 s ahead of", id="more than 15 minutes"),
        pytest.param(-86400, Health.PROBLEM, "86400 s behind", id="a day"),
    ],
)
def test_a_clock_is_judged_by_its_distance(seconds, health, word):
    check = judge_clock(format_date(seconds), now=NOW)
    assert check.health is health
    assert word in check.found


def test_a_service_on_this_machine_may_have_its_own_time():
    assert judge_clock(format_date(86400), now=NOW, is_loopback=True).health is Health.WARNING


@pytest.mark.parametrize("date", ["", "yesterday", "Wed, 99 Nov 2026 12:00:00 GMT"])
def test_a_date_that_says_nothing_is_doubtful(date):
    assert judge_clock(date, now=NOW).health is Health.WARNING


def test_a_date_without_a_zone_is_utc():
    assert judge_clock("Wed, 25 Nov 2026 12:00:00 -0000", now=NOW).health is Health.OK


FINE = [make_ok("a", "fine"), make_doubt("b", "odd", advice="look"), make_skipped("c", "not now")]


@pytest.mark.parametrize(
    ("checks", "is_bad"),
    [
        pytest.param(FINE, False, id="warnings and skipped checks are none"),
        pytest.param([*FINE, make_problem("d", "bad", advice="mend it")], True, id="one problem"),
    ],
)
def test_only_a_problem_is_a_problem(checks, is_bad):
    assert has_problems(checks) is is_bad
