"""The command as it is installed: quick to start, and quick to end."""

import contextlib
import gc
import os
import sys
from collections.abc import Iterator
from typing import Final, NoReturn

_YOUNG: Final = 50_000
_ROUNDS: Final = (20, 100)


def run() -> NoReturn:
    """Run ``main`` and leave the process with its exit code.

    Modules are no garbage: nothing is collected while they are imported, and they are never looked at again. Most
    commands make values and no cycles, so that what is young is looked through seldom. At the end the system takes
    the memory back at once; the interpreter would first free each object, a tenth of the time of a help.
    """
    gc.disable()
    _open_closed_streams()
    with _silent_interrupt():
        from planner.cli.entry import main

    gc.freeze()
    gc.set_threshold(_YOUNG, *_ROUNDS)
    gc.enable()
    leave(main())


def _open_closed_streams() -> None:
    """Let what the caller has closed of the three streams lead nowhere: else a file of ours would take its place.

    A program that is started, such as git, would write into that.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)


@contextlib.contextmanager
def _silent_interrupt() -> Iterator[None]:
    """Let Ctrl-C end the process without a word: nothing has begun that would have to be ended in order."""
    import signal

    before = signal.getsignal(signal.SIGINT)
    if before is not signal.default_int_handler:
        yield
        return
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def leave(code: int) -> NoReturn:
    """Leave the process; where threads still run, or a stream is not written out, in Python's own way."""
    import threading

    if threading.active_count() == 1 and _is_written_out():
        os._exit(code)
    sys.exit(code)


def _is_written_out() -> bool:
    with contextlib.suppress(OSError, ValueError):
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
        return True
    return False


if __name__ == "__main__":
    run()
