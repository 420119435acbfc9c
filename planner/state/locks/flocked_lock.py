"""What all locks share: where one stands, its holder, the flocked file beside it, and the block that gives it back."""

import abc
import os
import time
from collections.abc import Callable
from dataclasses import field
from pathlib import Path
from types import TracebackType
from typing import Self

from planner.core.lazy_dataclass import dataclass
from planner.state.errors import StateError
from planner.state.locks.holders import Holder
from planner.state.locks.machine import Machine, find_machine


@dataclass(frozen=True, slots=True, kw_only=True)
class FlockedPlace:
    """Where the lock of one state stands.

    ``shown`` names the state in words. ``side_path`` is the flocked file on this disk, by which processes of this
    directory tell that another of them has died. ``clock`` and ``sleep`` (seconds) time the waits.
    """

    side_path: Path
    shown: str
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    machine: Machine = field(default_factory=find_machine)


class FlockedLock(abc.ABC):
    """A held lock, until ``release`` or the end of its block; the flock lives as long as its open side file."""

    def __init__(self, holder: Holder, *, side_file: int) -> None:
        """Keep whose lock it is, and the descriptor that a release closes."""
        self.holder = holder
        self.notify: Callable[[str], None] = lambda _text: None
        self._side_file = side_file

    @property
    def is_released(self) -> bool:
        """Tell whether ``release`` was called."""
        return self._side_file < 0

    def release(self) -> None:
        """Give the lock back; one that is no longer ours is left alone.

        One that cannot be given back stands, and ``notify`` is told: how the run ended must not be lost for that.
        """
        if self.is_released:
            return
        side_file, self._side_file = self._side_file, -1
        try:
            self._give_back()
        except StateError as error:
            why = " ".join(f"{one.summary}. {one.detail}" for one in error.diagnostics)
            told = f"The lock {self.holder.id} could not be given back, and stands. {self._describe_way_on()} {why}"
            self.notify(" ".join(told.split()))
        finally:
            os.close(side_file)

    @abc.abstractmethod
    def _give_back(self) -> None:
        """Free the lock at its place if it is still ours. Raises StateError."""

    @abc.abstractmethod
    def _describe_way_on(self) -> str:
        """Return who has the next lock, and how, where this one stands, as sentences."""

    def __enter__(self) -> Self:
        """Return the lock itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        """Release the lock."""
        self.release()
