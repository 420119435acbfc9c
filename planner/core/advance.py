"""What a finished operation leaves in the state (semantics 2.1-2.2)."""

from collections.abc import Iterable

from planner.core.assign import set_field
from planner.core.changes import Change, Intent
from planner.core.flatten import find_refined_keys, flatten
from planner.core.kind_rules import KindRules
from planner.core.lazy_dataclass import replace
from planner.core.live_trees import make_seen
from planner.core.preparing import RESOURCES, find_entry_keys, is_entry_flavor
from planner.core.snapshot import LiveResource
from planner.core.tracking import TrackedResource
from planner.core.trees import ABSENT, Tree


def record_creation(
    tree: Tree, live: LiveResource, *, rules: KindRules, prevent_destroy: bool = False
) -> TrackedResource:
    """Return the record of a resource that was made of ``tree``: all of it was sent, all its entries are ours."""
    return TrackedResource(
        id=live.id,
        last_applied=tree,
        last_seen=make_seen(live),
        prevent_destroy=prevent_destroy,
        created_entries=tuple(str(key) for key in find_entry_keys(tree, rules)),
    )


def record_import(live: LiveResource, *, prevent_destroy: bool = False) -> TrackedResource:
    """Return the record of an adopted object: nothing was sent to it, so nothing of it is ours to remove."""
    return TrackedResource(id=live.id, last_applied={}, last_seen=make_seen(live), prevent_destroy=prevent_destroy)


def record_update(
    tracked: TrackedResource, change: Change, *, sent: Iterable[Intent], live: LiveResource, rules: KindRules
) -> TrackedResource:
    """Return the record after the fields in ``sent`` were sent and what ``change`` releases was let go."""
    intents = tuple(sent)
    applied, entries = drop_released(tracked, change.released, rules=rules)
    for intent in intents:
        applied = set_field(applied, intent.path, value=intent.after, rules=rules)
    return replace(
        tracked, last_applied=applied, last_seen=make_seen(live), created_entries=_note_entries(entries, intents)
    )


def make_kept(tracked: TrackedResource, change: Change, *, rules: KindRules, prevent_destroy: bool) -> TrackedResource:
    """Return the record of a resource to which nothing is sent: what is let go, and whether it is protected."""
    applied, entries = drop_released(tracked, change.released, rules=rules)
    return replace(tracked, last_applied=applied, created_entries=entries, prevent_destroy=prevent_destroy)


def drop_released(
    tracked: TrackedResource, released: Iterable[str], *, rules: KindRules
) -> tuple[Tree, tuple[str, ...]]:
    """Return ``last_applied`` and the entries made by this tool, less what is no longer managed."""
    labels = frozenset(released)
    applied, entries = tracked.last_applied, list(tracked.created_entries)
    refined = find_refined_keys((tracked.last_applied,), rules)
    for path in flatten(tracked.last_applied, rules, refined=refined):
        entry = path[:3] if path[:2] == RESOURCES else ()
        if entry and rules.format_label(entry) in labels:
            applied = set_field(applied, entry, value=ABSENT, rules=rules)
            entries = [name for name in entries if name != str(entry[-1])]
        elif rules.format_label(path) in labels:
            applied = set_field(applied, path, value=ABSENT, rules=rules)
    return applied, tuple(entries)


def _note_entries(entries: tuple[str, ...], intents: Iterable[Intent]) -> tuple[str, ...]:
    names = dict.fromkeys(entries)
    for intent in intents:
        if not is_entry_flavor(intent.path):
            continue
        if intent.after is ABSENT:
            names.pop(str(intent.path[2]), None)
        else:
            names[str(intent.path[2])] = None
    return tuple(names)
