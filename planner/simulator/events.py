"""Events: the record of phases, and their list (contract 2.12)."""

from planner.simulator.calls import Call
from planner.simulator.drafts import Draft
from planner.simulator.errors import bad_request
from planner.simulator.lookups import find_pool
from planner.simulator.paging import MAX_LIMIT, parse_number
from planner.simulator.requests import JsonObject, Response, make_json_response

_BAD_PHASES = frozenset({"Abnormal", "CreationFailed", "Error", "ScalingFailed"})


def set_phase(draft: Draft, pool: JsonObject, *, phase: str, message: str = "") -> None:
    """Give ``pool``, which is edited, a phase, and record an event when it is a new one."""
    before = pool["status"].get("phase")
    pool["status"]["phase"] = phase
    pool["status"].pop("message", None)
    if message:
        pool["status"]["message"] = message
    if before == phase:
        return
    event = {
        "apiVersion": "v1",
        "kind": "Event",
        "name": pool["metadata"]["name"],
        "type": "Warning" if phase in _BAD_PHASES else "Normal",
        "reason": "PoolStatusChange",
        "message": f"Pool status changed, from {before or 'none'} to {phase}",
        "count": 1,
        "firstTimestamp": draft.now,
        "lastTimestamp": draft.now,
    }
    draft.append("events", event)


def list_events(draft: Draft, call: Call) -> Response:
    """Answer GET /v1/{project}/events?resource=pools&name={pool}, newest first unless ``ascend=true``.

    Raises:
        Refusal: 400 without ``resource=pools`` and a name, 404 for an unknown pool.

    """
    query = call.request.query
    name = query.get("name", "")
    if query.get("resource") != "pools" or not name:
        raise bad_request("resource and name are required")
    find_pool(draft, Call(request=call.request, project_id=call.project_id, names=(name,)))
    wanted = query.get("type", "")
    found = [one for one in draft.records("events") if one.get("name") == name and wanted in {"", one.get("type")}]
    ordered = found if query.get("ascend") == "true" else found[::-1]
    offset, limit = parse_number(query.get("offset", "")), parse_number(query.get("limit", ""))
    page = ordered[offset : offset + min(limit or MAX_LIMIT, MAX_LIMIT)]
    items = [{member: value for member, value in one.items() if member != "name"} for one in page]
    return make_json_response({"apiVersion": "v1", "kind": "EventList", "total": len(found), "items": items})
