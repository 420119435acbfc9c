"""Pools with their nodes and the jobs on them, as ``nodes`` shows them, and what several looks add."""

import fnmatch
from collections.abc import Iterable

from planner.core.lazy_dataclass import dataclass, replace
from planner.core.node_counts import ACTIVE_STATUSES
from planner.core.snapshot import Evidence, LiveNode, LiveWorkload, Unread


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeSight:
    """A node, the unfinished jobs on it, and since when it is idle, empty where nobody has seen that."""

    node: LiveNode
    jobs: tuple[LiveWorkload, ...] = ()
    idle_since: str = ""

    @property
    def is_idle(self) -> bool:
        """Tell whether the node could take a job and has none."""
        return not self.jobs and self.node.phase == "Available"


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolSight:
    """A pool and its nodes; ``address`` is empty where the state does not track it.

    ``unread`` says why the nodes could not be read; there are none then. ``queued`` counts jobs without a node.
    """

    id: str
    name: str
    phase: str
    address: str = ""
    nodes: tuple[NodeSight, ...] = ()
    queued: int = 0
    unread: str = ""


def add_evidence(pool: PoolSight, evidence: Evidence | Unread) -> PoolSight:
    """Return ``pool`` with its nodes, each with the jobs whose ``hostIps`` name its address (contract 2.12.1)."""
    if isinstance(evidence, Unread):
        return replace(pool, unread=evidence.why)
    nodes = sorted(evidence.nodes, key=lambda one: (one.flavor, one.node_pool, one.name))
    queued = sum(not one.host_ips and one.status in {"Queue", "Pending"} for one in evidence.workloads)
    sights = tuple(NodeSight(node=one, jobs=_find_jobs(one, evidence.workloads)) for one in nodes)
    return replace(pool, nodes=sights, queued=queued)


def find_matching(pools: Iterable[PoolSight], pattern: str) -> tuple[PoolSight, ...]:
    """Return the pools whose address, id or display name is ``pattern`` or fits it as a glob."""
    return tuple(one for one in pools if any(_is_match(name, pattern) for name in (one.address, one.id, one.name)))


def compare_looks(previous: Iterable[PoolSight], pools: Iterable[PoolSight], *, now: str) -> tuple[PoolSight, ...]:
    """Return ``pools`` with what their nodes have been since ``previous``.

    A node that was seen busy, or not there, in a look that could be made is idle since ``now``; one that was idle
    keeps its moment.
    """
    before = {one.id: one for one in previous}
    return tuple(_compare_pool(before.get(one.id), one, now=now) for one in pools)


def _is_match(name: str, pattern: str) -> bool:
    return bool(name) and (name == pattern or fnmatch.fnmatchcase(name, pattern))


def _find_jobs(node: LiveNode, workloads: Iterable[LiveWorkload]) -> tuple[LiveWorkload, ...]:
    if not node.private_ip:
        return ()
    return tuple(one for one in workloads if one.status in ACTIVE_STATUSES and node.private_ip in one.host_ips)


def _compare_pool(before: PoolSight | None, pool: PoolSight, *, now: str) -> PoolSight:
    if before is None or before.unread:
        return pool
    known = {one.node.name: one for one in before.nodes}
    return replace(pool, nodes=tuple(_compare_node(known.get(one.node.name), one, now=now) for one in pool.nodes))


def _compare_node(before: NodeSight | None, sight: NodeSight, *, now: str) -> NodeSight:
    if not sight.is_idle:
        return sight
    return replace(sight, idle_since=before.idle_since if before is not None and before.is_idle else now)
