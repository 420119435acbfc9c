"""Ctrl-C, SIGTERM and a closed terminal: the first signal stops starting, the second stops now (semantics 8.5)."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

_INTERRUPTED_STATUS: Final = 1
_LONGEST_LAST_WORDS: Final = 1.0
_END: Final = b"\0"


def find_ending_signals() -> tuple[signal.Signals, ...]:
    """Return the signals that ask a run to end; a hang-up is none where ``nohup`` has had it ignored."""
    asking = (signal.SIGINT, signal.SIGTERM)
    return asking if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN else (*asking, signal.SIGHUP)


@contextmanager
def watch_signals(stop: threading.Event, *, notify: Callable[[str], None]) -> Iterator[threading.Event]:
    """Set ``stop`` at the first signal and leave the process at the second.

    Everything that was sent is in the journal by then, so that leaving at once loses nothing. In
    other threads than the main one nothing is watched. Yields an event that is set by the first signal.
    """
    received = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield received
        return
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    ending = find_ending_signals()
    watcher = threading.Thread(
        target=_watch,
        args=(reader, frozenset(ending)),
        kwargs={"events": (received, stop), "notify": notify},
        daemon=True,
    )
    watcher.start()
    wakeup = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    before = {number: signal.signal(number, _wake) for number in ending}
    try:
        yield received
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(wakeup)
        os.write(writer, _END)
        watcher.join()
        os.close(reader)
        os.close(writer)


def _wake(_number: int, _frame: FrameType | None) -> None:
    """Do nothing: the interpreter has written the signal's number to the watcher's pipe."""


def _watch(
    reader: int, ending: frozenset[int], *, events: tuple[threading.Event, ...], notify: Callable[[str], None]
) -> None:
    # A thread of its own: a handler would run between two instructions of the main thread, which may hold
    # the lock of an event or of the terminal just then.
    count = 0
    while (read := os.read(reader, 1)) != _END:
        count += read[0] in ending
        if count > 1:
            _leave(notify)
        elif read[0] in ending:
            for event in events:
                event.set()
            notify("Interrupted: nothing new is sent; requests in flight are finished. Once more stops at once.")


def _leave(notify: Callable[[str], None]) -> None:
    """End the process, whatever its threads are doing and even where nobody reads its last words."""
    words = "Stopped. The journal knows what was sent; run poolctl plan: it reads what became of it."
    speaker = threading.Thread(target=notify, args=(words,), daemon=True)
    speaker.start()
    speaker.join(_LONGEST_LAST_WORDS)
    os._exit(_INTERRUPTED_STATUS)
