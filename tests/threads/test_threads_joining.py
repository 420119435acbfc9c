"""Work that is shared by all who ask while the last one is under way."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from planner.threads.joining import Joined

MANY = 20


class Work:
    """Notes the items of each call; the first call lasts until it is let go."""

    def __init__(self, *, fault: Exception | None = None) -> None:
        self.calls: list[list[int]] = []
        self.begun = threading.Event()
        self.released = threading.Event()
        self._fault = fault

    def __call__(self, items: Sequence[int]) -> int:
        self.calls.append([*items])
        self.begun.set()
        self.released.wait(20)
        if self._fault is not None:
            raise self._fault
        return len(self.calls)


class Counted(Joined[int, int]):
    """Lets the first call go when all others have asked."""

    def __init__(self, work: Work) -> None:
        super().__init__(work)
        self._work_done = work

    def let_go(self, waiting: int) -> None:
        while len(self._batch.items) < waiting:
            self._work_done.begun.wait(0.001)
        self._work_done.released.set()


def ask_at_once(work: Work) -> tuple[list[object], list[list[int]]]:
    """Ask once, and many times while that is under way; return what each got, and the calls."""
    joined = Counted(work)

    def ask(item: int) -> object:
        try:
            return joined.do(item)
        except OSError as error:
            return error

    with ThreadPoolExecutor(MANY) as pool:
        first = pool.submit(ask, 0)
        assert work.begun.wait(20)
        others = [pool.submit(ask, one) for one in range(1, MANY)]
        joined.let_go(MANY - 1)
        return [first.result(), *(one.result() for one in others)], [sorted(one) for one in work.calls]


def test_whoever_asks_while_work_is_under_way_shares_the_next_one():
    answers, calls = ask_at_once(Work())
    assert calls == [[0], list(range(1, MANY))]
    assert answers == [1] + [2] * (MANY - 1)


def test_what_the_work_raises_is_raised_for_each_of_them():
    fault = OSError("full")
    answers, calls = ask_at_once(Work(fault=fault))
    assert answers == [fault] * MANY
    assert len(calls) == 2


def test_after_a_fault_the_work_is_tried_anew():
    work = Work(fault=OSError("full"))
    work.released.set()
    joined: Joined[int, int] = Joined(work)
    with pytest.raises(OSError, match="full"):
        joined.do(1)
    work._fault = None
    assert joined.do(2) == 2
