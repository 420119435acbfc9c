"""Indexes of what a plan looks up for every resource: made once for each collection, whatever asks for it."""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any, Final, ParamSpec, TypeVar

_FEW: Final = 8
P = ParamSpec("P")
T = TypeVar("T")


class _Same:
    """A value that is equal to itself alone, however large it is."""

    __slots__ = ("value",)

    def __init__(self, value: object) -> None:
        self.value = value

    def __hash__(self) -> int:
        return id(self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.value is other.value


def index_once(make: Callable[P, T]) -> Callable[P, T]:
    """Return ``make`` so that it is called once for the same arguments; the last few results are kept."""
    return remember(_FEW)(make)


def remember(most: int) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Return a decorator that calls a function once for the same arguments, and keeps ``most`` results.

    Arguments are told apart by identity: for functions of values that are never changed in place.
    """

    def decorate(make: Callable[P, T]) -> Callable[P, T]:
        @lru_cache(maxsize=most)
        def recall(*arguments: _Same) -> Any:
            return make(*(one.value for one in arguments))  # type: ignore[call-arg, arg-type]  # as they were given

        @wraps(make)
        def find(*arguments: P.args, **named: P.kwargs) -> T:
            found: T = recall(*map(_Same, (*arguments, *named.values())))
            return found

        return find

    return decorate
