"""A fault script as a file: ``[[fault]]`` tables of TOML (docs/simulator.md)."""

import json
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

import tomli

from planner.simulator.errors import SimulatorError
from planner.simulator.faults import (
    GARBAGE,
    Delay,
    Fault,
    Garbage,
    PartialList,
    ResetAfter,
    ResetBefore,
    Rule,
    Script,
    StaleRead,
    Status,
    Truncated,
)

_RULE: Final[Mapping[str, Any]] = {
    "kind": "",
    "method": "",
    "path": ".*",
    "skip": 0,
    "times": 1,
    "rate": 1.0,
    "seed": 0,
}
"""The members that every table may have, with their defaults."""

DEFAULTS: Final[Mapping[str, Mapping[str, Any]]] = {
    "status": {"status": 500, "error_code": "", "error_msg": "", "retry_after": "", "body": "", "headers": {}},
    "delay": {"seconds": 1.0},
    "reset_before": {},
    "reset_after": {},
    "truncated": {},
    "garbage": {"body": GARBAGE.decode(), "content_type": "text/html"},
    "stale_read": {},
    "partial_list": {"keep": 0},
}
"""The members of each kind of fault, with their defaults; a member has the type of its default."""

_PLAIN: Final[Mapping[str, Fault]] = {
    "reset_before": ResetBefore(),
    "reset_after": ResetAfter(),
    "truncated": Truncated(),
    "stale_read": StaleRead(),
}
_NAME = re.compile(r"\{[a-z_]+\}")
_FIRST_STATUS, _LAST_STATUS = 200, 599


def parse_script(text: str) -> Script:
    """Read a fault script.

    Each ``[[fault]]`` has a ``kind``, the members of ``faults.Rule``, and those of its kind. ``{name}`` in a path is
    any name.

    Raises:
        SimulatorError: the text is no TOML, or a table is none of these; it says which table and which member.

    """
    try:
        document = tomli.loads(text)
    except (tomli.TOMLDecodeError, RecursionError) as error:
        raise SimulatorError(f"the fault script is not TOML: {error}") from error
    tables = document.get("fault", [])
    if set(document) - {"fault"} or not isinstance(tables, list) or not all(isinstance(one, dict) for one in tables):
        raise SimulatorError("a fault script holds [[fault]] tables and nothing else")
    return Script([_parse_rule(table, number=number) for number, table in enumerate(tables, start=1)])


def _parse_rule(table: Mapping[str, Any], *, number: int) -> Rule:
    kind = table.get("kind", "")
    if not isinstance(kind, str) or kind not in DEFAULTS:
        raise _refuse(number, f"has no kind {kind!r}; kinds are {', '.join(DEFAULTS)}")
    defaults = {**_RULE, **DEFAULTS[kind]}
    unknown = sorted(set(table) - set(defaults))
    if unknown:
        raise _refuse(number, f"of kind {kind} has no member {unknown[0]!r}; its members are {', '.join(defaults)}")
    members = {name: _read(table, name, default, number=number) for name, default in defaults.items()}
    path = _NAME.sub("[^/]+", members["path"])
    try:
        re.compile(path)
    except re.error as error:
        raise _refuse(number, f"has a path that is no regular expression: {error}") from error
    return Rule(
        fault=_make_fault(kind, members),
        method=members["method"].upper(),
        path=path,
        skip=members["skip"],
        times=members["times"],
        rate=members["rate"],
        seed=members["seed"],
    )


def _make_fault(kind: str, members: Mapping[str, Any]) -> Fault:
    match kind:
        case "status":
            return _make_status(members)
        case "delay":
            return Delay(seconds=members["seconds"])
        case "garbage":
            return Garbage(body=members["body"].encode(), content_type=members["content_type"])
        case "partial_list":
            return PartialList(keep=members["keep"])
        case _:
            return _PLAIN[kind]


def _make_status(members: Mapping[str, Any]) -> Status:
    headers, body = dict(members["headers"]), members["body"]
    if members["retry_after"]:
        headers["retry-after"] = members["retry_after"]
    if members["error_code"] and not body:
        phrase = HTTPStatus(members["status"]).phrase if members["status"] in set(HTTPStatus) else "error"
        body = json.dumps({"error_code": members["error_code"], "error_msg": members["error_msg"] or phrase})
        headers.setdefault("content-type", "application/json")
    return Status(status=members["status"], body=body.encode(), headers=headers)


def _read(table: Mapping[str, Any], name: str, default: Any, *, number: int) -> Any:
    value = table.get(name, default)
    # A number of seconds is fine as an integer, and where a text is due that is a number.
    if name == "retry_after" and type(value) is int:
        value = str(value)
    if type(value) is int and isinstance(default, float):
        value = float(value)
    if type(value) is not type(default) or not _is_possible(name, value):
        raise _refuse(number, f"cannot have {name} = {value!r}")
    return value


def _is_possible(name: str, value: Any) -> bool:
    if name == "status":
        return bool(_FIRST_STATUS <= value <= _LAST_STATUS)
    if name == "rate":
        return bool(0 <= value <= 1)
    if name == "headers":
        return all(isinstance(one, str) for one in value.values())
    return not isinstance(value, int | float) or 0 <= value < float("inf")


def _refuse(number: int, text: str) -> SimulatorError:
    return SimulatorError(f"[[fault]] number {number} {text}")
