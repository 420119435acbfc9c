"""Checks of an answer's shape that name the member at fault."""

from collections.abc import Callable
from typing import TypeVar

from planner.core.trees import Tree, Value
from planner.remote.errors import BadAnswer
from planner.remote.outside_text import format_outside_text

T = TypeVar("T")


def expect_tree(value: Value, member: str) -> Tree:
    """Return ``value``, an object; raises BadAnswer naming ``member``."""
    if isinstance(value, dict):
        return value
    raise _build_error(member, "an object", value)


def expect_list(value: Value, member: str) -> list[Value]:
    """Return ``value``, a list; raises BadAnswer naming ``member``."""
    if isinstance(value, list):
        return value
    raise _build_error(member, "a list", value)


def expect_text(value: Value, member: str) -> str:
    """Return ``value``, a text that is not empty; raises BadAnswer naming ``member``."""
    if isinstance(value, str) and value:
        return value
    raise _build_error(member, "a text", value)


def expect_count(value: Value, member: str) -> int:
    """Return ``value``, a whole number from 0; raises BadAnswer naming ``member``."""
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    raise _build_error(member, "a whole number from 0", value)


def expect_optional_tree(value: Value, member: str) -> Tree:
    """Return ``value``, an object; nothing and null count as an empty one."""
    return {} if value is None else expect_tree(value, member)


def expect_optional_list(value: Value, member: str) -> list[Value]:
    """Return ``value``, a list; nothing and null count as an empty one."""
    return [] if value is None else expect_list(value, member)


def expect_optional_text(value: Value, member: str) -> str:
    """Return ``value``, a text; nothing and null count as an empty one."""
    return expect_text(value, member) if value else _expect_nothing(value, member)


def expect_items(value: Value, member: str, parse: Callable[[Value, str], T]) -> tuple[T, ...]:
    """Return what ``parse`` makes of each entry of the list ``value``."""
    return tuple(parse(one, f"{member}[{index}]") for index, one in enumerate(expect_optional_list(value, member)))


def _expect_nothing(value: Value, member: str) -> str:
    if value is None or value == "":
        return ""
    raise _build_error(member, "a text", value)


def _build_error(member: str, wanted: str, value: Value) -> BadAnswer:
    found = "is missing or null" if value is None else f"is {_NAMES.get(type(value), 'something else')}"
    return BadAnswer(
        f"The member {format_outside_text(member, limit=200)} {found} where {wanted} is expected. "
        "Check that the endpoint is the ModelArts API; if it is, report this with the version of poolctl."
    )


_NAMES = {
    bool: "a boolean",
    int: "a number",
    float: "a number",
    str: "a text",
    list: "a list",
    dict: "an object",
}
