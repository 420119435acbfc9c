"""Nodes that a pool's tree asks for, and nodes that may be removed without hurting a job."""

from collections.abc import Iterable

from planner.core.changes import NodeConstraint
from planner.core.snapshot import Evidence, LiveNode

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
