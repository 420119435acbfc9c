"""What apply would refuse of one change, judged by the files, the permissions and the clock (semantics 5)."""

import shlex

from planner.core.addresses import Address
from planner.core.changes import Action, Block, Change
from planner.core.desired import Permission
from planner.core.drift import STOP
from planner.core.field_paths import FieldPath
from planner.core.guards import Guarding, find_blocks, name_blocks
from planner.core.holds import find_hold_blocks
from planner.core.lazy_dataclass import replace
from planner.core.permissions import find_valid, parse_permission
from planner.core.plan_request import PlanningRequest
from planner.core.shell_words import quote_word
from planner.core.tallies import Measures

WAITING = "waiting"
"""The code of the block of what is accepted and not finished."""


def find_change_blocks(request: PlanningRequest, change: Change, *, policies: dict[FieldPath, str]) -> Change:
    """Return ``change`` with every reason for which apply would refuse it."""
    if change.action is Action.NO_OP:
        return change
    found = (*_find_drift(change, policies), *_find_waiting(request, change), *_find_holds(request, change))
    found += find_blocks(change, _make_guarding(request, change))
    return replace(change, blocked=name_blocks(found, str(change.address)))


def _make_guarding(request: PlanningRequest, change: Change) -> Guarding:
    resource = request.desired.resources.get(change.address)
    tracked = request.state.resources.get(change.address)
    is_protected = resource.lifecycle.prevent_destroy if resource else bool(tracked and tracked.prevent_destroy)
    return Guarding(
        guards=resource.guards if resource else request.desired.guards,
        permissions=find_permissions(request, change.address),
        freeze=resource.freeze if resource else None,
        prevent_destroy=is_protected,
        now=request.now,
        live=request.snapshot.resources.get(change.address),
        measures=make_measures(request),
    )


def find_permissions(request: PlanningRequest, address: Address) -> tuple[Permission, ...]:
    """Return the permissions of files and options that hold for ``address`` now."""
    asked = filter(None, map(parse_permission, request.inputs.allow))
    return find_valid((*request.desired.permissions, *asked), address, now=request.now)


def make_measures(request: PlanningRequest) -> Measures:
    """Return what nodes are measured by in this plan."""
    return Measures(flavors=request.snapshot.flavors, prices=request.desired.prices)


def _find_drift(change: Change, policies: dict[FieldPath, str]) -> tuple[Block, ...]:
    stopped = [one.label for one in change.fields if policies.get(one.path) == STOP]
    if not stopped or not change.operations:
        return ()
    word = quote_word(change.address)
    return (
        Block(
            code="drift",
            summary="Somebody else changed what the files ask for",
            detail=f"{', '.join(stopped)}: the files ask for what they asked for at the last apply, and the service "
            "has something else. Undoing it could take nodes or jobs away. To undo it once, add "
            f"--revert-drift {word}; to accept it, run: poolctl drift adopt {word}.",
        ),
    )


def _find_holds(request: PlanningRequest, change: Change) -> tuple[Block, ...]:
    tracked = request.state.resources.get(change.address)
    holds = () if tracked is None else tracked.holds
    return tuple(find_hold_blocks(change, holds, rules=request.kinds[change.kind], now=request.now))


def _find_waiting(request: PlanningRequest, change: Change) -> tuple[Block, ...]:
    tracked = request.state.resources.get(change.address)
    if tracked is None or not tracked.waiting or not change.operations:
        return ()
    return (
        Block(
            code=WAITING,
            summary="An earlier change is accepted and not finished",
            detail=f"It still waits for {tracked.waiting}. poolctl wait {shlex.quote(str(change.address))} tells when "
            "the service has finished; plan again then. Other addresses are not held up.",
        ),
    )
