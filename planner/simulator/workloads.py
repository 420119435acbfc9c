"""Workloads: jobs that run on nodes, how they end, and their list (contract 2.12.1)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from planner.simulator.calls import Call
from planner.simulator.drafts import Draft
from planner.simulator.errors import bad_request
from planner.simulator.lookups import find_pool
from planner.simulator.motion import find_private, is_ending
from planner.simulator.paging import parse_number
from planner.simulator.queueing import find_busy_addresses, start_workloads
from planner.simulator.records import record_kills
from planner.simulator.requests import JsonObject, Response, make_json_response

STATUSES = frozenset(
    {"Queue", "Pending", "Abnormal", "Terminating", "Creating", "Running", "Completed", "Terminated", "Failed"}
)
TYPES = frozenset({"train", "infer", "notebook"})

_MAX_LIMIT = 500


def list_workloads(draft: Draft, call: Call) -> Response:
    """Answer GET /v2/{project}/pools/{pool}/workloads; ``type`` and ``status`` take lists with commas."""
    pool_id = find_pool(draft, call)["metadata"]["name"]
    query = call.request.query
    types = _parse_choices(query.get("type", ""), TYPES)
    statuses = _parse_choices(query.get("status", ""), STATUSES)
    found = [one for one in draft.workloads(pool_id) if one.get("type") in types and one["status"] in statuses]
    if query.get("sort") == "create_time":
        found = sorted(found, key=lambda one: int(one.get("createTime", 0)), reverse=query.get("ascend") != "true")
    offset, limit = parse_number(query.get("offset", "")), parse_number(query.get("limit", ""))
    page = found[offset : offset + min(limit or _MAX_LIMIT, _MAX_LIMIT)]
    items = [{name: value for name, value in one.items() if name != "simulator"} for one in page]
    return make_json_response({"apiVersion": "v1", "kind": "WorkloadList", "items": items, "total": len(found)})


def fail_workloads(draft: Draft, pool_id: str, *, nodes: Iterable[JsonObject], by: str) -> None:
    """End the workloads of ``nodes`` as failed, and note who killed them in the world's ``killed``."""
    names = {node["status"].get("privateIp", ""): node["metadata"]["name"] for node in nodes}
    workloads = draft.workloads(pool_id)
    killed = {index: victim for index, one in enumerate(workloads) if (victim := _find_victim(one, names))}
    if not killed:
        return
    record_kills(draft, pool_id, victims={workloads[index]["name"]: node for index, node in killed.items()}, by=by)
    ended = [_end(one, "Failed") if index in killed else one for index, one in enumerate(workloads)]
    draft.put("workloads", pool_id, value=ended)


def index_workloads(workloads: Iterable[Mapping[str, Any]]) -> Mapping[str, list[str]]:
    """Return the names of the workloads that keep a node busy, by its private address."""
    index: defaultdict[str, list[str]] = defaultdict(list)
    for one in workloads:
        for address in find_busy_addresses([one]):
            index[address].append(one["name"])
    return index


def step_workloads(draft: Draft, pool_id: str) -> None:
    """Bring workloads that end by themselves one step nearer to ``Completed``, then start those that wait."""
    workloads = draft.workloads(pool_id)
    stepped = start_workloads([_step(one) for one in workloads], draft.nodes(pool_id))
    if stepped != workloads:
        draft.put("workloads", pool_id, value=stepped)


def _find_victim(workload: JsonObject, names: Mapping[str, str]) -> str:
    return next((names[address] for address in sorted(find_busy_addresses([workload])) if address in names), "")


def _step(workload: JsonObject) -> JsonObject:
    if not is_ending(workload):
        return workload
    private = find_private(workload)
    remaining = private["remaining"]
    return (
        workload | {"simulator": {**private, "remaining": remaining - 1}}
        if remaining > 1
        else _end(workload, "Completed")
    )


def _end(workload: JsonObject, status: str) -> JsonObject:
    return {name: value for name, value in workload.items() if name != "simulator"} | {"status": status}


def _parse_choices(text: str, choices: frozenset[str]) -> frozenset[str]:
    chosen = frozenset(one for one in text.split(",") if one)
    if not chosen <= choices:
        raise bad_request("unknown value in a filter")
    return chosen or choices
