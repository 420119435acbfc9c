"""The world: a JSON document of pools, networks, nodes and workloads, as an immutable value.

A document is shared by worlds and never changed in place; ``drafts`` makes the next one.
"""

import json
import re
from dataclasses import dataclass
from typing import Any, Final

from planner.simulator.catalog import DEFAULT_QUOTAS, make_flavors
from planner.simulator.errors import SimulatorError
from planner.simulator.motion import ObjectKey, find_moving
from planner.simulator.options import Options, format_options, parse_options
from planner.simulator.requests import JsonObject

FORMAT: Final = 1
START: Final = "2026-01-01T00:00:00Z"

_CLOCK = re.compile(r"2\d{3}-(0[1-9]|1[0-2])-([01]\d|2[0-8])T([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ", re.ASCII)
_LIST_MEMBERS = ("deleted", "events", "flavors", "killed", "orders", "removed", "requests")
_DICT_MEMBERS = ("networks", "nodes", "options", "pools", "quotas", "workloads")


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """A document, its options as a value, and the keys of the objects that the next step moves."""

    document: JsonObject
    options: Options
    moving: frozenset[ObjectKey] = frozenset()


def start_world(**options: Any) -> World:
    """Return a fresh world: five flavors, no pools, the clock at the first second of 2026.

    Raises:
        SimulatorError: an option is unknown or has a wrong type.

    """
    chosen = parse_options(options)
    document: JsonObject = {name: {} for name in _DICT_MEMBERS} | {name: [] for name in _LIST_MEMBERS}
    document |= {"format": FORMAT, "clock": START, "counter": 0, "options": format_options(chosen)}
    document |= {"flavors": make_flavors(chosen.azs), "quotas": dict(DEFAULT_QUOTAS)}
    return World(document=document, options=chosen)


def change_options(world: World, **options: Any) -> World:
    """Return ``world`` with some options set anew.

    Raises:
        SimulatorError: an option is unknown or has a wrong type.

    """
    chosen = parse_options(world.document["options"] | options)
    document = world.document | {"options": format_options(chosen)}
    return World(document=document, options=chosen, moving=find_moving(document, chosen))


def parse_world(text: str | bytes) -> World:
    """Read a world from the text of its file; members that are left out start as in a fresh world.

    Raises:
        SimulatorError: the text is no JSON, or no world of this format.

    """
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SimulatorError(f"it is not JSON ({error})") from error
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise SimulatorError(f"it is no simulator world of format {FORMAT}")
    document = start_world().document | found
    _check_members(document)
    options = parse_options(document["options"])
    return World(document=document, options=options, moving=find_moving(document, options))


def _check_members(document: JsonObject) -> None:
    for name in _DICT_MEMBERS:
        _check(isinstance(document[name], dict), name)
    for name in _LIST_MEMBERS:
        _check(isinstance(document[name], list), name)
    _check(isinstance(document["clock"], str) and _CLOCK.fullmatch(document["clock"]) is not None, "clock")
    _check(type(document["counter"]) is int, "counter")
    for name in ("pools", "networks"):
        document[name] = {key: _complete_record(value, f"{name}.{key}") for key, value in document[name].items()}
    for key, pool in document["pools"].items():
        _check_pool(key, pool)
    for key, network in document["networks"].items():
        network["metadata"]["name"] = key
    for name in ("nodes", "workloads"):
        _check(all(isinstance(records, list) for records in document[name].values()), name)
    document["nodes"] = {
        key: [_complete_record(node, f"nodes.{key}") for node in nodes] for key, nodes in document["nodes"].items()
    }
    _check(
        all(isinstance(one["metadata"].get("name"), str) for some in document["nodes"].values() for one in some),
        "nodes",
    )
    _check(all(_is_workload_list(records) for records in document["workloads"].values()), "workloads")


def _check_pool(key: str, pool: JsonObject) -> None:
    entries = pool["spec"].get("resources", [])
    holds = isinstance(entries, list) and all(
        isinstance(one, dict) and isinstance(one.get("flavor"), str) and type(one.get("count")) is int
        for one in entries
    )
    _check(holds, f"pools.{key}.spec.resources")
    scope, drivers = pool["status"].get("scope", []), pool["status"].get("driver", {})
    _check(isinstance(scope, list) and all(_is_scope(one) for one in scope), f"pools.{key}.status.scope")
    _check(
        isinstance(drivers, dict) and all(isinstance(one, dict) for one in drivers.values()),
        f"pools.{key}.status.driver",
    )
    pool["metadata"]["name"] = key


def _complete_record(record: object, place: str) -> JsonObject:
    _check(isinstance(record, dict), place)
    complete: JsonObject = {"metadata": {}, "spec": {}, "status": {}} | dict(record)  # type: ignore[call-overload]  # checked one line above
    _check(all(isinstance(complete[name], dict) for name in ("metadata", "spec", "status")), place)
    for name in ("labels", "annotations"):
        _check(isinstance(complete["metadata"].setdefault(name, {}), dict), place)
    return complete


def _is_scope(state: object) -> bool:
    return isinstance(state, dict) and isinstance(state.get("scopeType"), str) and isinstance(state.get("state"), str)


def _is_workload_list(records: list[object]) -> bool:
    return all(isinstance(one, dict) and "name" in one and "status" in one for one in records)


def _check(holds: bool, place: str) -> None:  # noqa: FBT001 - a check of a truth takes the truth
    if not holds:
        raise SimulatorError(f"its member {place!r} has not the shape of a world")
