"""Bytes of an answer → a tree of plain JSON values, strictly."""

import json
import math
from typing import Final

from planner.core.trees import Value
from planner.remote.errors import BadAnswer

DEEPEST: Final = 64
"""Levels of nesting that are accepted: the API needs ten, and the rest of the tool recurses."""


def parse_json(content: bytes, *, status: int) -> Value:
    """Return the value that ``content`` holds, None where it is empty.

    Whole numbers stay ``int``. Raises BadAnswer for anything but UTF-8 JSON as RFC 8259 has it:
    also for NaN, numbers beyond a float, and nesting deeper than ``DEEPEST``.
    """
    if not content.strip():
        return None
    reason = "it is nested too deeply"
    try:
        value: Value = json.loads(content.decode("utf-8"), parse_constant=_refuse_constant, parse_float=_parse_float)
    except RecursionError:
        pass
    except ValueError as error:
        reason = _format_reason(error)
    else:
        # So few brackets cannot nest deeper: single resources are seldom walked over.
        if content.count(b"{") + content.count(b"[") <= DEEPEST or not is_deeper(value, levels=DEEPEST):
            return value
    raise BadAnswer(
        f"HTTP {status} with a body that is not the JSON of the API: {reason}. "
        "Check that the endpoint is the ModelArts API and not a proxy's page.",
        status=status,
    )


def is_deeper(value: Value, *, levels: int) -> bool:
    """Tell whether ``value`` nests objects and lists more than ``levels`` deep, without recursion."""
    level = [value] if isinstance(value, (dict, list)) else []
    for _ in range(levels + 1):
        level = [
            child
            for node in level
            for child in (node.values() if isinstance(node, dict) else node)
            if isinstance(child, (dict, list))
        ]
        if not level:
            return False
    return True


def _parse_float(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("a number is too large")
    return number


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def _format_reason(error: ValueError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} at character {error.pos + 1}"
    if isinstance(error, UnicodeDecodeError):
        return f"byte {error.start + 1} is not UTF-8"
    return str(error).split(";")[0]
