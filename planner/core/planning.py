"""The plan: what to do about every address, in order, with what apply would refuse (semantics 1-7).

Pure: the same files, state, snapshot and options give the same plan, byte for byte.
"""

from collections.abc import Iterator

from planner.core.addresses import Address
from planner.core.changes import Action, Change, FieldChange, Plan, PlanSummary
from planner.core.diagnostics import Diagnostic, has_errors
from planner.core.digests import make_plan_digest
from planner.core.guards import name_blocks
from planner.core.node_counts import find_removable
from planner.core.plan_blocks import find_change_blocks
from planner.core.plan_changes import Considered, consider
from planner.core.plan_checks import find_request_faults, find_surroundings_faults
from planner.core.plan_order import order_changes
from planner.core.plan_request import PlanningRequest, find_owners
from planner.core.plan_selection import find_selected
from planner.core.sightings import report_few_idle, report_no_evidence, report_released
from planner.core.snapshot import Evidence, Unread
from planner.core.trees import as_int

_RENEWING = frozenset({Action.REPLACE})


def build_plan(request: PlanningRequest) -> Plan:
    """Return the plan; where its diagnostics hold an error, it must not be applied."""
    owners = find_owners(request)
    considered = _consider_all(request, find_selected(request, owners=owners))
    found = tuple(one.change for one in considered if one.change is not None)
    diagnostics = [*find_request_faults(request), *(fault for one in considered for fault in one.diagnostics)]
    diagnostics += find_surroundings_faults(request, found, owners=owners)
    changes, cycle = order_changes(request, found, owners=owners)
    policies = {one.address: one.policies for one in considered}
    blocked = tuple(find_change_blocks(request, one, policies=policies[one.address]) for one in changes)
    return Plan(
        digest=make_plan_digest(blocked),
        basis=request.basis,
        inputs=request.inputs,
        summary=_summarise(request, blocked),
        changes=blocked,
        drift=tuple(row for one in considered for row in one.drift),
        diagnostics=(*diagnostics, *cycle, *_tell_quietly(request, blocked)),
        blocked=tuple(block for one in blocked for block in name_blocks(one.blocked, str(one.address))),
    )


def is_plannable(plan: Plan) -> bool:
    """Tell whether ``plan`` may be shown and applied: nothing in it is an error."""
    return not has_errors(plan.diagnostics)


def find_evidence_needs(plan: Plan) -> frozenset[Address]:
    """Return the pools whose nodes and workloads decide what ``plan`` does to jobs (semantics 1.6)."""
    return frozenset(one.address for one in plan.changes if one.kind == "pool" and _is_deciding(one))


def _is_deciding(change: Change) -> bool:
    if change.action in {Action.DELETE, Action.REPLACE}:
        return True
    if change.action not in {Action.UPDATE, Action.IMPORT}:
        return False
    shrinks = any(operation.nodes for operation in change.operations)
    return shrinks or any(_is_harmful(one) for one in change.fields)


def _is_harmful(field: FieldChange) -> bool:
    """Tell whether only a look at the jobs says what the change of a field does to them."""
    match field.path:
        case ("spec", "driver", *_):
            return True
        case ("spec", "resources", _, "azs", *_):
            return True
        case ("spec", "resources", _, "count"):
            return as_int(field.after) < as_int(field.before)
        case _:
            return False


def _consider_all(request: PlanningRequest, selected: frozenset[Address]) -> tuple[Considered, ...]:
    """Consider each address; once more where another gets a new object, whose id is then not known yet."""
    considered = tuple(consider(request, address) for address in sorted(selected))
    renewed = frozenset(one.address for one in considered if one.change and one.change.action in _RENEWING)
    if not renewed:
        return considered
    return tuple(consider(request, one.address, renewed=renewed) for one in considered)


def _summarise(request: PlanningRequest, changes: tuple[Change, ...]) -> PlanSummary:
    counts = {action: sum(1 for one in changes if one.action is action) for action in Action}
    return PlanSummary(
        create=counts[Action.CREATE],
        update=counts[Action.UPDATE],
        replace=counts[Action.REPLACE],
        delete=counts[Action.DELETE],
        import_=counts[Action.IMPORT],
        forget=counts[Action.FORGET],
        no_op=counts[Action.NO_OP],
        move=0,
        nodes_before=sum(one.nodes_before for one in changes),
        nodes_after=sum(one.nodes_after for one in changes),
        is_partial=bool(request.inputs.target or request.inputs.exclude),
    )


def _tell_quietly(request: PlanningRequest, changes: tuple[Change, ...]) -> Iterator[Diagnostic]:
    for change in changes:
        if change.released:
            yield report_released(change.address, change.released)
        evidence = request.snapshot.evidence.get(change.address)
        if isinstance(evidence, Unread):
            yield report_no_evidence(change.address, evidence.why)
        if isinstance(evidence, Evidence):
            yield from _find_few_idle(change, evidence)


def _find_few_idle(change: Change, evidence: Evidence) -> Iterator[Diagnostic]:
    """Yield where fewer nodes are idle than a change removes: the rest would take their jobs along (semantics 7.5)."""
    for constraint in (one.nodes for one in change.operations if one.nodes is not None):
        idle = len(find_removable(evidence, constraint))
        if idle < constraint.count:
            yield report_few_idle(change.address, constraint, idle=idle)
