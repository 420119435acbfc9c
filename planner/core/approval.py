"""Which changes of a plan a run may make: what was approved, what is blocked, and what hangs on that."""

from collections.abc import Iterable, Iterator
from itertools import product

from planner.core.addresses import Address
from planner.core.changes import Action, Change, FieldChange, Plan
from planner.core.diagnostics import Diagnostic, make_error
from planner.core.digests import make_change_digest
from planner.core.events import ChangeEnded
from planner.core.lazy_dataclass import dataclass, replace
from planner.core.pieces import is_deferred
from planner.core.plan_blocks import WAITING
from planner.core.plan_request import PlanningRequest
from planner.core.rollouts import Staged, is_resting, keep_out
from planner.core.trees import Reference, Tree, find_member
from planner.core.turns import Standing, Standpoint, Turns, name_some, tell_waits


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The changes to make, the addresses that are left out of the run, and those that rollouts leave for later."""

    changes: tuple[Change, ...]
    left_out: tuple[Address, ...] = ()
    deferred: tuple[Address, ...] = ()


def find_expected(plan: Plan, digests: Iterable[str], *, request: PlanningRequest) -> frozenset[Address]:
    """Return the addresses that ``digests``, of the plan or of its changes, approve (semantics 6.4).

    A change that was approved before the object existed that it refers to is approved still: where an apply ended
    between the two, the same digests finish it. ``request`` is what the plan was made of.
    """
    given = frozenset(digests)
    if plan.digest in given:
        return frozenset(one.address for one in plan.changes)
    return frozenset(one.address for one in plan.changes if not given.isdisjoint(_list_digests(one, request=request)))


def _list_digests(change: Change, *, request: PlanningRequest) -> Iterator[str]:
    """Yield the digest of ``change``, and those that it had while ids that it refers to were not known."""
    yield change.digest
    desired = request.desired.resources.get(change.address)
    tree = desired.tree if desired else {}
    spellings = [_list_spellings(one, tree) for one in change.fields]
    if any(len(one) > 1 for one in spellings):
        for fields in product(*spellings):
            yield make_change_digest(replace(change, fields=fields), project_id=request.project_id)


def _list_spellings(field: FieldChange, tree: Tree) -> tuple[FieldChange, ...]:
    """Return a field as it is and, where the files write a reference, as that; no entry of a list holds one."""
    value = find_member(tree, *(step for step in field.path if isinstance(step, str)))
    return (field, replace(field, after=value)) if isinstance(value, Reference) else (field,)


def choose(
    changes: tuple[Change, ...], *, approved: frozenset[Address], skip_blocked: bool, is_whole: bool = False
) -> Chosen:
    """Return the approved changes; with ``skip_blocked`` less the blocked ones and all that need them.

    What only waits for an earlier change is left out by itself (semantics 7.6), and what only waits for its turn in a
    rollout is left for later, unless the run ``is_whole``: a saved plan is made exactly or not at all, or with
    ``skip_blocked`` as far as it may be.
    """
    out = {one.address for one in changes if is_loud(one) and one.address not in approved}
    if not is_whole:
        out |= {one.address for one in changes if is_only_waiting(one)}
    if skip_blocked:
        out |= {one.address for one in changes if one.blocked}
    for one in changes:
        if is_loud(one) and any(need in out for need in one.depends_on):
            out.add(one.address)
    resting = set() if is_whole and not skip_blocked else {one.address for one in changes if is_resting(one)} - out
    return Chosen(
        changes=tuple(one for one in changes if one.address not in out | resting),
        left_out=tuple(one.address for one in changes if one.address in out),
        deferred=tuple(one.address for one in changes if one.address in resting),
    )


def find_run_turns(staged: Staged, chosen: Chosen) -> tuple[Turns, ...]:
    """Return how the rollouts stand when the chosen changes begin: a pool that is left out holds those behind it."""
    out = dict.fromkeys(chosen.left_out, Standpoint(standing=Standing.FAILED, why="is left out"))
    later = dict.fromkeys(chosen.deferred, Standpoint(standing=Standing.LEFT, why="is left for later"))
    waiting = {one.address for one in staged.changes if is_only_waiting(one)}
    return keep_out(staged, {**{one: point for one, point in out.items() if one not in waiting}, **later})


def is_loud(change: Change) -> bool:
    """Tell whether a change does anything that needs approval, be it a move alone."""
    return change.action is not Action.NO_OP or change.previous_address is not None


def is_only_waiting(change: Change) -> bool:
    """Tell whether nothing but an earlier change that is accepted and not finished blocks ``change``."""
    return bool(change.blocked) and all(one.code == WAITING for one in change.blocked)


def report_blocked_run(changes: Iterable[Change]) -> tuple[Diagnostic, ...]:
    """Say that blocked changes keep a run from sending anything (semantics 5.3)."""
    blocked = [str(one.address) for one in changes if one.blocked]
    if not blocked:
        return ()
    return (
        make_error(
            "apply.blocked",
            "Changes are blocked, and nothing was sent",
            detail=f"{', '.join(blocked)}: the plan says why, and what would lift it. To make the other changes "
            "without these, add --skip-blocked.",
        ),
    )


def report_early(changes: Iterable[Change]) -> tuple[Diagnostic, ...]:
    """Say that rollouts keep a saved plan, which is made exactly or not at all, from being made now."""
    early = tell_waits(changes)
    if not early:
        return ()
    return (
        make_error(
            "apply.rollout-waits",
            "A rollout lets the saved plan not be made now",
            detail=f"{early} A saved plan is made exactly or not at all, so nothing was sent. Apply it when "
            "its turn comes, or apply without it: then what waits is left for later.",
        ),
    )


def report_cut_short(plan: Plan, ended: Iterable[ChangeEnded]) -> tuple[Diagnostic, ...]:
    """Say that a window closed while a saved plan was made, so that a part of it is left."""
    left = [one.address for one in ended if is_deferred(one.outcome)]
    if not left:
        return ()
    return (
        make_error(
            "apply.rollout-waits",
            "The saved plan was made in part",
            detail=f"{name_some(left)}: left for later, as a window closed or a pool is still at work. The saved plan "
            "cannot be applied again. To make what is left of it when it is its turn: "
            f"poolctl apply --expect {plan.digest}",
        ),
    )
