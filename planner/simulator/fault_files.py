"""A fault script as a file: ``[[fault]]`` tables of TOML."""

import re
import tomllib
from collections.abc import Callable, Mapping
from typing import Any, Final

from planner.simulator.errors import SimulatorError
from planner.simulator.faults import (
    Delay,
    Fault,
    Garbage,
    ResetAfter,
    ResetBefore,
    Rule,
    Script,
    StaleRead,
    Status,
    Truncated,
)

_KINDS: Final[Mapping[str, Callable[[Mapping[str, Any]], Fault]]] = {
    "status": lambda table: Status(
        status=_read(table, "status", 500), body=_read(table, "body", "").encode(), headers=_read(table, "headers", {})
    ),
    "reset_before": lambda _: ResetBefore(),
    "reset_after": lambda _: ResetAfter(),
    "truncated": lambda _: Truncated(),
    "garbage": lambda _: Garbage(),
    "delay": lambda table: Delay(seconds=float(_read(table, "seconds", 1.0))),
    "stale_read": lambda _: StaleRead(),
}
_MEMBERS = frozenset({"kind", "method", "path", "skip", "times", "status", "body", "headers", "seconds"})


def parse_script(text: str) -> Script:
    """Read a fault script.

    Each ``[[fault]]`` has a ``kind`` (status, reset_before, reset_after, truncated, garbage, delay, stale_read), the
    members of ``faults.Rule``, and those of its fault: ``status``, ``body``, ``headers``; ``seconds``.

    Raises:
        SimulatorError: the text is no TOML, or a table is none of these.

    """
    try:
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise SimulatorError(f"the fault script is not TOML: {error}") from error
    tables = document.get("fault", [])
    if set(document) - {"fault"} or not isinstance(tables, list) or not all(isinstance(one, dict) for one in tables):
        raise SimulatorError("a fault script holds [[fault]] tables and nothing else")
    return Script([_parse_rule(one) for one in tables])


def _parse_rule(table: Mapping[str, Any]) -> Rule:
    kind = _read(table, "kind", "")
    unknown = sorted(set(table) - _MEMBERS)
    if unknown or kind not in _KINDS:
        raise SimulatorError(f"a fault script has no {'member' if unknown else 'kind'} {(unknown or [kind])[0]!r}")
    path = _read(table, "path", ".*")
    try:
        re.compile(path)
    except re.error as error:
        raise SimulatorError(f"the path of a fault is no regular expression: {error}") from error
    return Rule(
        fault=_KINDS[kind](table),
        method=_read(table, "method", "").upper(),
        path=path,
        skip=_read(table, "skip", 0),
        times=_read(table, "times", 1),
    )


def _read(table: Mapping[str, Any], name: str, default: Any) -> Any:
    value = table.get(name, default)
    is_number = isinstance(default, float) and isinstance(value, int) and not isinstance(value, bool)
    if type(value) is not type(default) and not is_number:
        raise SimulatorError(f"{name} of a fault cannot be {value!r}")
    return value
