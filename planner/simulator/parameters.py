"""Projects and queries as ``schemas/openapi.yaml`` has them.

Two lists declare a 400, and always give it. For all others no source tells what the service does with a value that
it cannot read: by default it counts as not written, and the switch ``odd_parameters`` has it refused.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final

from planner.simulator.errors import bad_request
from planner.simulator.options import Options
from planner.simulator.requests import Request
from planner.simulator.workloads import STATUSES, TYPES

Rule = Callable[[str], bool]
"""Tells whether a value of a query can be read; a blank number or word counts as not written."""

_PROJECT: Final = re.compile(r"[A-Za-z0-9-]{1,64}")
_NUMBER: Final = re.compile(r"-?[0-9]{1,19}", re.ASCII)
_RANGE: Final = re.compile(r"-?[0-9]+\.-?[0-9]+\.[0-9]+", re.ASCII)
_INT64: Final = 2**63


def _read_text(text: str) -> bool:
    return isinstance(text, str)


def _read_number(least: int = -_INT64, most: int = _INT64 - 1) -> Rule:
    return lambda text: not text or (_NUMBER.fullmatch(text) is not None and least <= int(text) <= most)


def _read_word(*words: str) -> Rule:
    return ("", *words).__contains__


def _read_words(words: frozenset[str]) -> Rule:
    return lambda text: set(filter(None, text.split(","))) <= words


_LIMIT: Final = _read_number(0, 500)
_OFFSET: Final = _read_number(0)
_TRUTH: Final = _read_word("true", "false")
_CURSOR: Final = {"limit": _LIMIT, "continue": _read_text}
_SELECTION: Final = {"workspaceId": _read_text, "labelSelector": _read_text}

_QUERIES: Final[Mapping[str, Mapping[str, Rule]]] = {
    "/v2/{}/pools": _SELECTION | {"status": _read_word("created", "failed", "creating"), "parent": _read_text},
    "/v2/{}/pools/{}/monitor": {
        "time_range": lambda text: _RANGE.fullmatch(text) is not None,
        "statistics": _read_word("maximum", "minimum", "sum", "average", "sampleCount"),
        "period": _read_word("60", "300", "900", "3600"),
    },
    "/v2/{}/statistics/pools": {"workspaceId": _read_text},
    "/v2/{}/pools/{}/nodes": _CURSOR,
    "/v2/{}/pools/{}/workloads": {
        "type": _read_words(TYPES),
        "status": _read_words(STATUSES),
        "sort": _read_word("create_time"),
        "ascend": _TRUTH,
        "offset": _OFFSET,
        "limit": _LIMIT,
    },
    "/v1/{}/networks": _SELECTION | _CURSOR,
    "/v1/{}/resourceflavors": {"labelSelector": _read_text} | _CURSOR,
    "/v1/{}/pools/tags": {"limit": _read_number(), "offset": _read_number()},
    "/v1/{}/orders": {
        "workspaceId": _read_text,
        "involvedName": _read_text,
        "limit": _LIMIT,
        "offset": _read_number(0, 500),
        "since": _read_number(),
        "until": _read_number(),
        "phase": _read_word("pending", "running", "successed", "failed"),
        "resource": _read_word("pools"),
    },
    "/v1/{}/events": {
        "resource": _read_word("pools"),
        "name": _read_text,
        "limit": _LIMIT,
        "offset": _OFFSET,
        "type": _read_word("Normal", "Warning"),
        "since": _read_number(),
        "until": _read_number(),
        "ascend": _TRUTH,
    },
}
_ALWAYS_JUDGED: Final = frozenset({"/v2/{}/pools/{}/workloads", "/v1/{}/orders"})
_LISTS: Final = frozenset({("/v2/{}/pools/{}/workloads", "type")})


def check_parameters(request: Request, *, route: str, project_id: str, options: Options) -> None:
    """Refuse a query, or a project, that cannot be read; ``route`` is the path with ``{}`` for each name.

    Raises:
        Refusal: 400 that names the first parameter that is wrong, or written twice.

    """
    refuses_all = options.odd_parameters == "refuse"
    if refuses_all and not _PROJECT.fullmatch(project_id):
        raise bad_request("project_id is invalid")
    if request.method != "GET" or not (refuses_all or route in _ALWAYS_JUDGED):
        return
    rules = _QUERIES.get(route, {})
    names = [name for name, _ in request.pairs]
    for name, value in request.query.items():
        if name in rules and not rules[name](value):
            raise bad_request(f"{name} is invalid")
        if refuses_all and name in rules and names.count(name) > 1 and (route, name) not in _LISTS:
            raise bad_request(f"{name} is written twice")
