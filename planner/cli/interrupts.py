"""Ending on SIGTERM and with a closed terminal as on Ctrl-C: locks are given back on the way out."""

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType


@contextlib.contextmanager
def interrupt_on_termination() -> Iterator[None]:
    """Turn the signals that ask for an end into KeyboardInterrupt while the block runs.

    Only the main thread can; in others nothing changes.
    """
    from planner.engine.signals import find_ending_signals

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, _interrupt) for number in find_ending_signals()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
