"""Work that is done once for all who ask while the last one is under way."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import field
from typing import Generic, TypeVar

from planner.core.lazy_dataclass import dataclass

S = TypeVar("S")
T = TypeVar("T")


@dataclass(slots=True)
class _Batch(Generic[S, T]):
    items: list[S] = field(default_factory=list)
    ended: "Future[T]" = field(default_factory=Future)


class Joined(Generic[S, T]):
    """Calls ``work`` with the items of many threads at once, never twice at the same time.

    A call of ``work`` begins after each of its items was given: whoever gives one gets an answer that is not older
    than the question. What it raises is raised in each of these threads.
    """

    def __init__(self, work: Callable[[Sequence[S]], T]) -> None:
        """Do ``work``."""
        self._work = work
        self._joining = threading.Lock()
        self._working = threading.Lock()
        self._batch: _Batch[S, T] = _Batch()

    def do(self, item: S) -> T:
        """Return what ``work`` returned for ``item`` and those that came with it, in their order."""
        with self._joining:
            batch = self._batch
            batch.items.append(item)
            is_first = len(batch.items) == 1
        return self._lead(batch) if is_first else batch.ended.result()

    def _lead(self, batch: _Batch[S, T]) -> T:
        try:
            with self._working:
                with self._joining:
                    self._batch = _Batch()
                value = self._work(batch.items)
        except BaseException as error:
            batch.ended.set_exception(error)
            raise
        batch.ended.set_result(value)
        return value
