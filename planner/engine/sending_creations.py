"""Making a resource once: a lost answer is settled by reading before anything is sent again (semantics 8.2)."""

from planner.core.adoption import is_made_from
from planner.core.advance import record_creation
from planner.core.changes import Failed, Uncertain
from planner.core.diagnostics import Diagnostic, make_error
from planner.core.live_trees import find_display_name, find_workspace
from planner.core.references import find_references, resolve_tree
from planner.core.schedule import make_creation_body
from planner.core.shell_words import quote_word
from planner.core.snapshot import LiveResource
from planner.core.staleness import report_appeared
from planner.core.trees import Tree
from planner.engine.run_context import RunContext, Sending, Sent, Step, make_failed, may_repeat, note_start
from planner.remote.errors import Conflict, RemoteError, may_have_happened
from planner.remote.gateway import parse_answer

UNKNOWN_ID = "(not known yet)"
"""Stands in the journal for the id of an object whose creation has no answer yet."""


def send_creation(context: RunContext, step: Step) -> Sending:
    """Make the resource, unless its name is taken; never twice."""
    tree = resolve_creation(context, step)
    missing = next(iter(find_references(tree)), None)
    if missing is not None:
        return make_failed(_report_unresolved(step, str(missing)))
    return _send(context, step, tree=tree)


def resolve_creation(context: RunContext, step: Step) -> Tree:
    """Return the tree that is sent: references replaced by the ids that this run has recorded."""
    return resolve_tree(step.change.after or {}, context.ledger.find_ids())


def _send(context: RunContext, step: Step, *, tree: Tree) -> Sending:
    number, since, may_send = 0, "", True
    error: RemoteError | None = None
    lost: RemoteError | None = None
    while True:
        number += 1
        try:
            found = _find_twin(context, step, tree)
        except RemoteError as unread:
            return _conclude(lost, unread)
        if found is not None:
            return _judge_twin(step, found, tree=tree, since=since, is_sent=lost is not None)
        if not may_send:
            # What no list shows may still come: a list proves presence, never absence.
            return _conclude(lost, error)
        since = since or context.gateway.service_date
        try:
            return _send_once(context, step, tree=tree)
        except RemoteError as one:
            is_open = may_have_happened(one) or (isinstance(one, Conflict) and lost is not None)
            error, lost = one, one if is_open else lost
            may_send = may_repeat(context, "POST", one, number=number)


def _send_once(context: RunContext, step: Step, *, tree: Tree) -> Sent:
    unknown = LiveResource(id=UNKNOWN_ID, metadata={}, spec={})
    tracked = record_creation(
        tree, unknown, rules=step.rules, prevent_destroy=context.is_protected(step.change.address)
    )
    body = make_creation_body(tree, step.rules)
    note_start(context, step, body=body, tracked=tracked)
    operation = step.operation
    answer = context.gateway.send("POST", operation.path, body=body, content_type=operation.content_type)
    return Sent(live=parse_answer(answer), intents=operation.intents)


def _conclude(lost: RemoteError | None, error: RemoteError | None) -> Failed | Uncertain:
    """Return what a creation came to that no read shows; ``lost`` is the attempt that may have made it."""
    faults = dict.fromkeys(one for one in (lost, error) if one is not None)
    diagnostics = tuple(row for one in faults for row in one.diagnostics)
    return Failed(diagnostics=diagnostics) if lost is None else Uncertain(diagnostics=diagnostics)


def _find_twin(context: RunContext, step: Step, tree: Tree) -> LiveResource | None:
    """Return the object with our name; not the one that was just deleted, which a list may still show."""
    found = context.gateway.fetch_named(step.change.kind, find_display_name(tree), workspace=find_workspace(tree))
    if found is not None and found.id == step.change.id:
        return context.gateway.fetch(step.change.kind, found.id)
    return found


def _judge_twin(step: Step, found: LiveResource, *, tree: Tree, since: str, is_sent: bool) -> Sending:
    """Adopt the object with our name only if it can be nothing but the one that we asked for."""
    if not is_sent:
        return make_failed(report_appeared(step.change.address, found.id))
    if is_made_from(tree, found, since=since, rules=step.rules):
        return Sent(live=found, intents=step.operation.intents)
    return Uncertain(diagnostics=(_report_stranger(step, found),))


def _report_unresolved(step: Step, reference: str) -> Diagnostic:
    return make_error(
        "apply.unresolved",
        "What this resource refers to is not there",
        detail=f"{reference} has no id yet: its own change did not end well, or it was left out. Apply it first.",
        address=str(step.change.address),
    )


def _report_stranger(step: Step, found: LiveResource) -> Diagnostic:
    return make_error(
        "apply.stranger",
        "An object with this name is there, and it may not be ours",
        detail=f"No answer came to the request that makes {step.change.address}, and {found.id} has its name but is "
        "older than the request, or not as asked for. It is not adopted by itself. Look at it; if it is the one, "
        f"run: poolctl import {quote_word(step.change.address)} {quote_word(found.id)}.",
        address=str(step.change.address),
    )
