"""What happens during a command as lines of JSON: Terraform's machine-readable UI, version 1.2.

Each line is an object with a level, a message for people, a module, a moment and a type; the moment is the writer's.
"""

import json
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Final, assert_never

from planner.core.addresses import Address
from planner.core.changes import Action, Applied, Change, Failed, Outcome, Plan, Skipped, Uncertain, Waiting
from planner.core.diagnostics import Diagnostic, Severity
from planner.core.events import (
    ChangeEnded,
    Event,
    NodeProgress,
    Noticed,
    OperationBegan,
    OperationEnded,
    Planned,
    WaitProgressed,
)
from planner.core.trees import Tree, Value
from planner.views.change_text import is_shown
from planner.views.events_text import format_event
from planner.views.plan_text import format_last_line, is_import_with_changes
from planner.views.terraform_extras import build_turns
from planner.views.terraform_json import find_reason

_UI: Final = "1.2"
_LEVELS: Final = {Severity.ERROR: "error", Severity.WARNING: "warn", Severity.NOTICE: "info"}
_REASON_PREFIX: Final = "replace_because_"


def build_version_line(version: str) -> Tree:
    """Return the first line of a stream: who writes it, and which version of the format."""
    return _make_line("version", f"poolctl {version}", poolctl=version, terraform=version, ui=_UI)


def build_event_lines(event: Event) -> list[Tree]:
    """Return the lines that tell ``event``; none where it is told by another."""
    match event:
        case Planned():
            return list(_list_plan(event.plan))
        case Noticed():
            return [_make_line("log", event.text)]
        case OperationBegan():
            return [_make_hook("apply_start", event, action=event.action)] if event.number <= 1 else []
        case WaitProgressed():
            nodes: list[Value] = [_build_nodes(one) for one in event.nodes]
            more: Tree = {"elapsed_seconds": round(event.seconds)}
            return [_make_hook("apply_progress", event, x_waits_for=event.waits_for, x_nodes=nodes, hook=more)]
        case OperationEnded():
            return []
        case ChangeEnded():
            return [_build_end(event)]
        case _:
            assert_never(event)


def build_diagnostic_line(one: Diagnostic) -> Tree:
    """Return the line of a diagnostic; severities are Terraform's two, a notice is a log line."""
    if one.severity is Severity.NOTICE:
        return _make_line("log", f"{one.summary}: {one.detail}" if one.detail else one.summary)
    told: Tree = {"severity": one.severity.value, "summary": one.summary, "detail": one.detail, "x_code": one.code}
    told |= {"address": one.address} if one.address else {}
    if one.location is not None:
        start: Tree = {"line": one.location.line, "column": one.location.column}
        told |= {"range": {"filename": one.location.file, "start": start, "end": start}}
    message = f"{one.severity.value.capitalize()}: {one.summary}"
    return _make_line("diagnostic", message, level=_LEVELS[one.severity], diagnostic=told)


def build_apply_summary_line(ended: Iterable[ChangeEnded]) -> Tree:
    """Return the counts of what was done."""
    done = [one for one in ended if isinstance(one.outcome, Applied)]
    counts = {action: sum(one.action is action for one in done) for action in Action}
    added, removed = counts[Action.CREATE] + counts[Action.REPLACE], counts[Action.DELETE] + counts[Action.REPLACE]
    changed = counts[Action.UPDATE] + sum(one.action is Action.IMPORT and one.operations > 0 for one in done)
    imported = counts[Action.IMPORT]
    words = f"Resources: {added} added, {changed} changed, {removed} destroyed."
    changes: Tree = {"add": added, "change": changed, "import": imported, "remove": removed, "operation": "apply"}
    return _make_line("change_summary", f"Apply complete! {words}", changes=changes)


def format_stream_line(line: Tree, *, moment: str) -> str:
    """Return ``line`` as one line of plain ASCII, written at ``moment`` (RFC 3339, UTC)."""
    return json.dumps({**line, "@timestamp": moment}, sort_keys=True, ensure_ascii=True) + "\n"


def _list_plan(plan: Plan) -> Iterator[Tree]:
    for address, _ in groupby(sorted(row.address for row in plan.drift)):
        change: Tree = {"resource": _build_resource(address), "action": "update"}
        yield _make_line("resource_drift", f"{address}: Drift detected (update)", change=change)
    for one in filter(is_shown, plan.changes):
        yield _build_planned(one, plan)
    summary = plan.summary
    counts: Tree = {
        "add": summary.create + summary.replace,
        "change": summary.update + sum(map(is_import_with_changes, plan.changes)),
        "import": summary.import_,
        "remove": summary.delete + summary.replace,
        "operation": "plan",
    }
    yield _make_line("change_summary", format_last_line(plan), changes=counts, x_digest=plan.digest)


def _build_planned(change: Change, plan: Plan) -> Tree:
    word = {Action.NO_OP: "move", Action.FORGET: "remove"}.get(change.action, change.action.value)
    reason = find_reason(change, plan).removeprefix(_REASON_PREFIX)
    told: Tree = {"resource": _build_resource(change.address), "action": word}
    told |= {"reason": reason} if reason else {}
    told |= {} if change.previous_address is None else {"previous_resource": _build_resource(change.previous_address)}
    told |= {"importing": {"id": change.id}} if change.action is Action.IMPORT else {}
    blocked: list[Value] = [one.code for one in change.blocked]
    line = _make_line(
        "planned_change",
        f"{change.address}: Plan to {word}",
        change=told,
        x_blocked=blocked,
        x_digest=change.digest,
        x_disruption=change.disruption.word,
    )
    return {**line, **build_turns(change)}


def _build_end(event: ChangeEnded) -> Tree:
    more: Tree = {"elapsed_seconds": round(event.seconds)}
    type_, level = _find_end(event.outcome)
    if type_ == "log":
        return _make_line(type_, format_event(event, colour=False) or "", level=level)
    return _make_hook(type_, event, action=event.action, level=level, hook=more)


def _find_end(outcome: Outcome) -> tuple[str, str]:
    match outcome:
        case Applied() | Waiting():
            return "apply_complete", "info"
        case Failed() | Uncertain():
            return "apply_errored", "error"
        case Skipped(is_deferred=is_deferred):
            return "log", "info" if is_deferred else "warn"
        case _:
            assert_never(outcome)


def _make_hook(
    type_: str,
    event: OperationBegan | WaitProgressed | ChangeEnded,
    *,
    action: Action | None = None,
    level: str = "info",
    hook: Tree | None = None,
    **members: Value,
) -> Tree:
    told: Tree = {"resource": _build_resource(event.address), **(hook or {})}
    told |= {} if action is None else {"action": action.value}
    return _make_line(type_, format_event(event, colour=False) or "", level=level, hook=told, **members)


def _make_line(type_: str, message: str, *, level: str = "info", **members: Value) -> Tree:
    return {"@level": level, "@message": message, "@module": "terraform.ui", "type": type_, **members}


def _build_resource(address: Address) -> Tree:
    text = str(address)
    return {
        "addr": text,
        "module": "",
        "resource": text,
        "implied_provider": "modelarts",
        "resource_type": address.kind,
        "resource_name": address.name,
        "resource_key": address.key or None,
    }


def _build_nodes(nodes: NodeProgress) -> Value:
    return {
        "flavor": nodes.flavor,
        "wanted": nodes.wanted,
        "available": nodes.available,
        "creating": nodes.creating,
        "deleting": nodes.deleting,
    }
