"""A change as ordered operations: data that ``plan`` shows and ``apply`` rebuilds (semantics 7)."""

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import assert_never

from planner.core.assign import set_field
from planner.core.changes import Action, Change, FieldChange, Intent, Operation
from planner.core.field_paths import FieldPath
from planner.core.flatten import flatten
from planner.core.kind_rules import KindRules, Stage
from planner.core.merge_patch import make_merge_patch
from planner.core.trees import Tree, find_member

JSON = "application/json"
MERGE_PATCH = "application/merge-patch+json"
GONE = "gone (404)"
"""What a DELETE is waited for."""

NODE_REMOVAL = "/nodes/batch-delete"
"""What a request that removes nodes by name has after the path of the pool."""

_ANY_PHASE = "any phase"


def make_operations(change: Change, *, rules: KindRules, project_id: str) -> tuple[Operation, ...]:
    """Return the operations of ``change``, from its action, fields, ``before`` and ``after`` alone."""
    collection = rules.api.collection.format(project_id=project_id)
    deletion = Operation(
        method="DELETE",
        path=f"{collection}/{change.id}",
        content_type=JSON,
        body=None,
        when=_ANY_PHASE,
        waits_for=GONE,
        purpose="delete",
    )
    match change.action:
        case Action.DELETE:
            return (deletion,)
        case Action.REPLACE:
            return deletion, _make_creation(change, rules=rules, collection=collection)
        case Action.CREATE:
            return (_make_creation(change, rules=rules, collection=collection),)
        case Action.UPDATE | Action.IMPORT:
            return _make_updates(change, rules=rules, path=f"{collection}/{change.id}")
        case Action.FORGET | Action.NO_OP:
            return ()
        case _:
            assert_never(change.action)


def make_creation_body(after: Tree, rules: KindRules) -> Tree:
    """Return the body of the POST that makes ``after`` (contract 2.1, 2.10)."""
    return {"apiVersion": rules.api.api_version, "kind": rules.api.kind_word, **after}


def apply_intents(
    tree: Tree, intents: Iterable[Intent], *, rules: KindRules, written: Iterable[FieldPath] = ()
) -> Tree:
    """Return ``tree`` with each field as its intent wants it, less what the service derives."""
    listed = tuple(intents)
    target = tree
    for intent in listed:
        target = set_field(target, intent.path, value=intent.after, rules=rules)
    return rules.finish(tree, target, chain((intent.path for intent in listed), written))


def _iterate(tree: Tree, rules: KindRules) -> Iterator[FieldPath]:
    """Yield the paths of the leaves of ``tree``, which is walked only once somebody asks: counts are seldom changed."""
    yield from flatten(tree, rules)


def _make_creation(change: Change, *, rules: KindRules, collection: str) -> Operation:
    after = change.after or {}
    is_logical = find_member(after, "spec", "type") == "Logical"
    phase = " or ".join(rules.api.created_phases) + (" or Waiting" if is_logical else "")
    return Operation(
        method="POST",
        path=collection,
        content_type=JSON,
        body=make_creation_body(after, rules),
        when="absent",
        waits_for=phase,
        purpose="create",
        intents=tuple(_make_intent(one) for one in change.fields) if change.action is Action.CREATE else (),
    )


def _make_updates(change: Change, *, rules: KindRules, path: str) -> tuple[Operation, ...]:
    before, after = change.before or {}, change.after or {}
    operations = []
    tree = before
    for stage in rules.make_stages(before, after, change.fields):
        target = (
            tree if stage.nodes else apply_intents(tree, stage.intents, rules=rules, written=_iterate(after, rules))
        )
        operations.append(_make_update(stage, make_merge_patch(tree, target), path=path))
        tree = target
    return tuple(operations)


def _make_update(stage: Stage, body: Tree, *, path: str) -> Operation:
    return Operation(
        method="POST" if stage.nodes else "PATCH",
        path=f"{path}{NODE_REMOVAL}" if stage.nodes else path,
        content_type=JSON if stage.nodes else MERGE_PATCH,
        body=None if stage.nodes else body,
        when=" or ".join(stage.phases),
        waits_for=stage.waits_for,
        purpose=stage.purpose,
        intents=stage.intents,
        nodes=stage.nodes,
    )


def _make_intent(change: FieldChange) -> Intent:
    return Intent(path=change.path, before=change.before, after=change.after)
