"""How large an expression, its work and its result may be: a file of a pull request must not hang the tool.

And that it reads nothing of the machine: of all functions, only those with a time zone would.

The library bounds depth (32) and rounds (10,000). Texts it does not bound: ``replace`` and ``join`` can square one.
So the longest text that an expression could make is estimated before it is evaluated.
"""

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from planner.config.cel_errors import CelError
from planner.config.expression_tokens import find_tokens

MAXIMUM_LENGTH: Final = 4_000
"""Characters of one expression."""

MAXIMUM_ROUNDS: Final = 10_000
MAXIMUM_VALUES: Final = 100_000
MAXIMUM_TEXT: Final = 1_000_000
"""Values, and characters in them, of one result."""

_MAXIMUM_ESTIMATE: Final = 100_000_000
_ZONED: Final = re.compile(
    r"\bget(?:FullYear|Month|Date|DayOfMonth|DayOfWeek|DayOfYear|Hours|Minutes|Seconds|Milliseconds)\s*\(\s*[^\s)]"
)
_GROWING: Final = ("replace", "join", "format")
_ROUNDS: Final = ("map", "filter", "all", "exists", "exists_one")


def check_bounds(text: str, values: Mapping[str, Any]) -> None:
    """Raise CelError where ``text`` is too long, or could make more text than any file needs."""
    if len(text) > MAXIMUM_LENGTH:
        raise CelError(f"It is longer than {MAXIMUM_LENGTH} characters. Split it into several [locals].")
    if _ZONED.search(text):
        raise CelError(
            "It names a time zone, and machines differ in what they know of those. Parts of a moment are taken in UTC: "
            "getHours(), without anything in the brackets."
        )
    counted = Counter(token.text for token in find_tokens(text) if token.kind in {"name", "sign"})
    growing = sum(counted[name] for name in _GROWING)
    rounds = sum(counted[name] for name in _ROUNDS)
    if not growing and not (rounds and counted["+"]):
        return
    longest, members = measure_longest(values)
    longest = max(longest, len(text))
    work = min(MAXIMUM_ROUNDS, max(members, len(text)) ** min(rounds, 4))
    if (counted["+"] + 1) * longest ** (growing + 1) * work > _MAXIMUM_ESTIMATE:
        raise CelError("It could make more text than any file needs. Split it into several [locals].")


def check_result(value: Any) -> None:
    """Raise CelError where ``value`` is larger than any key needs."""
    values, letters = _measure(value)
    if values > MAXIMUM_VALUES or letters > MAXIMUM_TEXT:
        raise CelError(
            f"It comes to more than {MAXIMUM_VALUES:,} values or {MAXIMUM_TEXT:,} characters, which no key needs."
        )


def measure_longest(value: Any) -> tuple[int, int]:
    """Return the length of the longest text and of the longest list or map in ``value``."""
    match value:
        case str():
            return len(value), 0
        case list() | Mapping():
            rows = value.values() if isinstance(value, Mapping) else value
            found = [measure_longest(one) for one in rows]
            keys = map(len, value) if isinstance(value, Mapping) else ()
            letters = max((*(one for one, _ in found), *keys), default=0)
            return letters, max((len(value), *(members for _, members in found)))
        case _:
            return 0, 0


def _measure(value: Any) -> tuple[int, int]:
    """Return how many values ``value`` holds, and how many characters."""
    match value:
        case str():
            return 1, len(value)
        case list() | dict():
            rows = [_measure(one) for one in (value.values() if isinstance(value, dict) else value)]
            keys = sum(map(len, value)) if isinstance(value, dict) else 0
            return 1 + sum(one for one, _ in rows), keys + sum(letters for _, letters in rows)
        case _:
            return 1, 0
