"""Many calls at once, on a bounded number of threads."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

S = TypeVar("S")
T = TypeVar("T")


def map_in_threads(function: Callable[[S], T], items: Sequence[S], *, parallelism: int) -> list[T]:
    """Return ``function`` of every item, in the order of ``items``.

    An exception of ``function`` and an interrupt drop what has not started, and are raised.
    """
    if len(items) <= 1:
        return [function(one) for one in items]
    pool = ThreadPoolExecutor(max_workers=max(1, min(parallelism, len(items))), thread_name_prefix="poolctl-read")
    try:
        return list(pool.map(function, items))
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
