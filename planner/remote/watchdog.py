"""A watchdog: what takes too long is ended, by one thread for all that is under way.

A timer of its own for each request would start a thread for each, three for each change of an apply.
"""

import heapq
import itertools
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class _Watched:
    """One thing under way; ``cut`` is None once it is over."""

    __slots__ = ("cut",)

    def __init__(self, cut: Callable[[], None]) -> None:
        self.cut: Callable[[], None] | None = cut


class Watchdog:
    """Ends what takes too long; may be used from many threads. The thread begins with the first that is watched."""

    def __init__(self) -> None:
        """Watch nothing yet."""
        self._changed = threading.Condition()
        self._due: list[tuple[float, int, _Watched]] = []
        self._numbers = itertools.count()
        self._thread: threading.Thread | None = None
        self._is_closed = False

    @contextmanager
    def watch(self, seconds: float, cut: Callable[[], None]) -> Iterator[None]:
        """Call ``cut``, which must not wait, if the block takes longer than ``seconds``; never after its end."""
        watched = _Watched(cut)
        self._begin(time.monotonic() + seconds, watched)
        try:
            yield
        finally:
            with self._changed:
                watched.cut = None

    def close(self) -> None:
        """End the thread, and what is still under way: nobody waits for it any more."""
        with self._changed:
            self._is_closed = True
            for _, _, watched in self._due:
                _end(watched)
            self._due.clear()
            self._changed.notify()
        if self._thread is not None:
            self._thread.join()

    def _begin(self, due: float, watched: _Watched) -> None:
        with self._changed:
            self._drop_ended()
            heapq.heappush(self._due, (due, next(self._numbers), watched))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="poolctl-watchdog", daemon=True)
                self._thread.start()
            elif self._due[0][2] is watched:
                self._changed.notify()

    def _drop_ended(self) -> None:
        while self._due and self._due[0][2].cut is None:
            heapq.heappop(self._due)

    def _run(self) -> None:
        with self._changed:
            while not self._is_closed:
                self._drop_ended()
                left = self._due[0][0] - time.monotonic() if self._due else None
                if left is not None and left <= 0:
                    _end(heapq.heappop(self._due)[2])
                else:
                    self._changed.wait(left)


def _end(watched: _Watched) -> None:
    if watched.cut is not None:
        watched.cut()
