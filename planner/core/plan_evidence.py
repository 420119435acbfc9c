"""What the evidence says in a plan: jobs in danger, zones that are sold out, quotas, and what nobody could look at."""

from collections.abc import Iterator

from planner.core.changes import Action, Change
from planner.core.diagnostics import Diagnostic
from planner.core.endangering import find_endangered
from planner.core.evidence import Growth, SoldOut
from planner.core.evidence_sightings import (
    report_few_idle,
    report_first_zones,
    report_missing_nodes,
    report_no_evidence,
    report_over_quota,
    report_unread,
)
from planner.core.first_zones import find_chosen_by_service
from planner.core.lazy_dataclass import replace
from planner.core.live_trees import find_phase, make_tree
from planner.core.node_counts import find_removable
from planner.core.node_tallies import make_tallies
from planner.core.plan_request import PlanningRequest
from planner.core.preparing import find_entry_keys
from planner.core.sightings import report_released
from planner.core.snapshot import Evidence, LiveFlavor, Unread

_SCALING_FAILED = "ScalingFailed"
_GROWING = frozenset({Action.CREATE, Action.UPDATE, Action.IMPORT, Action.REPLACE})


def add_evidence(request: PlanningRequest, change: Change) -> Change:
    """Return ``change`` with the jobs that it would end and the zones that it cannot grow in."""
    if not change.operations:
        return change
    rules = request.kinds[change.kind]
    evidence = request.snapshot.evidence.get(change.address)
    return replace(
        change,
        endangered=find_endangered(change, evidence, rules=rules),
        sold_out=_find_sold_out(request, change) if change.operations and change.action in _GROWING else (),
    )


def tell_quietly(request: PlanningRequest, changes: tuple[Change, ...]) -> Iterator[Diagnostic]:
    """Yield what a plan has to tell that is no error."""
    for change in changes:
        if change.released:
            yield report_released(change.address, change.released)
        evidence = request.snapshot.evidence.get(change.address)
        if isinstance(evidence, Unread):
            yield report_no_evidence(change.address, evidence.why)
        if isinstance(evidence, Evidence):
            yield from _find_few_idle(change, evidence)
            for found in find_chosen_by_service(change, evidence, rules=request.kinds[change.kind]):
                yield report_first_zones(change.address, found)
        yield from _find_missing_nodes(request, change)
    yield from _tell_project(request, changes)


def _find_sold_out(request: PlanningRequest, change: Change) -> tuple[SoldOut, ...]:
    flavors = request.snapshot.flavors
    if flavors is None or isinstance(flavors, Unread):
        return ()
    # What is replaced needs all its nodes anew.
    before = None if change.action is Action.REPLACE else change.before
    growth = request.kinds[change.kind].find_growth(before, change.after)
    found = (_judge_zones(one, flavors[one.flavor]) for one in growth if one.flavor in flavors)
    return tuple(one for one in found if one.zones)


def _judge_zones(growth: Growth, flavor: LiveFlavor) -> SoldOut:
    wanted = growth.zones or flavor.zones
    zones = tuple(az for az in wanted if az in flavor.sold_out)
    return SoldOut(flavor=flavor.name, zones=zones, is_everywhere=len(zones) == len(wanted))


def _find_few_idle(change: Change, evidence: Evidence) -> Iterator[Diagnostic]:
    """Yield where fewer nodes are idle than a change removes: the rest would take their jobs along (semantics 7.5)."""
    for constraint in (one.nodes for one in change.operations if one.nodes is not None):
        idle = len(find_removable(evidence, constraint))
        if idle < constraint.count:
            yield report_few_idle(change.address, constraint, idle=idle)


def _find_missing_nodes(request: PlanningRequest, change: Change) -> Iterator[Diagnostic]:
    """Yield that nodes never came: the counts are as wanted, so that no field of the plan would say it."""
    live = request.snapshot.resources.get(change.address)
    if live is None or find_phase(live) != _SCALING_FAILED:
        return
    tree, rules = make_tree(live), request.kinds[change.kind]
    tallies = make_tallies(tree, live, rules=rules, keys=find_entry_keys(tree, rules), counts_abnormal=True)
    missing = tuple(one for one in tallies if one.present < one.wanted and not one.creating)
    if missing:
        yield report_missing_nodes(change.address, missing)


def _tell_project(request: PlanningRequest, changes: tuple[Change, ...]) -> Iterator[Diagnostic]:
    flavors, quotas = request.snapshot.flavors, request.snapshot.quotas
    if isinstance(flavors, Unread):
        yield report_unread("flavors", flavors.why)
    if isinstance(quotas, Unread):
        yield report_unread("quotas", quotas.why)
    elif quotas is not None:
        made = [one.kind for one in changes if one.action is Action.CREATE]
        for quota in quotas:
            if made.count(quota.type) > quota.left:
                yield report_over_quota(quota, wanted=made.count(quota.type))
