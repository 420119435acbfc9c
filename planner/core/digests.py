"""Fingerprints and digests: what a change rests on, and what an approval is bound to (semantics 6.2-6.3)."""

from typing import Any

from planner.core.canonical import make_digest
from planner.core.changes import Action, Change, FieldChange, Operation
from planner.core.field_paths import EntryKey, FieldPath
from planner.core.lazy_dataclass import replace
from planner.core.preparing import RESOURCES
from planner.core.snapshot import LiveResource
from planner.core.trees import ABSENT, as_list, as_text, as_tree, find_member

_VERSION = 1


def make_fingerprint(live: LiveResource | None, fields: tuple[FieldChange, ...], *, action: Action) -> str:
    """Return the fingerprint of the object that a change rests on."""
    if live is None:
        return make_digest({"absent": True})
    counts = [] if action not in {Action.DELETE, Action.REPLACE} else _list_counts(live)
    rests_on = [[format_path(one.path), _format_value(one.before)] for one in fields]
    created = as_text(live.metadata.get("creationTimestamp", ABSENT))
    return make_digest({"id": live.id, "created": created, "fields": sorted(rests_on, key=str), "entries": counts})


def seal_change(change: Change, *, project_id: str) -> Change:
    """Return ``change`` with its digest."""
    return replace(change, digest=make_change_digest(change, project_id=project_id))


def make_change_digest(change: Change, *, project_id: str) -> str:
    """Return the digest that approves a change; layout, lineage, drift, blocks and the clock are not in it."""
    return make_digest(
        {
            "v": _VERSION,
            "project_id": project_id,
            "address": str(change.address),
            "previous_address": str(change.previous_address or ""),
            "kind": change.kind,
            "id": change.id,
            "action": change.action.value,
            "disruption": change.disruption.word,
            "fields": sorted(
                ([format_path(one.path), _format_value(one.before), _format_value(one.after)] for one in change.fields),
                key=str,
            ),
            "nodes": sorted(_format_nodes(one) for one in change.operations if one.nodes),
            "fingerprint": change.fingerprint,
            "operations": [[one.method, one.path, one.content_type] for one in change.operations],
        }
    )


def make_plan_digest(changes: tuple[Change, ...]) -> str:
    """Return the digest over all change digests, in no order."""
    return make_digest({"v": _VERSION, "changes": sorted(one.digest for one in changes)})


def format_path(path: FieldPath) -> list[Any]:
    """Return a field path as JSON: texts for members, lists for entry keys."""
    return [list(step.parts) if isinstance(step, EntryKey) else step for step in path]


def _format_value(value: Any) -> Any:
    return {"absent": True} if value is ABSENT else [_sort_texts(value)]


def _sort_texts(value: Any) -> Any:
    """Return ``value`` with its lists of texts sorted: in the API, no order of texts means anything."""
    if isinstance(value, dict):
        return {name: _sort_texts(member) for name, member in value.items()}
    if not isinstance(value, list):
        return value
    members = [_sort_texts(member) for member in value]
    return sorted(members) if all(isinstance(member, str) for member in members) else members


def _format_nodes(operation: Operation) -> list[Any]:
    nodes = operation.nodes
    return [nodes.flavor, nodes.node_pool, nodes.az, nodes.count] if nodes else []


def _list_counts(live: LiveResource) -> list[Any]:
    entries = (as_tree(entry) for entry in as_list(find_member({"spec": live.spec}, *RESOURCES)))
    return sorted(([entry.get("flavor"), entry.get("nodePool", ""), entry.get("count")] for entry in entries), key=str)
