"""What all held locks share: their holder, the flocked file beside them, and the block that gives them back."""

import abc
from collections.abc import Callable
from types import TracebackType
from typing import Self

from planner.state.locks.holders import Holder


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

    @abc.abstractmethod
    def release(self) -> None:
        """Give the lock back; one that is no longer ours is left alone."""

    def __enter__(self) -> Self:
        """Return the lock itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        """Release the lock."""
        self.release()
