"""Many calls at once, on a bounded number of threads."""

import pytest

from planner.threads.parallel import map_in_threads


def test_threads_keep_the_order():
    assert map_in_threads(lambda one: one * 2, range(50), parallelism=8) == [one * 2 for one in range(50)]


def test_an_exception_in_a_thread_is_raised():
    with pytest.raises(ZeroDivisionError):
        map_in_threads(lambda one: 1 // one, [1, 0, 2], parallelism=2)
