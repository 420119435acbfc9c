"""JSON-shaped trees, the one representation that files, service and state share.

Trees are never changed in place: a function that needs another tree builds one.
Three things are told apart that Python's ``==`` confuses: a member that is not there
(``ABSENT``), a ``null``, and a value; and ``1``, ``1.0`` and ``True``.
"""

import enum
from collections.abc import Iterable
from typing import Final, Literal, TypeAlias, Union

from planner.core.addresses import Address
from planner.core.lazy_dataclass import dataclass


class _Absent(enum.Enum):
    ABSENT = "absent"

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Final = _Absent.ABSENT
Absent: TypeAlias = Literal[_Absent.ABSENT]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A value that another resource will have: known after apply, or resolved from its id."""

    address: Address
    attribute: Literal["id", "name"] = "id"

    def __str__(self) -> str:
        """Return the expression as files spell it."""
        return f"${{{self.address}.{self.attribute}}}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CountRange:
    """A node count that is acted on only outside ``minimum``..``maximum`` (semantics 2.5)."""

    minimum: int
    maximum: int
    initial: int


Value: TypeAlias = Union[bool, int, float, str, Reference, CountRange, "list[Value]", "dict[str, Value]", None]
Tree: TypeAlias = dict[str, Value]
Maybe: TypeAlias = Value | Absent


_CONTAINERS: Final = frozenset({dict, list})


def is_same(left: Maybe, right: Maybe) -> bool:
    """Tell whether two values are equal with their types: ``1``, ``1.0`` and ``True`` differ."""
    return left == right and _has_same_types(left, right)


def _has_same_types(left: Maybe, right: Maybe) -> bool:
    """Tell whether two values that ``==`` takes for equal have the same types throughout."""
    if type(left) is not type(right):
        return False
    # Leaves are told apart without a call for each: this is done for every field of every plan.
    if isinstance(left, dict) and isinstance(right, dict):
        # Members of equal objects may come in another order.
        others: Iterable[Value] = map(right.__getitem__, left)
        ours: Iterable[Value] = left.values()
    elif isinstance(left, list) and isinstance(right, list):
        ours, others = left, right
    else:
        return True
    for one, other in zip(ours, others, strict=True):
        if type(one) is not type(other) or (type(one) in _CONTAINERS and not _has_same_types(one, other)):
            return False
    return True


def as_tree(value: Maybe) -> Tree:
    """Return ``value`` where it is an object, else an empty object."""
    return value if isinstance(value, dict) else {}


def as_list(value: Maybe) -> list[Value]:
    """Return ``value`` where it is a list, else an empty list."""
    return value if isinstance(value, list) else []


def as_int(value: Maybe) -> int:
    """Return ``value`` where it is a whole number, else 0."""
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def as_text(value: Maybe) -> str:
    """Return ``value`` where it is a text, else an empty text."""
    return value if isinstance(value, str) else ""


def find_member(value: Maybe, *names: str) -> Maybe:
    """Return what stands at ``names`` below ``value``, or ABSENT."""
    for name in names:
        if not isinstance(value, dict) or name not in value:
            return ABSENT
        value = value[name]
    return value
