"""Which jobs of a pool a harmful change ends, by the field that does it; and where growth wants its nodes."""

from collections.abc import Callable, Iterable

from planner.core.changes import FieldChange, NodeConstraint
from planner.core.evidence import Growth
from planner.core.field_paths import EntryKey, FieldPath
from planner.core.node_counts import find_matching
from planner.core.snapshot import Evidence, LiveWorkload
from planner.core.trees import Tree, as_int, as_list
from planner.kinds.pool_entries import RESOURCES, find_entries, find_named_entry, find_zones, is_logical

_IsDying = Callable[[LiveWorkload], bool]
_SIZES = frozenset({"count", "azs"})


def make_victim_finder(fields: Iterable[FieldChange], before: Tree, evidence: Evidence) -> _IsDying:
    """Return a predicate that holds for every job that one of ``fields``, all harmful, may end.

    A change of an entry reaches the jobs on its nodes, a job type or job flavor taken away reaches its jobs, and
    what is not known to be narrower reaches all.
    """
    finders = [_make_finder(one, before, evidence) for one in fields]
    return lambda workload: any(is_dying(workload) for is_dying in finders)


def is_removal(path: FieldPath) -> bool:
    """Tell whether a field counts nodes of an entry."""
    return path[:2] == RESOURCES and len(path) > len(RESOURCES) + 1 and path[3] in _SIZES


def find_growth(before: Tree | None, after: Tree | None) -> tuple[Growth, ...]:
    """Return the flavors of which more nodes are wanted, and in which zones where those are written."""
    if is_logical(after or {}):
        return ()
    old = find_entries(before)
    grown = ((key, _find_grown_zones(old.get(key, {}), entry)) for key, entry in find_entries(after).items())
    counts = {key: as_int(entry.get("count")) for key, entry in find_entries(after).items()}
    return tuple(
        Growth(flavor=key.parts[0], zones=zones)
        for key, zones in grown
        if zones or counts[key] > as_int(old.get(key, {}).get("count"))
    )


def _find_grown_zones(old: Tree, new: Tree) -> tuple[str, ...]:
    before = find_zones(old)
    return tuple(az for az, count in find_zones(new).items() if count > before.get(az, 0))


def _make_finder(field: FieldChange, before: Tree, evidence: Evidence) -> _IsDying:
    match field.path:
        case ("spec", "scope"):
            gone = {kind.lower() for kind in _find_gone(field)}
            return lambda workload: workload.type.lower() in gone or not workload.type
        case ("spec", "jobFlavors"):
            flavors = _find_gone(field)
            return lambda workload: workload.flavor in flavors or not workload.flavor
        case ("spec", "resources", EntryKey() as key, *rest) if not is_logical(before):
            # Where no zone was named before, the service may choose in any.
            az = _find_zone(rest) if find_zones(find_named_entry(before, key)) else ""
            addresses = _find_addresses(key, az, evidence)
            return lambda workload: not addresses.isdisjoint(workload.host_ips)
        case _:
            return lambda _workload: True


def _find_zone(steps: list[str | EntryKey]) -> str:
    """Return the zone that the steps below an entry name; empty for the whole entry."""
    match steps:
        case ["azs", EntryKey(parts=(az, *_)), *_]:
            return az
        case _:
            return ""


def _find_gone(field: FieldChange) -> frozenset[str]:
    kept = {str(one) for one in as_list(field.after)}
    return frozenset(str(one) for one in as_list(field.before) if str(one) not in kept)


def _find_addresses(key: EntryKey, az: str, evidence: Evidence) -> frozenset[str]:
    constraint = NodeConstraint(flavor=key.parts[0], node_pool=key.parts[1], count=0, az=az)
    return frozenset(node.private_ip for node in find_matching(evidence.nodes, constraint) if node.private_ip)
