"""Sending a PATCH: read, rebuild on what is there, send once; after a fault read and rebuild again (semantics 6.1)."""

from typing import Final

from planner.core.advance import record_update
from planner.core.assign import find_field
from planner.core.changes import Change, Disruption, Failed, Uncertain
from planner.core.diagnostics import Diagnostic, make_error
from planner.core.lazy_dataclass import replace
from planner.core.list_order import is_same_field
from planner.core.live_trees import make_tree
from planner.core.node_counts import find_surplus
from planner.core.preparing import RESOURCES
from planner.core.rebuild import Rebuilt, Stale, rebuild
from planner.core.schedule import apply_intents
from planner.core.snapshot import LiveResource
from planner.core.staleness import find_other, report_blocked, report_gone, report_moved, report_worse
from planner.core.trees import Tree
from planner.engine.run_context import RunContext, Sending, Sent, Step, find_pause, make_failed, may_repeat, note_start
from planner.remote.errors import RemoteError, may_have_happened
from planner.remote.gateway import parse_answer

_READS_TO_CATCH_UP: Final = 3


def send_patch(context: RunContext, step: Step) -> Sending:
    """Send the fields of a PATCH that are not yet as wanted, and return what came of it."""
    number = 0
    lost: RemoteError | None = None
    while True:
        number += 1
        prepared = _prepare(context, step)
        if isinstance(prepared, Failed):
            return prepared if lost is None else _doubt(lost, prepared)
        fresh, rebuilt = prepared
        if not rebuilt.sent:
            done = step.operation.intents if lost is not None or step.is_settling else ()
            return Sent(live=fresh, intents=done)
        try:
            return _send_once(context, step, fresh=fresh, rebuilt=rebuilt)
        except RemoteError as error:
            lost = error if may_have_happened(error) else lost
            if not may_repeat(context, "PATCH", error, number=number) or find_pause(context, step):
                return _conclude(context, step, lost or error)


def check_blocks(context: RunContext, step: Step, fresh: LiveResource) -> Failed | None:
    """Judge the change again on a fresh read: guards before its first request, clocks and phases before each."""
    change = step.change
    rows = step.rules.count_nodes(make_tree(fresh), _apply_all(change, fresh, step)) if step.is_first else ()
    blocks = context.find_blocks(replace(change, nodes=rows), fresh)
    return make_failed(report_blocked(change.address, blocks)) if blocks else None


def _apply_all(change: Change, fresh: LiveResource, step: Step) -> Tree | None:
    if change.after is None:
        return None
    tree = make_tree(fresh)
    for operation in change.operations:
        tree = apply_intents(tree, operation.intents, rules=step.rules)
    return tree


def _prepare(context: RunContext, step: Step) -> tuple[LiveResource, Rebuilt] | Failed:
    change = step.change
    try:
        fresh = _fetch_fresh(context, step)
    except RemoteError as error:
        return Failed(diagnostics=error.diagnostics)
    if fresh is None:
        return make_failed(report_gone(change.address, change.id))
    rebuilt = _rebuild(step, fresh)
    moved = rebuilt.moved if isinstance(rebuilt, Stale) else find_other(change, fresh)
    if isinstance(rebuilt, Stale) or moved:
        return make_failed(report_moved(change.address, moved))
    if rebuilt.sent and (refused := check_blocks(context, step, fresh) or _check_nodes(step, fresh)):
        return refused
    return fresh, rebuilt


def _fetch_fresh(context: RunContext, step: Step) -> LiveResource | None:
    """Return the object; a read from before the last operation would undo it, as lists are sent whole."""
    fresh = context.gateway.fetch(step.change.kind, step.change.id)
    for _ in range(_READS_TO_CATCH_UP):
        if fresh is None or not _is_behind(step, fresh):
            break
        context.stop.wait(context.gateway.poll_interval)
        fresh = context.gateway.fetch(step.change.kind, step.change.id)
    return fresh


def _is_behind(step: Step, fresh: LiveResource) -> bool:
    """Tell whether nodes that an earlier operation added are not in ``fresh``, or those that it removed still are."""
    if _check_nodes(step, fresh):
        return True
    tree = make_tree(fresh)
    return any(
        is_same_field(find_field(tree, one.path, rules=step.rules), one.before, path=one.path, rules=step.rules)
        for operation in step.done
        if operation.nodes is None
        for one in operation.intents
        if one.path[:2] == RESOURCES and one.path[-1] in ("count", "flavor")
    )


def _rebuild(step: Step, fresh: LiveResource) -> Rebuilt | Stale:
    return rebuild(
        step.operation,
        make_tree(fresh),
        after=step.change.after or {},
        rules=step.rules,
        is_settling=step.is_settling,
    )


def _check_nodes(step: Step, fresh: LiveResource) -> Failed | None:
    """Refuse to lower a count while more nodes are there: the service would choose which go (semantics 7.5)."""
    if not step.is_settling or step.change.disruption >= Disruption.INTERRUPTS:
        return None
    target = apply_intents(make_tree(fresh), step.operation.intents, rules=step.rules)
    if not find_surplus(fresh, step.rules.count_nodes(target, target)):
        return None
    now = "Nodes came back after the idle ones were removed, and the service would choose which of them go."
    return make_failed(report_worse(step.change.address, planned=step.change.disruption, now=now))


def _send_once(context: RunContext, step: Step, *, fresh: LiveResource, rebuilt: Rebuilt) -> Sent:
    tracked = context.ledger.find(step.change.address)
    if tracked is not None:
        tracked = record_update(tracked, step.change, sent=rebuilt.sent, live=fresh, rules=step.rules)
    note_start(context, step, body=rebuilt.body, tracked=tracked)
    operation = step.operation
    answer = context.gateway.send("PATCH", operation.path, body=rebuilt.body, content_type=operation.content_type)
    done = operation.intents if step.is_settling else rebuilt.sent
    return Sent(live=parse_answer(answer), intents=done)


def _doubt(lost: RemoteError, failed: Failed) -> Uncertain:
    """Return the end of a PATCH whose answer was lost, and after which no read could tell what it did."""
    return Uncertain(diagnostics=(*lost.diagnostics, *failed.diagnostics))


def _conclude(context: RunContext, step: Step, error: RemoteError) -> Sending:
    """Find out by one last read what a request did whose answer is lost."""
    if not may_have_happened(error):
        return Failed(diagnostics=error.diagnostics)
    try:
        fresh = context.gateway.fetch(step.change.kind, step.change.id)
    except RemoteError as unread:
        return Uncertain(diagnostics=(*error.diagnostics, *unread.diagnostics))
    rebuilt = _rebuild(step, fresh) if fresh is not None else None
    if fresh is None or isinstance(rebuilt, Stale):
        return Uncertain(diagnostics=error.diagnostics)
    if rebuilt is not None and not rebuilt.sent:
        return Sent(live=fresh, intents=step.operation.intents)
    return Failed(diagnostics=(*error.diagnostics, _report_no_effect(step)))


def _report_no_effect(step: Step) -> Diagnostic:
    return make_error(
        "apply.no-effect",
        "The service did not make the change",
        detail="A read after the last attempt shows the fields as they were. Apply again later.",
        address=str(step.change.address),
    )
