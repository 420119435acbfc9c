"""Deleting a resource: only the one that was planned, and never again once it is gone (semantics 7.3)."""

from planner.core.changes import Failed, Uncertain
from planner.core.live_trees import find_phase
from planner.core.snapshot import LiveResource
from planner.core.staleness import find_moved, report_moved
from planner.engine.run_context import RunContext, Sending, Sent, Step, make_failed, note_start
from planner.engine.sending_patches import check_blocks
from planner.remote.errors import NotFound, RemoteError, may_have_happened


def send_deletion(context: RunContext, step: Step) -> Sending:
    """Send the DELETE where the object is still as planned; one that goes already is only waited for."""
    number, error = 0, None
    while True:
        number += 1
        try:
            fresh = context.gateway.fetch(step.change.kind, step.change.id)
        except RemoteError as unread:
            return Failed(diagnostics=unread.diagnostics) if error is None else Uncertain(diagnostics=error.diagnostics)
        if fresh is None or find_phase(fresh) == "Deleting":
            return Sent(live=fresh)
        if refused := _check(context, step, fresh):
            return refused
        try:
            return _send_once(context, step, fresh)
        except NotFound:
            return Sent(live=None)
        except RemoteError as one:
            error = one
            if context.stop.is_set() or not context.gateway.wait_to_repeat("DELETE", error, number=number):
                diagnostics = error.diagnostics
                return (Uncertain if may_have_happened(error) else Failed)(diagnostics=diagnostics)


def _check(context: RunContext, step: Step, fresh: LiveResource) -> Failed | None:
    moved = find_moved(step.change, fresh, rules=step.rules)
    if moved:
        return make_failed(report_moved(step.change.address, moved))
    return check_blocks(context, step, fresh)


def _send_once(context: RunContext, step: Step, fresh: LiveResource) -> Sent:
    note_start(context, step, body=None, tracked=None)
    operation = step.operation
    context.gateway.send("DELETE", operation.path, body=None, content_type=operation.content_type)
    return Sent(live=fresh)
