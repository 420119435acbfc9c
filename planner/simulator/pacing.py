"""How fast the service lives: a step a request, or a step in so many seconds."""

import threading
import time
from typing import Protocol


class Pace(Protocol):
    """Says how many steps have passed since it was asked the last time."""

    def count_steps(self) -> int:
        """Return the number of steps to take now."""


class StepPerRequest:
    """One step a request: nothing depends on the wall clock."""

    def count_steps(self) -> int:
        """Return 1."""
        return 1


class StepPerSeconds:
    """One step in ``seconds`` of real time; what a slow client misses is made up for, up to 1,000 steps."""

    _MOST = 1_000

    def __init__(self, seconds: float) -> None:
        """Start now; ``seconds`` is above 0."""
        self._seconds = seconds
        self._last = time.monotonic()
        self._lock = threading.Lock()

    def count_steps(self) -> int:
        """Return the whole steps since the last call."""
        with self._lock:
            steps = int((time.monotonic() - self._last) / self._seconds)
            self._last += steps * self._seconds
            return min(steps, self._MOST)
