"""Which nodes a waiting workload may start on: available ones that nothing keeps busy and that are not isolated."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from planner.simulator.requests import JsonObject

BUSY_STATUSES: Final = frozenset({"Creating", "Running", "Pending", "Terminating"})
QUEUED: Final = "Queue"


def find_busy_addresses(workloads: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """Return the private addresses of all nodes that a workload keeps busy."""
    busy = (one.get("hostIps", "") for one in workloads if one["status"] in BUSY_STATUSES)
    return frozenset(address.strip() for text in busy for address in str(text).split(",") if address.strip())


def can_start_any(workloads: Sequence[JsonObject], nodes: Iterable[JsonObject]) -> bool:
    """Tell whether some waiting workload finds its nodes."""
    needs = [need for one in workloads if (need := find_need(one))]
    return bool(needs) and min(needs) <= len(list_free_addresses(workloads, nodes))


def start_workloads(workloads: Sequence[JsonObject], nodes: Iterable[JsonObject]) -> list[JsonObject]:
    """Return the workloads with those started, in their order, that find their nodes."""
    free = list_free_addresses(workloads, nodes)
    started = []
    for one in workloads:
        need = find_need(one)
        is_due = 0 < need <= len(free)
        started.append(_start(one, free[:need]) if is_due else one)
        free = free[need:] if is_due else free
    return started


def find_need(workload: Mapping[str, Any]) -> int:
    """Return how many nodes a waiting workload needs; 0 is one that never starts, or does not wait."""
    need = (workload.get("simulator") or {}).get("needs", 0)
    return need if workload["status"] == QUEUED and type(need) is int and need > 0 else 0


def list_free_addresses(workloads: Iterable[Mapping[str, Any]], nodes: Iterable[JsonObject]) -> list[str]:
    """Return the addresses of the nodes that would take a workload now, oldest first."""
    busy = find_busy_addresses(workloads)
    ready = (one["status"] for one in nodes if one["status"].get("phase") == "Available" and not _is_tainted(one))
    return [one["privateIp"] for one in ready if one.get("privateIp") and one["privateIp"] not in busy]


def _start(workload: JsonObject, addresses: Sequence[str]) -> JsonObject:
    return workload | {"status": "Running", "hostIps": ",".join(addresses)}


def _is_tainted(node: Mapping[str, Any]) -> bool:
    taints = node["status"].get("taints", ())
    return any(one.get("effect") in {"NoSchedule", "NoExecute"} for one in taints)
