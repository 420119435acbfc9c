"""The plan: what to do about every address, in order, with what apply would refuse (semantics 1-7).

Pure: the same files, state, snapshot and options give the same plan, byte for byte.
"""

from planner.core.addresses import Address
from planner.core.changes import Action, Change, Plan
from planner.core.diagnostics import Diagnostic, has_errors
from planner.core.digests import make_plan_digest, seal_change
from planner.core.guard_record import find_loosened
from planner.core.guards import name_blocks
from planner.core.lazy_dataclass import replace
from planner.core.measuring import find_accelerators, find_hourly_cost, measure_change
from planner.core.plan_blocks import find_change_blocks, make_measures
from planner.core.plan_changes import Considered, consider
from planner.core.plan_checks import find_request_faults, find_surroundings_faults
from planner.core.plan_evidence import add_evidence, tell_quietly
from planner.core.plan_order import order_changes
from planner.core.plan_request import PlanningRequest, find_owners
from planner.core.plan_selection import find_selected
from planner.core.plan_summary import is_partial, summarise
from planner.core.policies import tell_policies
from planner.core.rollouts import find_late_windows, find_shared_requests, stage
from planner.core.run_guards import find_broken_policies, judge_run
from planner.core.snapshot import Unread

_RENEWING = frozenset({Action.REPLACE})


def build_plan(request: PlanningRequest) -> Plan:
    """Return the plan; where its diagnostics hold an error, it must not be applied."""
    owners = find_owners(request)
    considered = _consider_all(request, find_selected(request, owners=owners))
    found = tuple(_note_move(request, one.change) for one in considered if one.change is not None)
    diagnostics = [*find_request_faults(request), *(fault for one in considered for fault in one.diagnostics)]
    diagnostics += find_surroundings_faults(request, found, owners=owners)
    changes, cycle = order_changes(request, found, owners=owners)
    policies = {one.address: one.policies for one in considered}
    seen = (measure_change(add_evidence(request, one), request.desired.prices) for one in changes)
    judged = judge_run(request, (find_change_blocks(request, one, policies=policies[one.address]) for one in seen))
    staged = stage(request, judged)
    blocked = staged.changes
    diagnostics += (*find_shared_requests(blocked), *find_late_windows(request, staged))
    return Plan(
        digest=make_plan_digest(blocked),
        basis=request.basis,
        inputs=request.inputs,
        summary=summarise(
            blocked,
            is_partial=is_partial(request.inputs),
            cost=find_hourly_cost((row for one in blocked for row in one.nodes), request.desired.prices),
        ),
        changes=blocked,
        drift=tuple(row for one in considered for row in one.drift),
        diagnostics=(*diagnostics, *cycle, *tell_quietly(request, blocked), *_tell_policies(request, blocked)),
        blocked=tuple(block for one in blocked for block in name_blocks(one.blocked, str(one.address))),
        quotas=None if isinstance(request.snapshot.quotas, Unread) else request.snapshot.quotas,
        loosened=find_loosened(request.state.guards, request.desired),
        accelerators=find_accelerators(blocked, make_measures(request)),
        rollouts=staged.rollouts,
    )


def is_plannable(plan: Plan) -> bool:
    """Tell whether ``plan`` may be shown and applied: nothing in it is an error."""
    return not has_errors(plan.diagnostics)


def _tell_policies(request: PlanningRequest, changes: tuple[Change, ...]) -> tuple[Diagnostic, ...]:
    return tell_policies(find_broken_policies(request, changes), changes)


def _note_move(request: PlanningRequest, change: Change) -> Change:
    """Return ``change`` with the address that its resource had, which is part of what is approved."""
    previous = request.previous.get(change.address)
    if previous is None:
        return change
    return seal_change(replace(change, previous_address=previous), project_id=request.project_id)


def _consider_all(request: PlanningRequest, selected: frozenset[Address]) -> tuple[Considered, ...]:
    """Consider each address; once more where another gets a new object, whose id is then not known yet."""
    considered = tuple(consider(request, address) for address in sorted(selected))
    renewed = frozenset(one.address for one in considered if one.change and one.change.action in _RENEWING)
    if not renewed:
        return considered
    return tuple(consider(request, one.address, renewed=renewed) for one in considered)
