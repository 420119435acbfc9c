"""Windows: when they are open and open next, over midnight, over clocks that are put forward and back."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.core.windows import Window, find_span, format_local, format_window

BERLIN, UTC = ZoneInfo("Europe/Berlin"), ZoneInfo("UTC")
APIA = ZoneInfo("Pacific/Apia")
SATURDAY, SUNDAY, EVERY_DAY = (5,), (6,), tuple(range(7))


def make_window(hours, *, days=EVERY_DAY, tz=BERLIN):
    start, _, end = hours.partition("-")
    minutes = [int(one[:2]) * 60 + int(one[3:]) for one in (start, end)]
    return Window(days=days, start=minutes[0], end=minutes[1], tz=tz)


def at(text):
    """Return a moment in UTC."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


def tell(window, now):
    """Return whether it is open, and the span that it is in or that comes next."""
    span = find_span(window, at(now))
    return span.is_open(at(now)), f"{span.start:%m-%dT%H:%M}", f"{span.end:%m-%dT%H:%M}"


@pytest.mark.parametrize(
    ("window", "now", "told"),
    [
        pytest.param(
            make_window("22:00-04:00", days=SATURDAY),
            "2026-11-24T12:00",
            (False, "11-28T21:00", "11-29T03:00"),
            id="days before",
        ),
        pytest.param(
            make_window("22:00-04:00", days=SATURDAY),
            "2026-11-28T20:59:59.999",
            (False, "11-28T21:00", "11-29T03:00"),
            id="just before it opens",
        ),
        pytest.param(
            make_window("22:00-04:00", days=SATURDAY),
            "2026-11-28T21:00",
            (True, "11-28T21:00", "11-29T03:00"),
            id="as it opens",
        ),
        pytest.param(
            make_window("22:00-04:00", days=SATURDAY),
            "2026-11-29T02:59:59",
            (True, "11-28T21:00", "11-29T03:00"),
            id="after midnight",
        ),
        pytest.param(
            make_window("22:00-04:00", days=SATURDAY),
            "2026-11-29T03:00",
            (False, "12-05T21:00", "12-06T03:00"),
            id="as it closes",
        ),
        pytest.param(
            make_window("09:00-17:00", days=(0, 4)),
            "2026-11-24T12:00",
            (False, "11-27T08:00", "11-27T16:00"),
            id="several days",
        ),
        pytest.param(
            make_window("00:00-24:00", days=SUNDAY),
            "2026-11-29T22:59",
            (True, "11-28T23:00", "11-29T23:00"),
            id="a whole day",
        ),
        pytest.param(
            make_window("23:00-22:00"), "2026-11-24T21:30", (False, "11-24T22:00", "11-25T21:00"), id="nearly always"
        ),
        pytest.param(
            make_window("01:00-05:00"),
            "2026-03-29T00:30",
            (True, "03-29T00:00", "03-29T03:00"),
            id="an hour less where clocks are put forward",
        ),
        pytest.param(
            make_window("02:30-05:00"),
            "2026-03-29T00:59",
            (False, "03-29T01:00", "03-29T03:00"),
            id="a start that is skipped is the moment of the skip",
        ),
        pytest.param(
            make_window("22:00-02:30"),
            "2026-03-29T00:59",
            (True, "03-28T21:00", "03-29T01:00"),
            id="an end that is skipped is the moment of the skip",
        ),
        pytest.param(
            make_window("02:10-02:50"),
            "2026-03-29T00:59",
            (False, "03-30T00:10", "03-30T00:50"),
            id="a window that is skipped does not open",
        ),
        pytest.param(
            make_window("02:30-05:00"),
            "2026-10-25T00:30",
            (True, "10-25T00:30", "10-25T04:00"),
            id="a start that comes twice is its first",
        ),
        pytest.param(
            make_window("22:00-02:30"),
            "2026-10-25T00:30",
            (False, "10-25T21:00", "10-26T01:30"),
            id="an end that comes twice is its first",
        ),
        pytest.param(
            make_window("10:00-12:00", tz=APIA),
            "2011-12-29T23:00",
            (False, "12-30T20:00", "12-30T22:00"),
            id="a day that a country skips",
        ),
    ],
)
def test_a_window_is_open_by_the_wall_clock_of_its_zone(window, now, told):
    assert tell(window, now) == told


@pytest.mark.parametrize(
    ("days", "words"),
    [
        pytest.param(SATURDAY, "Saturday 22:00 to 04:00 Europe/Berlin", id="one"),
        pytest.param((5, 6), "Saturday and Sunday 22:00 to 04:00 Europe/Berlin", id="two"),
        pytest.param((0, 5, 6), "Monday, Saturday and Sunday 22:00 to 04:00 Europe/Berlin", id="three"),
        pytest.param(EVERY_DAY, "every day 22:00 to 04:00 Europe/Berlin", id="all"),
    ],
)
def test_a_window_in_words(days, words):
    assert format_window(make_window("22:00-04:00", days=days)) == words


def test_a_moment_is_told_in_the_zone_of_the_window():
    assert format_local(at("2026-11-28T21:00"), BERLIN) == "Saturday 2026-11-28 22:00 Europe/Berlin"


WINDOWS = st.builds(
    Window,
    days=st.lists(st.integers(0, 6), min_size=1, unique=True).map(lambda days: tuple(sorted(days))),
    start=st.integers(0, 1439),
    end=st.integers(0, 1440),
    tz=st.sampled_from([BERLIN, UTC, ZoneInfo("America/New_York"), ZoneInfo("Australia/Lord_Howe")]),
)
MOMENTS = st.datetimes(dt.datetime(2020, 1, 1), dt.datetime(2035, 1, 1), timezones=st.just(dt.UTC))  # noqa: DTZ001 - the zone is given beside it


@given(window=WINDOWS, now=MOMENTS)
def test_the_span_holds_now_or_is_the_next_one(window, now):
    span = find_span(window, now)
    assert now < span.end
    assert span.start < span.end
    assert span.end - span.start <= dt.timedelta(hours=25)


@given(window=WINDOWS, now=MOMENTS)
def test_nothing_lies_between_now_and_the_next_opening(window, now):
    span = find_span(window, now)
    between = now + max(dt.timedelta(), span.start - now) / 2
    assert find_span(window, between) == span


@given(window=WINDOWS, now=MOMENTS)
def test_a_window_opens_on_its_days_by_the_wall_clock(window, now):
    local = find_span(window, now).start.astimezone(window.tz)
    assert local.weekday() in window.days
    assert local.hour * 60 + local.minute >= window.start
