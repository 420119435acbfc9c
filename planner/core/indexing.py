"""Indexes of what a plan looks up for every resource: made once for each collection, whatever asks for it."""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any, ParamSpec, TypeVar

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
    """Return ``make`` so that it is called once for the same arguments; those are told apart by identity.

    For functions of collections that are never changed in place. The last few results are kept.
    """

    @lru_cache(maxsize=8)
    def recall(*arguments: _Same) -> Any:
        return make(*(one.value for one in arguments))  # type: ignore[call-arg, arg-type]  # as they were given

    @wraps(make)
    def find(*arguments: P.args, **named: P.kwargs) -> T:
        found: T = recall(*map(_Same, (*arguments, *named.values())))
        return found

    return find
