"""Numbers about pools: how many there are in each state, and how busy one is (contract 2.7, 2.8)."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from planner.simulator.calls import Call
from planner.simulator.drafts import Draft, parse_time
from planner.simulator.lookups import find_pool, find_workspace, list_records
from planner.simulator.queueing import find_busy_addresses
from planner.simulator.requests import JsonObject, Response, make_json_response

METRICS = (
    "cpuUsage",
    "memUsedRate",
    "gpuUtil",
    "gpuMemUsage",
    "npuUtil",
    "npuMemUsage",
    "diskCapacity",
    "diskAvailableCapacity",
    "diskUsedRate",
)
NO_DATA = -1

_BUCKETS = {None: "creating", "Creating": "creating", "Waiting": "pending", "Deleting": "deleting"}
_MAX_FAILED = 500
_RANGE = re.compile(r"(-1|[0-9]{1,15})\.(-1|[0-9]{1,15})\.([0-9]{1,6})", re.ASCII)
_DEFAULT_MINUTES = 60
_PERIODS = ("60", "300", "900", "3600")
_STATISTICS = ("maximum", "minimum", "sum", "average", "sampleCount")
_MAX_POINTS = 1440


def show_statistics(draft: Draft, call: Call) -> Response:
    """Answer GET /v2/{project}/statistics/pools; a blank ``workspaceId`` is workspace 0."""
    workspace = call.request.query.get("workspaceId") or "0"
    pools = list_records(draft, "pools", project_id=call.project_id)
    counts = Counter(_find_bucket(one["status"].get("phase")) for one in pools if find_workspace(one) == workspace)
    status = {name: counts[name] for name in ("creating", "created", "failed", "pending", "deleting")}
    status["failed"] = min(status["failed"], _MAX_FAILED)
    time = f"{parse_time(draft.now):%Y-%m-%d %H:%M:%S} +0000 UTC"
    return make_json_response({"statistics": {"status": status}, "operationTime": time})


def show_monitor(draft: Draft, call: Call) -> Response:
    """Answer GET .../monitor: the share of busy nodes as ``cpuUsage``, and for all else -1, which is no data.

    What cannot be read of the query counts as not written: the API declares no 400 here.

    Raises:
        Refusal: 404 for an unknown pool.

    """
    pool_id = find_pool(draft, call)["metadata"]["name"]
    query = call.request.query
    wanted = query.get("statistics", "")
    statistic = wanted if wanted in _STATISTICS else "maximum"
    times = list(_list_times(draft, query))
    usage = _find_usage(draft, pool_id)
    metrics = [
        _format_metric(name, pool_id, times=times, statistic=statistic, value=usage if name == METRICS[0] else NO_DATA)
        for name in METRICS
    ]
    return make_json_response({"metrics": metrics})


def _find_bucket(phase: str | None) -> str:
    return "failed" if phase == "CreationFailed" else _BUCKETS.get(phase, "created")


def _list_times(draft: Draft, query: Mapping[str, str]) -> Iterator[int]:
    """Return the times of the points, in milliseconds: at most 1,440 up to the end of the range."""
    match = _RANGE.fullmatch(query.get("time_range", ""))
    start, end, minutes = map(int, match.groups()) if match else (-1, -1, _DEFAULT_MINUTES)
    period = int(query["period"]) if query.get("period") in _PERIODS else int(_PERIODS[0])
    last = end if end >= 0 else start + minutes * 60_000 if start >= 0 else draft.now_milliseconds
    count = min(minutes * 60 // period, _MAX_POINTS)
    return (last - index * period * 1000 for index in range(count - 1, -1, -1))


def _find_usage(draft: Draft, pool_id: str) -> float:
    busy = find_busy_addresses(draft.workloads(pool_id))
    addresses = [one["status"].get("privateIp") for one in draft.nodes(pool_id)]
    share = sum(address in busy for address in addresses) / len(addresses) if addresses else 0.0
    return round(100 * share, 2)


def _format_metric(name: str, pool_id: str, *, times: list[int], statistic: str, value: float) -> JsonObject:
    points = [
        {"timestamp": time, "unit": "Percent", "statistics": [{"statistic": statistic, "value": value}]}
        for time in times
    ]
    dimensions: list[dict[str, Any]] = [{"name": "pool", "value": pool_id}]
    metric = {"metricName": name, "namespace": "PAAS.NODE", "dimensions": dimensions}
    return {"metric": metric, "dataPoints": points}
