"""The watchdog ends what takes too long, and nothing else."""

import threading
from collections.abc import Iterator
from contextlib import closing

import pytest

from planner.remote.watchdog import Watchdog

SOON = 0.02
LATE = 60.0
LONGEST = 30.0


@pytest.fixture
def watchdog() -> Iterator[Watchdog]:
    with closing(Watchdog()) as made:
        yield made


def find_watchers() -> list[str]:
    return [one.name for one in threading.enumerate() if one.name == "poolctl-watchdog"]


def test_what_takes_too_long_is_ended(watchdog):
    ended = threading.Event()
    with watchdog.watch(SOON, ended.set):
        assert ended.wait(LONGEST)


def test_what_is_over_in_time_is_left_alone(watchdog):
    first, second = threading.Event(), threading.Event()
    with watchdog.watch(SOON, first.set):
        pass
    with watchdog.watch(2 * SOON, second.set):
        assert second.wait(LONGEST)
    assert not first.is_set()


def test_a_shorter_limit_that_comes_later_is_kept_first(watchdog):
    long, short = threading.Event(), threading.Event()
    with watchdog.watch(LATE, long.set), watchdog.watch(SOON, short.set):
        assert short.wait(LONGEST)
        assert not long.is_set()


def test_each_is_ended_at_its_own_time(watchdog):
    first, second = threading.Event(), threading.Event()
    with watchdog.watch(SOON, first.set), watchdog.watch(3 * SOON, second.set):
        assert first.wait(LONGEST)
        assert second.wait(LONGEST)


def test_one_thread_watches_all(watchdog):
    with watchdog.watch(LATE, print), watchdog.watch(LATE, print):
        assert find_watchers() == ["poolctl-watchdog"]


def test_closing_ends_what_is_under_way_and_the_thread():
    ended, watchdog = threading.Event(), Watchdog()
    with watchdog.watch(LATE, ended.set):
        watchdog.close()
        assert ended.is_set()
        assert find_watchers() == []


def test_what_is_over_is_not_ended_by_closing():
    ended, watchdog = threading.Event(), Watchdog()
    with watchdog.watch(LATE, ended.set):
        pass
    watchdog.close()
    assert not ended.is_set()
