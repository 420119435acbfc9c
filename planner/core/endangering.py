"""Jobs that a change would end, by name, from what was seen of nodes and jobs (semantics 4, 7.5)."""

from collections.abc import Iterable

from planner.core.changes import Action, Change, Disruption
from planner.core.evidence import Endangered, EndangeredWorkload
from planner.core.kind_rules import KindRules
from planner.core.node_counts import ACTIVE_STATUSES, find_removable
from planner.core.snapshot import Evidence, LiveWorkload, Unread

_LEAVING = frozenset({Action.DELETE, Action.REPLACE})


def find_endangered(change: Change, evidence: Evidence | Unread | None, *, rules: KindRules) -> Endangered | None:
    """Return who would die of ``change``; None where it ends no job, or where nobody was to look."""
    if change.disruption < Disruption.INTERRUPTS or not change.operations or evidence is None:
        return None
    if isinstance(evidence, Unread):
        return Endangered(why_unread=evidence.why)
    active = [one for one in evidence.workloads if one.status in ACTIVE_STATUSES]
    if change.action in _LEAVING:
        return Endangered(workloads=_describe(active, evidence))
    harmful = tuple(one for one in change.fields if one.disruption >= Disruption.INTERRUPTS)
    is_dying = rules.make_victim_finder(harmful, change.before or {}, evidence)
    return Endangered(
        workloads=_describe(filter(is_dying, active), evidence),
        nodes_at_most=_count_busy(change, evidence) if all(rules.is_removal(one.path) for one in harmful) else None,
    )


def _count_busy(change: Change, evidence: Evidence) -> int | None:
    """Return how many nodes go beyond those that are idle; None where none is chosen by name, or where enough are idle.

    Then something else than the number of idle nodes is what does harm.
    """
    constraints = [one.nodes for one in change.operations if one.nodes is not None]
    missing = (one.count - len(find_removable(evidence, one)) for one in constraints)
    return sum(max(0, count) for count in missing) or None


def _describe(workloads: Iterable[LiveWorkload], evidence: Evidence) -> tuple[EndangeredWorkload, ...]:
    names = {node.private_ip: node.name for node in evidence.nodes if node.private_ip}
    found = (
        EndangeredWorkload(
            name=one.name,
            type=one.type,
            status=one.status,
            nodes=tuple(names[ip] for ip in one.host_ips if ip in names),
            running_seconds=one.running_seconds,
            created=one.created,
        )
        for one in workloads
    )
    return tuple(sorted(found, key=lambda one: (-one.running_seconds, one.created, one.name, one.nodes)))
