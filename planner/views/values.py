"""Values as HCL-like text, as Terraform prints them."""

import re
from functools import lru_cache
from typing import Final

from planner.core.trees import ABSENT, CountRange, Maybe, Reference, Value
from planner.views.escape import escape_text
from planner.views.spans import measure_text, pad_text

KNOWN_AFTER_APPLY: Final = "(known after apply)"
_INDENT: Final = 4
_BARE_KEY: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*", re.ASCII)
_CAPITAL: Final = re.compile(r"(?<=[a-z0-9])([A-Z])", re.ASCII)
VERBATIM_MEMBERS: Final = frozenset({"labels", "annotations", "extendParams"})


def format_value(value: Maybe) -> str:
    """Return ``value`` on one line; what is not there is ``null``, a reference is known after apply."""
    if value is ABSENT or value is None:
        return "null"
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return str(value)
        case str():
            return quote_text(value)
        case Reference():
            return KNOWN_AFTER_APPLY
        case CountRange():
            return f"{{ min = {value.minimum}, max = {value.maximum}, initial = {value.initial} }}"
        case list():
            return f"[{', '.join(map(format_value, value))}]"
        case dict():
            members = ", ".join(f"{format_key(key)} = {format_value(member)}" for key, member in value.items())
            return f"{{ {members} }}" if members else "{}"


def lay_out_value(value: Maybe, *, indent: int, taken: int, width: int) -> list[str]:
    """Return ``value`` on one line where it fits, else its lists and maps opened over several.

    ``taken`` columns of the first line are used already. All lines but the first are returned
    with their indentation; an opened value closes at ``indent``. Single values are never broken.
    """
    inline = format_value(value)
    if taken + measure_text(inline) <= width or not isinstance(value, list | dict) or not value:
        return [inline]
    opening, closing = "[]" if isinstance(value, list) else "{}"
    members = [("", one) for one in value] if isinstance(value, list) else _align_keys(value)
    lines = [opening]
    for head, member in members:
        lines += _lay_out_member(head, member, indent=indent + _INDENT, width=width, tail="," if not head else "")
    return [*lines, " " * indent + closing]


def quote_text(text: str) -> str:
    """Return ``text`` quoted, with quotes, backslashes and everything invisible spelled out."""
    return '"' + escape_text(text.replace("\\", "\\\\").replace('"', '\\"')) + '"'


def format_key(key: str) -> str:
    """Return a map's key as it stands before ``=``: bare where it is an identifier, else quoted."""
    return key if _BARE_KEY.fullmatch(key) else quote_text(key)


def build_file_names(value: Value) -> Value:
    """Return ``value`` with the API's member names as their twins in the files: ``nodePool`` is ``node_pool``.

    Keys below labels, annotations and extend_params are verbatim in both (spec 2, semantics 9).
    """
    if isinstance(value, list):
        return [build_file_names(one) for one in value]
    if isinstance(value, dict):
        return {
            make_file_name(key): member if key in VERBATIM_MEMBERS else build_file_names(member)
            for key, member in value.items()
        }
    return value


@lru_cache(maxsize=4096)
def make_file_name(name: str) -> str:
    """Return the ``snake_case`` twin of an API member's name."""
    return _CAPITAL.sub(r"_\1", name).lower()


def _align_keys(tree: dict[str, Value]) -> list[tuple[str, Value]]:
    longest = max(measure_text(format_key(key)) for key in tree)
    return [(f"{pad_text(format_key(key), width=longest)} = ", member) for key, member in tree.items()]


def _lay_out_member(head: str, member: Value, *, indent: int, width: int, tail: str) -> list[str]:
    start = " " * indent + head
    first, *rest = lay_out_value(member, indent=indent, taken=measure_text(start) + len(tail), width=width)
    lines = [start + first, *rest]
    return [*lines[:-1], lines[-1] + tail]
