"""``[guards.run]`` and policies: what a run as a whole may do, over all its changes (semantics 5.2)."""

from collections.abc import Iterable, Mapping

from planner.core.addresses import Address
from planner.core.changes import Block, Change, Disruption
from planner.core.desired import NO_LIMITS, Guards
from planner.core.guards import make_excess_block
from planner.core.lazy_dataclass import dataclass, replace
from planner.core.limits import Excess, find_excesses
from planner.core.permissions import find_allowed_removals, is_disruption_allowed
from planner.core.plan_blocks import find_permissions, make_measures
from planner.core.plan_request import PlanningRequest
from planner.core.policies import CODE as POLICY
from planner.core.policies import Broken, find_broken, find_policy_blocks
from planner.core.policy_views import Costs
from planner.core.tallies import Tally, add_tallies, make_whole_tally

_RUN = "run"
_PREFIX = f"{_RUN}."


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one change adds to the run; nodes that a permission lets go do not count against limits on removal."""

    change: Change
    tally: Tally
    may_remove: bool
    may_disrupt: bool


def judge_run(request: PlanningRequest, changes: Iterable[Change]) -> tuple[Change, ...]:
    """Return ``changes``, judged anew as one run: each that has a part in an exceeded limit is blocked by it."""
    rows = tuple(replace(one, blocked=drop_run_blocks(one.blocked)) if one.blocked else one for one in changes)
    return _judge_guards(request, _judge_policies(request, rows))


def find_broken_policies(request: PlanningRequest, changes: tuple[Change, ...]) -> tuple[Broken, ...]:
    """Return the policies of the files that ``changes`` together do not keep."""
    costs = Costs(flavors=request.snapshot.flavors, prices=request.desired.prices)
    return find_broken(request.desired.policies, changes, judge=request.judge, costs=costs)


def _judge_policies(request: PlanningRequest, rows: tuple[Change, ...]) -> tuple[Change, ...]:
    if not request.desired.policies:
        return rows
    blocks = find_policy_blocks(find_broken_policies(request, rows), rows)
    return tuple(replace(one, blocked=(*one.blocked, *blocks.get(one.address, ()))) for one in rows)


def _judge_guards(request: PlanningRequest, rows: tuple[Change, ...]) -> tuple[Change, ...]:
    if request.desired.run_guards == NO_LIMITS:
        return rows
    blocks = find_run_blocks(request.desired.run_guards, [make_part(request, one) for one in rows])
    return tuple(replace(one, blocked=(*one.blocked, *blocks.get(one.address, ()))) for one in rows)


def drop_run_blocks(blocks: Iterable[Block]) -> tuple[Block, ...]:
    """Return ``blocks`` less those of the run as a whole, policies among them."""
    return tuple(one for one in blocks if not one.code.startswith(_PREFIX) and one.code != POLICY)


def make_part(request: PlanningRequest, change: Change) -> Part:
    """Return the part of ``change`` in a run, by the permissions that hold now."""
    permissions = find_permissions(request, change.address)
    tally = make_whole_tally(change, make_measures(request)) if change.operations else _make_idle_tally(change)
    return Part(
        change=change,
        tally=tally,
        may_remove=tally.removed <= find_allowed_removals(permissions),
        may_disrupt=is_disruption_allowed(change.disruption, permissions),
    )


def find_run_blocks(guards: Guards, parts: Iterable[Part]) -> Mapping[Address, tuple[Block, ...]]:
    """Return the blocks of each change that has a part in a limit of ``guards`` that all together exceed."""
    listed = tuple(parts)
    removals = find_excesses(guards, add_tallies(_keep_removals(one) for one in listed))
    rest = find_excesses(guards, add_tallies(one.tally for one in listed))
    excesses = (*(one for one in removals if one.is_removal), *(one for one in rest if not one.is_removal))
    found: dict[Address, tuple[Block, ...]] = {}
    for part in listed:
        blocks = (*_find_excess_blocks(part, excesses), *_find_disruption(part, guards))
        if blocks and part.change.operations:
            found[part.change.address] = tuple(replace(one, address=str(part.change.address)) for one in blocks)
    return found


def _make_idle_tally(change: Change) -> Tally:
    return Tally(before=change.nodes_before)


def _keep_removals(part: Part) -> Tally:
    if not part.may_remove:
        return part.tally
    return replace(part.tally, removed=0, accelerators_removed=0, unmeasured=())


def _find_excess_blocks(part: Part, excesses: Iterable[Excess]) -> tuple[Block, ...]:
    return tuple(
        make_excess_block(one, removed=part.tally.removed, subject="the whole run", scope=_RUN)
        for one in excesses
        if _has_part(part, one)
    )


def _has_part(part: Part, excess: Excess) -> bool:
    if excess.is_removal:
        return part.tally.removed > 0 and not part.may_remove
    return part.tally.added > 0


def _find_disruption(part: Part, guards: Guards) -> tuple[Block, ...]:
    limit = next(one for one in Disruption if one.word == guards.max_disruption)
    if part.change.disruption <= limit or part.may_disrupt:
        return ()
    word = part.change.disruption.word
    return (
        Block(
            code=f"{_PREFIX}max_disruption",
            summary="The change disrupts more than the guards of the whole run allow",
            detail=f"It is of class {word}, and max_disruption is {limit.word} in [guards.run]. Where that is meant, "
            f"permit {word} for it by --allow, or by an [[allow]] block that a reviewer sees.",
        ),
    )
