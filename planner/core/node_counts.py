"""Nodes that a pool's tree asks for, and nodes that may be removed without hurting a job."""

from collections import Counter
from collections.abc import Iterable

from planner.core.changes import FlavorNodes, NodeConstraint
from planner.core.snapshot import Evidence, LiveNode, LiveResource
from planner.core.trees import as_int, as_list, as_text, find_member

# Contract 2.12.1; semantics 7.5: a job in one of these uses its nodes.
ACTIVE_STATUSES = frozenset({"Creating", "Running", "Pending", "Terminating"})


def find_busy_addresses(evidence: Evidence) -> frozenset[str]:
    """Return the private addresses of nodes on which a workload is active."""
    return frozenset(
        ip for workload in evidence.workloads if workload.status in ACTIVE_STATUSES for ip in workload.host_ips
    )


def find_matching(nodes: Iterable[LiveNode], constraint: NodeConstraint) -> tuple[LiveNode, ...]:
    """Return the nodes of the constraint's flavor, node pool and zone that are not being deleted."""
    return tuple(
        node
        for node in nodes
        if node.flavor == constraint.flavor
        and node.node_pool == constraint.node_pool
        and constraint.az in ("", node.az)
        and node.phase != "Deleting"
    )


def find_removable(evidence: Evidence, constraint: NodeConstraint) -> tuple[LiveNode, ...]:
    """Return the nodes that may be removed by name: idle, unlocked, not subscribed, not bound; Abnormal first."""
    busy = find_busy_addresses(evidence)
    free = (
        node
        for node in find_matching(evidence.nodes, constraint)
        if node.private_ip not in busy and not (node.is_locked or node.is_subscribed or node.is_bound)
    )
    return tuple(sorted(free, key=lambda node: (node.phase != "Abnormal", node.name)))


def find_surplus(live: LiveResource, wanted: Iterable[FlavorNodes]) -> frozenset[str]:
    """Return the flavors of which the status counts more nodes (creating, available, abnormal) than are wanted."""
    present: Counter[str] = Counter()
    for bucket in ("creating", "available", "abnormal"):
        for row in as_list(find_member(live.status, "resources", bucket)):
            present[as_text(find_member(row, "flavor"))] += as_int(find_member(row, "count"))
    limits: Counter[str] = Counter()
    for one in wanted:
        limits[one.flavor] += one.after
    return frozenset(flavor for flavor, limit in limits.items() if present[flavor] > limit)
