"""One change from its first request to its record in the state."""

import time
from typing import assert_never

from planner.core.advance import make_kept, record_creation, record_import, record_update
from planner.core.changes import Action, Applied, Change, Failed, Outcome, Skipped, Uncertain, Waiting
from planner.core.diagnostics import Diagnostic, make_error
from planner.core.events import Noticed, OperationBegan, OperationEnded
from planner.core.lazy_dataclass import replace
from planner.core.live_trees import make_seen
from planner.core.pieces import Piece
from planner.core.snapshot import LiveResource
from planner.core.staleness import report_gone
from planner.core.tracking import TrackedResource
from planner.core.trees import find_member
from planner.engine.run_context import RunContext, Sending, Sent, Step, find_pause, make_end, make_failed
from planner.engine.sending_creations import resolve_creation, send_creation
from planner.engine.sending_deletions import send_deletion
from planner.engine.sending_patches import send_patch
from planner.engine.sending_removals import send_removal
from planner.engine.waits import Awaited, wait_until_done, wait_until_ready
from planner.remote.errors import RemoteError

_AT_ONCE = "the answer"


def run_piece(context: RunContext, piece: Piece) -> Outcome:
    """Run the operations of ``piece`` in their order and return the last outcome; a failed one ends it.

    What needs no turn comes first: with it a resource is adopted or forgotten.
    """
    change = piece.change
    if piece.rollout is not None:
        return _run_steps(context, piece)
    match change.action:
        case Action.FORGET:
            context.ledger.record(change.address, None)
            return Applied()
        case Action.NO_OP:
            keep_up(context, change)
            return Applied()
        case Action.IMPORT:
            refused = _adopt(context, change)
            return refused or _run_steps(context, piece)
        case Action.CREATE | Action.UPDATE | Action.REPLACE | Action.DELETE:
            return _run_steps(context, piece)
        case _:
            assert_never(change.action)


def keep_up(context: RunContext, change: Change) -> None:
    """Record what changes in the state alone: fields that are let go, and whether the files protect the address."""
    tracked = context.ledger.find(change.address)
    if tracked is None:
        return
    protected = context.is_protected(change.address)
    kept = make_kept(tracked, change, rules=context.kinds[change.kind], prevent_destroy=protected)
    if kept != tracked or change.previous_address is not None:
        context.ledger.record(change.address, kept)


def _adopt(context: RunContext, change: Change) -> Failed | None:
    try:
        live = context.gateway.fetch(change.kind, change.id)
    except RemoteError as error:
        return Failed(diagnostics=error.diagnostics)
    if live is None:
        return make_failed(report_gone(change.address, change.id))
    tracked = record_import(live, prevent_destroy=context.is_protected(change.address))
    context.ledger.record(change.address, tracked)
    return None


def _run_steps(context: RunContext, piece: Piece) -> Outcome:
    outcome: Outcome = Applied()
    change, total, done = piece.change, len(piece.change.operations), piece.done
    for number, operation in zip(piece.numbers, piece.operations, strict=True):
        if context.stop.is_set():
            return Skipped(why=f"stopped after {len(done)} of {total} operations" if done else "not begun")
        step = Step(
            change=change,
            operation=operation,
            number=number,
            rules=context.kinds[change.kind],
            done=done,
            is_last=number == piece.numbers[-1],
            rollout=piece.rollout,
        )
        context.emit(
            OperationBegan(
                address=change.address,
                action=change.action,
                purpose=operation.purpose,
                number=number,
                total=total,
            )
        )
        outcome = _time_step(context, step)
        if not isinstance(outcome, Applied):
            break
        done = (*done, operation)
    return outcome


def _time_step(context: RunContext, step: Step) -> Outcome:
    began = time.monotonic()
    outcome = _run_step(context, step)
    context.ledger.write(make_end(context, step, outcome))
    context.emit(
        OperationEnded(
            address=step.change.address,
            action=step.change.action,
            purpose=step.operation.purpose,
            outcome=outcome,
            seconds=time.monotonic() - began,
        )
    )
    return outcome


def _run_step(context: RunContext, step: Step) -> Outcome:
    if step.operation.method == "PATCH" or step.operation.nodes:
        ready = wait_until_ready(context, step)
        if isinstance(ready, Waiting):
            return Skipped(why=f"not sent, because it still waits: {ready.what}")
        if isinstance(ready, Failed):
            return ready
    if closed := find_pause(context, step):
        return Skipped(why=closed, is_deferred=True)
    sending = _send(context, step)
    match sending:
        case Sent(live=None):
            context.ledger.record(step.change.address, None)
            return Applied()
        case Sent():
            return _follow(context, step, sending)
        case Failed() | Uncertain():
            return sending
        case _:
            assert_never(sending)


def _send(context: RunContext, step: Step) -> Sending:
    if step.operation.nodes:
        return send_removal(context, step, step.operation.nodes)
    match step.operation.method:
        case "PATCH":
            return send_patch(context, step)
        case "DELETE":
            return send_deletion(context, step)
        case "POST":
            return send_creation(context, step)
        case method:
            return make_failed(_report_method(method))


def _report_method(method: str) -> Diagnostic:
    detail = f"The plan holds a {method} request, and there is none in the API."
    return make_error("apply.bad-operation", "An operation cannot be sent", detail=detail)


def _follow(context: RunContext, step: Step, sent: Sent) -> Outcome:
    """Record what was sent, wait until the service is there, and record what it came to.

    A rollout waits for a driver that waits for jobs to end: its next batch may not start before.
    """
    address, live = step.change.address, sent.live
    is_leaving = step.operation.method == "DELETE"
    recorded = context.ledger.find(address) if is_leaving or live is None else _record(context, step, sent, live=live)
    if step.operation.waits_for == _AT_ONCE or live is None:
        _note(context, step, recorded, live=live)
        return Applied(live=live)
    _note(context, step, recorded, waiting=step.operation.waits_for)
    if step.is_last and (context.wait_for == "accepted" or (_is_patient(step) and step.rollout is None)):
        return Waiting(what=step.operation.waits_for, live=live)
    awaited = wait_until_done(context, step, sent, id_=live.id)
    match awaited:
        case Awaited(live=None):
            context.ledger.record(address, None)
            return Applied()
        case Awaited():
            _note(context, step, recorded, live=awaited.live)
            for one in awaited.reached.diagnostics:
                context.emit(Noticed(text=f"{address}: {one.summary}. {one.detail}"))
            return Applied(live=awaited.live)
        case Waiting():
            _note(context, step, recorded, live=awaited.live, waiting=awaited.what)
            return awaited
        case Failed():
            _note(context, step, recorded)
            return awaited
        case _:
            assert_never(awaited)


def _record(context: RunContext, step: Step, sent: Sent, *, live: LiveResource) -> TrackedResource | None:
    """Return the record once the request was taken; what was made is ours from its first answer on."""
    protected = context.is_protected(step.change.address)
    if step.operation.method == "POST" and not step.operation.nodes:
        tree = resolve_creation(context, step)
        return record_creation(tree, live, rules=step.rules, prevent_destroy=protected)
    tracked = context.ledger.find(step.change.address)
    if tracked is None:
        return None
    updated = record_update(tracked, step.change, sent=sent.intents, live=live, rules=step.rules)
    return replace(updated, prevent_destroy=protected)


def _note(
    context: RunContext,
    step: Step,
    tracked: TrackedResource | None,
    *,
    live: LiveResource | None = None,
    waiting: str = "",
) -> None:
    if tracked is not None:
        seen = tracked.last_seen if live is None else make_seen(live)
        context.ledger.record(step.change.address, replace(tracked, last_seen=seen, waiting=waiting))


def _is_patient(step: Step) -> bool:
    """Tell whether this is a driver upgrade that waits for jobs to end: nobody waits for it (semantics 7.6).

    A new pool has no jobs yet: it is waited for, whatever the strategy of its driver.
    """
    if step.operation.method != "PATCH":
        return False
    strategy = find_member(step.change.after or {}, "spec", "driver", "updateStrategy")
    return strategy == "idle" and any(one.path[:2] == ("spec", "driver") for one in step.operation.intents)
