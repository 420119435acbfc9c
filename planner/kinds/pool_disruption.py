"""What a change of each pool field does to running jobs, as a table (semantics 4)."""

from planner.core.changes import Disruption, NodeConstraint
from planner.core.field_paths import EntryKey, FieldPath
from planner.core.first_zones import count_zones, is_removed_by_name
from planner.core.kind_rules import Circumstances, Judge, Pattern
from planner.core.node_counts import ACTIVE_STATUSES, find_removable
from planner.core.snapshot import Evidence
from planner.core.trees import ABSENT, Maybe, as_int, as_list, find_member
from planner.kinds.pool_entries import find_named_entry, find_zones, is_logical

_ENTRY = ("spec", "resources", "*")


def judge_nothing(path: FieldPath, before: Maybe, after: Maybe, around: Circumstances) -> Disruption:
    """Judge what touches nothing that runs."""
    del path, before, after, around
    return Disruption.NONE


def judge_worst(path: FieldPath, before: Maybe, after: Maybe, around: Circumstances) -> Disruption:
    """Judge what is not known to be harmless: it may cut running jobs off."""
    del before, after
    return Disruption.NEW_NODES if _is_new_entry(path, around) else Disruption.INTERRUPTS


def judge_quiet_entry(path: FieldPath, before: Maybe, after: Maybe, around: Circumstances) -> Disruption:
    """Judge tags and labels of nodes, which touch no job."""
    del before, after
    return Disruption.NEW_NODES if _is_new_entry(path, around) else Disruption.NONE


def judge_taint(path: FieldPath, before: Maybe, after: Maybe, around: Circumstances) -> Disruption:
    """Judge a taint: ``NoExecute`` evicts what runs."""
    del before
    key = path[4] if len(path) > len(_ENTRY) + 1 else ""
    evicts = after is not ABSENT and (not isinstance(key, EntryKey) or "NoExecute" in key.parts)
    return judge_worst(path, ABSENT, after, around) if evicts else judge_quiet_entry(path, ABSENT, after, around)


def judge_list(path: FieldPath, before: Maybe, after: Maybe, around: Circumstances) -> Disruption:
    """Judge job types and job flavors: one that goes takes its jobs along, one that comes does not."""
    del path, around
    kept = {str(value) for value in as_list(after)}
    return Disruption.NONE if all(str(value) in kept for value in as_list(before)) else Disruption.INTERRUPTS


def judge_driver(path: FieldPath, before: Maybe, after: Maybe, around: Circumstances) -> Disruption:
    """Judge a driver: ``idle`` waits for jobs; ``force``, or no strategy known, does not (contract 4.6)."""
    del path, before, after
    strategy = find_member(around.after, "spec", "driver", "updateStrategy")
    return Disruption.DRAINS if strategy == "idle" else Disruption.INTERRUPTS


def judge_count(path: FieldPath, before: Maybe, after: Maybe, around: Circumstances) -> Disruption:
    """Judge a count: growth makes nodes; shrinkage takes idle ones, or nobody knows which."""
    removed = as_int(before) - as_int(after)
    if removed < 0 or _is_new_entry(path, around):
        return Disruption.NEW_NODES
    if removed == 0:
        return Disruption.NONE
    if is_logical(around.before):
        return _judge_quota(around)
    old, new = (find_zones(find_named_entry(tree, _find_key(path))) for tree in (around.before, around.after))
    if old and new and old != new:
        # The zones are judged one by one.
        return Disruption.NONE
    return _judge_removal(path, removed, around=around)


def judge_zone(path: FieldPath, before: Maybe, after: Maybe, around: Circumstances) -> Disruption:
    """Judge a zone by its nodes; one that is named for the first time, by the nodes of all zones."""
    if _is_new_entry(path, around):
        return Disruption.NEW_NODES
    if path[-1] != "count":
        return Disruption.NONE
    az = path[4].parts[0] if isinstance(path[4], EntryKey) else ""
    key = _find_key(path)
    if find_zones(find_named_entry(around.before, key)):
        present = as_int(before)
    elif isinstance(around.evidence, Evidence):
        zones = count_zones(around.evidence, key)
        if not is_removed_by_name(zones, find_zones(find_named_entry(around.after, key))):
            return Disruption.INTERRUPTS
        present = zones.get(az, 0)
    else:
        return Disruption.INTERRUPTS
    removed = present - as_int(after)
    if removed <= 0:
        return Disruption.NEW_NODES if removed else Disruption.NONE
    return _judge_removal(path, removed, around=around, az=az)


POOL_JUDGES: tuple[tuple[Pattern, Judge], ...] = (
    (("metadata",), judge_nothing),
    (("spec", "scope"), judge_list),
    (("spec", "jobFlavors"), judge_list),
    (("spec", "driver"), judge_driver),
    ((*_ENTRY, "count"), judge_count),
    ((*_ENTRY, "flavor"), judge_quiet_entry),
    ((*_ENTRY, "nodePool"), judge_quiet_entry),
    ((*_ENTRY, "maxCount"), judge_quiet_entry),
    ((*_ENTRY, "azs"), judge_zone),
    ((*_ENTRY, "tags"), judge_quiet_entry),
    ((*_ENTRY, "labels"), judge_quiet_entry),
    ((*_ENTRY, "taints"), judge_taint),
    (_ENTRY, judge_worst),
    ((), judge_worst),
)


def _find_key(path: FieldPath) -> EntryKey:
    return path[2] if len(path) > len(_ENTRY) - 1 and isinstance(path[2], EntryKey) else EntryKey(parts=("", ""))


def _is_new_entry(path: FieldPath, around: Circumstances) -> bool:
    return path[:2] == _ENTRY[:2] and not find_named_entry(around.before, _find_key(path))


def _judge_quota(around: Circumstances) -> Disruption:
    """Judge a quota: a logical pool owns no nodes, and may shrink while nothing runs on it."""
    evidence = around.evidence
    if not isinstance(evidence, Evidence) or any(job.status in ACTIVE_STATUSES for job in evidence.workloads):
        return Disruption.INTERRUPTS
    return Disruption.DRAINS


def _judge_removal(path: FieldPath, removed: int, *, around: Circumstances, az: str = "") -> Disruption:
    if not isinstance(around.evidence, Evidence):
        return Disruption.INTERRUPTS
    key = _find_key(path)
    constraint = NodeConstraint(flavor=key.parts[0], node_pool=key.parts[1], count=removed, az=az)
    is_enough = len(find_removable(around.evidence, constraint)) >= removed
    return Disruption.DRAINS if is_enough else Disruption.INTERRUPTS
