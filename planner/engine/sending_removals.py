"""Removing nodes by name: idle ones are chosen right before the request (semantics 7.5)."""

from planner.core.advance import record_update
from planner.core.changes import Disruption, Failed, NodeConstraint, Uncertain
from planner.core.live_trees import make_tree
from planner.core.node_counts import find_matching, find_removable
from planner.core.rebuild import Stale, rebuild
from planner.core.snapshot import Evidence, LiveResource, Unread
from planner.core.staleness import find_other, report_gone, report_moved, report_worse
from planner.core.trees import Value, as_int
from planner.engine.run_context import RunContext, Sending, Sent, Step, make_failed, may_repeat, note_start
from planner.engine.sending_patches import check_blocks
from planner.remote.errors import RemoteError, may_have_happened

_STAYING = frozenset({"Available", "Creating", "Abnormal", "Checking", ""})


def send_removal(context: RunContext, step: Step, constraint: NodeConstraint) -> Sending:
    """Delete as many idle nodes by name as the constraint wants, and return which.

    Where fewer are idle nothing is sent, unless the change may interrupt jobs: then the idle ones go
    by name and the rest by count, with the PATCH that follows.
    """
    prepared = _prepare(context, step)
    if not isinstance(prepared, LiveResource):
        return prepared
    names = _choose(context, step, constraint)
    if isinstance(names, Failed):
        return names
    return _send(context, step, names=names, live=prepared) if names else Sent(live=prepared)


def _prepare(context: RunContext, step: Step) -> LiveResource | Sent | Failed:
    """Check that the counts are as planned; nodes that are gone already are not removed again."""
    change = step.change
    try:
        fresh = context.gateway.fetch(change.kind, change.id)
    except RemoteError as error:
        return Failed(diagnostics=error.diagnostics)
    if fresh is None:
        return make_failed(report_gone(change.address, change.id))
    rebuilt = rebuild(step.operation, make_tree(fresh), after=change.after or {}, rules=step.rules)
    moved = rebuilt.moved if isinstance(rebuilt, Stale) else find_other(change, fresh)
    if isinstance(rebuilt, Stale) or moved:
        return make_failed(report_moved(change.address, moved))
    return (check_blocks(context, step, fresh) or fresh) if rebuilt.sent else Sent(live=fresh)


def _choose(context: RunContext, step: Step, constraint: NodeConstraint) -> tuple[str, ...] | Failed:
    evidence = context.gateway.fetch_evidence(step.change.id)
    may_interrupt = step.change.disruption >= Disruption.INTERRUPTS
    if isinstance(evidence, Unread):
        return () if may_interrupt else _refuse(step, f"The jobs could not be looked at: {evidence.why}")
    free = tuple(one.name for one in find_removable(evidence, constraint))
    wanted = _count_wanted(step, evidence, constraint)
    if len(free) < wanted and not may_interrupt:
        return _refuse(step, f"{len(free)} of the {wanted} nodes to remove are idle now.")
    return free[:wanted]


def _count_wanted(step: Step, evidence: Evidence, constraint: NodeConstraint) -> int:
    """Return how many nodes are to go: fewer than planned where fewer are there than the count says.

    An interrupted run may have removed them already, and after a failed growth they never came.
    """
    targets = [as_int(one.after) for one in step.operation.intents if one.path[-1] == "count"]
    present = len(find_matching(evidence.nodes, constraint))
    surplus = present - targets[0] if targets else constraint.count
    return max(0, min(constraint.count, surplus))


def _send(context: RunContext, step: Step, *, names: tuple[str, ...], live: LiveResource) -> Sending:
    """Send the names; after a fault only those are sent again that a read shows still there and idle."""
    number, left = 0, names
    while left:
        number += 1
        try:
            _send_once(context, step, names=left, live=live)
        except RemoteError as error:
            may_send = may_repeat(context, "POST", error, number=number)
            found = _find_left(context, step, names)
            if found is None or (found and not may_send):
                return (Uncertain if may_have_happened(error) else Failed)(diagnostics=error.diagnostics)
            if found and _are_busy(context, step, found):
                return _refuse(step, "Jobs were placed on the nodes that were to be removed.")
            left = found
        else:
            break
    return Sent(live=live, removed=names)


def _send_once(context: RunContext, step: Step, *, names: tuple[str, ...], live: LiveResource) -> None:
    body: Value = {"deleteNodeNames": [*names]}
    operation, tracked = step.operation, context.ledger.find(step.change.address)
    if tracked is not None:
        tracked = record_update(tracked, step.change, sent=operation.intents, live=live, rules=step.rules)
    note_start(context, step, body=body, tracked=tracked)
    context.gateway.send("POST", operation.path, body=body, content_type=operation.content_type)


def _find_left(context: RunContext, step: Step, names: tuple[str, ...]) -> tuple[str, ...] | None:
    """Return those of ``names`` that are not on their way out; None where that cannot be read."""
    evidence = context.gateway.fetch_evidence(step.change.id)
    if isinstance(evidence, Unread):
        return None
    staying = {one.name for one in evidence.nodes if one.phase in _STAYING}
    return tuple(one for one in names if one in staying)


def _are_busy(context: RunContext, step: Step, names: tuple[str, ...]) -> bool:
    constraint, evidence = step.operation.nodes, context.gateway.fetch_evidence(step.change.id)
    if constraint is None or not isinstance(evidence, Evidence):
        return True
    return not set(names) <= {one.name for one in find_removable(evidence, constraint)}


def _refuse(step: Step, now: str) -> Failed:
    return make_failed(report_worse(step.change.address, planned=step.change.disruption, now=now))
