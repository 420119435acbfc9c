"""What of a world document moves by itself: objects whose next step would change something.

Records carry a member ``simulator`` that no answer shows: ``stuck`` stops an object for good,
``remaining`` is the number of steps to an end, ``None`` is never.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from planner.simulator.options import Options
from planner.simulator.queueing import QUEUED, can_start_any
from planner.simulator.requests import JsonObject

ObjectKey = tuple[str, str]
"""A section (``pools`` or ``networks``) and an id in it."""


def find_moving(document: JsonObject, options: Options) -> frozenset[ObjectKey]:
    """Return the keys of all objects that move."""
    keys = [(section, name) for section in ("pools", "networks") for name in document[section]]
    return frozenset(key for key in keys if is_moving(document, key, options=options))


def is_moving(document: JsonObject, key: ObjectKey, *, options: Options) -> bool:
    """Tell whether the next step changes the object of ``key``; an object that is gone rests."""
    section, name = key
    record = document[section].get(name)
    if record is None or find_private(record).get("stuck"):
        return False
    if section == "networks":
        return bool(record["status"].get("phase", "") in {"", "Creating"})
    return (
        _is_pool_moving(record, options)
        or any(map(_is_node_moving, document["nodes"].get(name, ())))
        or any(map(is_ending, document["workloads"].get(name, ())))
        or can_start_any(document["workloads"].get(name, ()), document["nodes"].get(name, ()))
    )


def find_private(record: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the members of a record that only the simulator sees."""
    private: Mapping[str, Any] = record.get("simulator") or {}
    return private


def find_remaining(record: Mapping[str, Any], default: int | None) -> int | None:
    """Return the steps that ``record`` still has to go, None when it never gets there."""
    remaining: int | None = find_private(record).get("remaining", default)
    return remaining


def is_awaiting_approval(pool: Mapping[str, Any], options: Options) -> bool:
    """Tell whether the next step approves a waiting logical pool."""
    return (
        options.approve_logical and pool["status"].get("phase") == "Waiting" and pool["spec"].get("type") == "Logical"
    )


def is_ending(workload: Mapping[str, Any]) -> bool:
    """Tell whether a workload runs and ends by itself after some steps."""
    return find_remaining(workload, None) is not None and workload.get("status") != QUEUED


def _is_pool_moving(pool: JsonObject, options: Options) -> bool:
    status, private = pool["status"], find_private(pool)
    phase = status.get("phase")
    if phase in {None, "Creating", "Deleting"} or "order" in private or private.get("drivers"):
        return True
    return is_awaiting_approval(pool, options) or _has_moving_scope(status.get("scope", ()))


def _has_moving_scope(scope: Sequence[JsonObject]) -> bool:
    return any(one.get("state") in {"Enabling", "Disabling"} for one in scope)


def _is_node_moving(node: JsonObject) -> bool:
    phase = node["status"].get("phase")
    return phase in {"Creating", "Deleting"} and find_remaining(node, 1) is not None
