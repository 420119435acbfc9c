"""Events: the record of phases, and their list (contract 2.12)."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from planner.simulator.calls import Call
from planner.simulator.drafts import Draft, parse_time
from planner.simulator.errors import pool_not_found
from planner.simulator.lookups import find_pool
from planner.simulator.paging import MAX_LIMIT, parse_lenient_number
from planner.simulator.requests import JsonObject, Response, make_json_response

_COUNTED = ("Available", "Abnormal", "Creating", "Deleting")
_BAD_PHASES = frozenset({"Abnormal", "CreationFailed", "Error", "ScalingFailed"})


Counts = Mapping[str, int]
"""Nodes of a pool by their phase."""


def set_phase(draft: Draft, pool: JsonObject, *, phase: str, message: str = "") -> None:
    """Give ``pool``, which is edited, a phase, and record an event when it is a new one."""
    before = pool["status"].get("phase")
    pool["status"]["phase"] = phase
    pool["status"].pop("message", None)
    if message:
        pool["status"]["message"] = message
    if before == phase:
        return
    text = f"Pool status changed, from {before or 'none'} to {phase}"
    _record(draft, pool["metadata"]["name"], reason="PoolStatusChange", text=text, is_bad=phase in _BAD_PHASES)


def record_counts(draft: Draft, pool_id: str, *, before: Counts) -> None:
    """Record an event when a pool has other numbers of nodes than ``before``."""
    after = count_phases(draft, pool_id)
    if after == before:
        return
    text = f"Pool resources status changed, from {_format_counts(before)} to {_format_counts(after)}"
    is_bad = after.get("Abnormal", 0) > before.get("Abnormal", 0)
    _record(draft, pool_id, reason="PoolResourcesStatusChange", text=text, is_bad=is_bad)


def count_phases(draft: Draft, pool_id: str) -> Counts:
    """Return the numbers of a pool's nodes by phase."""
    return Counter(one["status"].get("phase") for one in draft.nodes(pool_id))


def list_events(draft: Draft, call: Call) -> Response:
    """Answer GET /v1/{project}/events?resource=pools&name={pool}, newest first unless ``ascend=true``.

    Raises:
        Refusal: 404 for an unknown pool, and for what is no pool at all: the API declares no 400 here.

    """
    query = call.request.query
    name = query.get("name", "")
    if query.get("resource") != "pools":
        raise pool_not_found(name)
    find_pool(draft, Call(request=call.request, project_id=call.project_id, names=(name,)))
    found = [one for one in draft.records("events") if one.get("name") == name and _is_wanted(one, query)]
    ordered = found if query.get("ascend") == "true" else found[::-1]
    offset, limit = parse_lenient_number(query.get("offset", "")), parse_lenient_number(query.get("limit", ""))
    page = ordered[offset : offset + min(limit or MAX_LIMIT, MAX_LIMIT)]
    items = [{member: value for member, value in one.items() if member != "name"} for one in page]
    return make_json_response({"apiVersion": "v1", "kind": "EventList", "total": len(found), "items": items})


def _record(draft: Draft, pool_id: str, *, reason: str, text: str, is_bad: bool) -> None:
    event = {
        "apiVersion": "v1",
        "kind": "Event",
        "name": pool_id,
        "type": "Warning" if is_bad else "Normal",
        "reason": reason,
        "message": text,
        "count": 1,
        "firstTimestamp": draft.now,
        "lastTimestamp": draft.now,
    }
    draft.append("events", event)


def _format_counts(counts: Counts) -> str:
    return ", ".join(f"{phase.lower()} {counts.get(phase, 0)}" for phase in _COUNTED)


def _is_wanted(event: Mapping[str, Any], query: Mapping[str, str]) -> bool:
    time = int(parse_time(event["lastTimestamp"]).timestamp()) * 1000
    return (
        query.get("type", "") in {"", event.get("type")}
        and time >= parse_lenient_number(query.get("since", ""))
        and time <= (parse_lenient_number(query.get("until", "")) or time)
    )
