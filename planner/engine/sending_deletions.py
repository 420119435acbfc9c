"""Deleting a resource: only the one that was planned, and never again once it is gone (semantics 7.3)."""

from planner.core.changes import Failed, Uncertain
from planner.core.live_trees import find_phase
from planner.core.snapshot import LiveResource
from planner.core.staleness import find_moved, report_moved
from planner.engine.run_context import RunContext, Sending, Sent, Step, make_failed, may_repeat, note_start
from planner.engine.sending_patches import check_blocks
from planner.remote.errors import NotFound, RemoteError, may_have_happened


def send_deletion(context: RunContext, step: Step) -> Sending:
    """Send the DELETE where the object is still as planned; one that goes already is only waited for."""
    number, error, may_send = 0, None, True
    while True:
        number += 1
        try:
            fresh = context.gateway.fetch(step.change.kind, step.change.id)
        except RemoteError as unread:
            return _conclude(error, unread)
        if fresh is None or find_phase(fresh) == "Deleting":
            return Sent(live=fresh)
        if not may_send:
            return _conclude(error)
        if refused := _check(context, step, fresh):
            return refused
        try:
            return _send_once(context, step, fresh)
        except NotFound:
            return Sent(live=None)
        except RemoteError as one:
            error, may_send = one, may_repeat(context, "DELETE", one, number=number)


def _conclude(error: RemoteError | None, *unread: RemoteError) -> Failed | Uncertain:
    """Return what a DELETE came to: uncertain where it may have been taken, as no read proves the contrary."""
    diagnostics = tuple(row for one in (error, *unread) if one is not None for row in one.diagnostics)
    is_open = error is not None and may_have_happened(error)
    return Uncertain(diagnostics=diagnostics) if is_open else Failed(diagnostics=diagnostics)


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
