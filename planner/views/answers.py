"""Reading an answer from a terminal, so that no Ctrl-C is lost on the way into the wait."""

import contextlib
import os
import select
import signal
import threading
from collections.abc import Iterator
from typing import Final, TextIO

_SIGNALS_AT_ONCE: Final = 64


def read_line(stdin: TextIO) -> str:
    """Return the next line of ``stdin`` with its newline; without one where the input ends.

    Whatever a signal's handler raises comes through. Raises OSError, UnicodeDecodeError or ValueError
    where the stream cannot be read.
    """
    if threading.current_thread() is threading.main_thread():
        _wait_for_input(stdin)
    return stdin.readline()


def _wait_for_input(stdin: TextIO) -> None:
    # A signal that comes right before read(2) would only be noticed when the read ends, at the next key.
    # The interpreter writes each signal to the pipe at once, and select(2) watches both.
    try:
        terminal = stdin.fileno()
    except (OSError, ValueError):
        return
    with _pipe_signals() as signals:
        while terminal not in select.select([terminal, signals], [], [])[0]:
            os.read(signals, _SIGNALS_AT_ONCE)


@contextlib.contextmanager
def _pipe_signals() -> Iterator[int]:
    """Yield a descriptor that is readable once a signal has come."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    before = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    try:
        yield reader
    finally:
        signal.set_wakeup_fd(before)
        os.close(reader)
        os.close(writer)
