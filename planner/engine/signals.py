"""Ctrl-C and SIGTERM during a run: the first stops starting, the second stops now (semantics 8.5)."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_INTERRUPTED_STATUS = 130


@contextmanager
def watch_signals(stop: threading.Event, *, notify: Callable[[str], None]) -> Iterator[threading.Event]:
    """Set ``stop`` at the first signal and leave the process at the second.

    Everything that was sent is in the journal by then, so that leaving at once loses nothing. In
    other threads than the main one nothing is watched. Yields an event that is set by the first signal.
    """
    received = threading.Event()

    def receive(number: int, frame: FrameType | None) -> None:
        del number, frame
        if received.is_set():
            notify("Stopped. The journal knows what was sent; run poolctl plan: it reads what became of it.")
            os._exit(_INTERRUPTED_STATUS)
        received.set()
        stop.set()
        notify("Interrupted: nothing new is sent; requests in flight are finished. Once more stops at once.")

    if threading.current_thread() is not threading.main_thread():
        yield received
        return
    before = {number: signal.signal(number, receive) for number in _SIGNALS}
    try:
        yield received
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
