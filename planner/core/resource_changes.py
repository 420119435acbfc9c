"""One change for one resource: created, updated, replaced, deleted, imported, forgotten, or left alone."""

from functools import partial
from typing import Final

from planner.core.addresses import Address
from planner.core.changes import Action, Change, Disruption, FieldChange
from planner.core.desired import DesiredResource
from planner.core.digests import make_fingerprint, seal_change
from planner.core.disruption import find_worst, is_purchase
from planner.core.flatten import find_refined_keys, flatten
from planner.core.json_patch import make_json_patch
from planner.core.kind_rules import KindRules
from planner.core.lazy_dataclass import dataclass, replace
from planner.core.live_trees import make_tree
from planner.core.merge_patch import make_merge_patch
from planner.core.preparing import settle_ranges
from planner.core.schedule import make_operations
from planner.core.snapshot import LiveResource
from planner.core.targets import FindSource, Target
from planner.core.trees import ABSENT, Tree
from planner.core.unknowns import find_derived, find_unresolved

_make_quiet: Final = partial(
    Change,
    after_unknown={},
    fields=(),
    merge_patch={},
    json_patch=(),
    disruption=Disruption.NONE,
    purchases=False,
    operations=(),
    digest="",
)
"""Makes a change that changes no field, as which every other one begins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """What every change is made with."""

    rules: KindRules
    project_id: str
    find_source: FindSource


@dataclass(frozen=True, slots=True, kw_only=True)
class Replaced:
    """The object that a replacement takes away, how the files differ from it, and why it is not changed in place."""

    live: LiveResource
    target: Target
    reason: str


def make_creation(
    desired: DesiredResource, tree: Tree, *, making: Making, reason: str = "new", id_: str = ""
) -> Change:
    """Return the change that makes a resource of ``tree`` (references resolved as far as known).

    ``id_`` is the id of the object that vanished, where this one takes its place.
    """
    after = settle_ranges(tree, None, rules=making.rules)
    fields = _make_all_fields(after, making)
    change = replace(
        _start(desired.address, making, action=Action.CREATE, reason=reason),
        after=after,
        after_unknown=find_unresolved(after),
        fields=fields,
        disruption=find_worst(fields),
        purchases=is_purchase(fields, making.rules),
        fingerprint=make_fingerprint(None, fields, action=Action.CREATE),
        id=id_,
    )
    return complete_change(change, making)


def make_update(desired: DesiredResource, live: LiveResource, target: Target, *, making: Making) -> Change:
    """Return the change that brings ``live`` to ``target``; a no-op where nothing differs."""
    if not target.fields:
        rest = make_unchanged(desired.address, live, before=target.before, making=making)
        is_plain = not target.kept_entries and not target.released
        return rest if is_plain else replace(rest, kept_entries=target.kept_entries, released=target.released)
    return _make_in_place(desired, live, target, making=making, action=Action.UPDATE)


def make_unchanged(address: Address, live: LiveResource, *, before: Tree, making: Making) -> Change:
    """Return the no-op of ``live``, whose tree is ``before``: in most plans, most of the changes."""
    change = _make_quiet(
        address=address,
        kind=making.rules.kind,
        id=live.id,
        action=Action.NO_OP,
        reason="as wanted",
        before=before,
        after=before,
        nodes=making.rules.count_nodes(before, before),
        fingerprint=make_fingerprint(live, (), action=Action.NO_OP),
        source=making.find_source(""),
    )
    return seal_change(change, project_id=making.project_id)


def make_import(desired: DesiredResource, live: LiveResource, target: Target, *, making: Making) -> Change:
    """Return the change that adopts ``live``, together with what the files want of it."""
    return _make_in_place(desired, live, target, making=making, action=Action.IMPORT)


def make_replacement(address: Address, tree: Tree, *, replaced: Replaced, making: Making) -> Change:
    """Return the change that deletes an object and makes the resource anew from ``tree``."""
    target, live, reason = replaced.target, replaced.live, replaced.reason
    after = settle_ranges(tree, target.before, rules=making.rules)
    change = replace(
        _start(address, making, action=Action.REPLACE, reason=reason),
        id=live.id,
        before=target.before,
        after=after,
        after_unknown=find_unresolved(after),
        fields=target.fields,
        disruption=Disruption.DESTROYS,
        purchases=is_purchase(target.fields, making.rules),
        fingerprint=make_fingerprint(live, target.fields, action=Action.REPLACE),
    )
    return complete_change(change, making)


def make_deletion(address: Address, live: LiveResource, *, making: Making, reason: str) -> Change:
    """Return the change that deletes ``live``."""
    change = replace(
        _start(address, making, action=Action.DELETE, reason=reason),
        id=live.id,
        before=make_tree(live),
        disruption=Disruption.DESTROYS,
        fingerprint=make_fingerprint(live, (), action=Action.DELETE),
    )
    return complete_change(change, making)


def make_forgetting(address: Address, id_: str, *, live: LiveResource | None, making: Making, reason: str) -> Change:
    """Return the change that only takes ``address`` out of the state."""
    before = make_tree(live) if live else None
    change = replace(
        _start(address, making, action=Action.FORGET, reason=reason),
        id=id_,
        before=before,
        after=before,
        fingerprint=make_fingerprint(live, (), action=Action.FORGET),
    )
    return complete_change(change, making)


def complete_change(change: Change, making: Making) -> Change:
    """Return ``change`` with the patches, nodes, operations and digest that follow from its other members."""
    is_same_place = change.before is not None and change.before == change.after
    whole = replace(
        change,
        merge_patch=_make_patch(change.before, change.after),
        json_patch=() if is_same_place else make_json_patch(change.before, change.after),
        nodes=making.rules.count_nodes(change.before, change.after),
    )
    operations = make_operations(whole, rules=making.rules, project_id=making.project_id)
    return seal_change(replace(whole, operations=operations), project_id=making.project_id)


def drop_fields(change: Change) -> Change:
    """Return ``change`` as one that is recorded only: nothing is asked of the service."""
    return replace(
        change,
        after=change.before,
        after_unknown={},
        fields=(),
        merge_patch={},
        json_patch=(),
        disruption=Disruption.NONE,
        operations=(),
        blocked=(),
    )


def _make_in_place(
    desired: DesiredResource, live: LiveResource, target: Target, *, making: Making, action: Action
) -> Change:
    change = replace(
        _start(desired.address, making, action=action, reason=_explain(action, target)),
        id=live.id,
        before=target.before,
        after=target.after if target.fields else target.before,
        after_unknown=find_derived(target.full, target.after) if target.fields else {},
        fields=target.fields,
        disruption=find_worst(target.fields),
        purchases=is_purchase(target.fields, making.rules),
        fingerprint=make_fingerprint(live, target.fields, action=action),
        kept_entries=target.kept_entries,
        released=target.released,
    )
    return complete_change(change, making)


def _explain(action: Action, target: Target) -> str:
    if action is Action.IMPORT:
        return "import"
    is_all_drift = all(one.path in target.policies for one in target.fields)
    return "drift" if is_all_drift else "changed"


def _start(address: Address, making: Making, *, action: Action, reason: str) -> Change:
    return _make_quiet(
        address=address,
        kind=making.rules.kind,
        id="",
        action=action,
        reason=reason,
        before=None,
        after=None,
        nodes=(),
        fingerprint="",
        source=making.find_source(""),
    )


def _make_patch(before: Tree | None, after: Tree | None) -> Tree | None:
    if before is None or after is None:
        return after
    return make_merge_patch(before, after)


def _make_all_fields(after: Tree, making: Making) -> tuple[FieldChange, ...]:
    leaves = flatten(after, making.rules, refined=find_refined_keys((after,), making.rules))
    labels = {path: making.rules.format_label(path) for path in leaves}
    return tuple(
        FieldChange(
            path=path,
            label=labels[path],
            before=ABSENT,
            after=value,
            disruption=Disruption.NEW_NODES if making.rules.count_nodes(None, after) else Disruption.NONE,
            source=making.find_source(labels[path]),
        )
        for path, value in leaves.items()
    )
