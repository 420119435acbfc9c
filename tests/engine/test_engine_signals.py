"""Signals during a run: the first is noted, the handlers of before come back."""

import os
import signal
import threading

import pytest

from planner.engine.signals import watch_signals

WAIT = 5


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_first_signal_stops_the_run_and_says_so(number: int):
    stop, told, heard = threading.Event(), [], threading.Event()

    def notify(text: str) -> None:
        told.append(text)
        heard.set()

    with watch_signals(stop, notify=notify) as received:
        os.kill(os.getpid(), number)
        assert (received.wait(WAIT), stop.wait(WAIT), heard.wait(WAIT)) == (True, True, True)
    assert [text.partition(":")[0] for text in told] == ["Interrupted"]


def test_the_handlers_of_before_come_back():
    before = [signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)]
    with watch_signals(threading.Event(), notify=print):
        assert signal.getsignal(signal.SIGINT) != before[0]
    assert [signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)] == before
    assert signal.set_wakeup_fd(-1) == -1


def test_a_hang_up_that_nohup_ignores_stays_ignored():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    stop = threading.Event()
    try:
        with watch_signals(stop, notify=print):
            os.kill(os.getpid(), signal.SIGHUP)
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)
    assert not stop.is_set()


def test_another_signal_stops_nothing():
    stop, seen = threading.Event(), threading.Event()
    before = signal.signal(signal.SIGUSR1, lambda *_: seen.set())
    try:
        with watch_signals(stop, notify=print):
            os.kill(os.getpid(), signal.SIGUSR1)
            assert seen.wait(WAIT)
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert not stop.is_set()


def test_another_thread_than_the_main_one_watches_nothing():
    seen: list[bool] = []

    def run() -> None:
        with watch_signals(threading.Event(), notify=print) as received:
            seen.append(received.is_set())

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert seen == [False]
