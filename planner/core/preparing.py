"""What files and state ask for, fitted to one live object before the merge: ranges, ``ignore_changes``, ownership."""

from collections.abc import Callable

from planner.core.assign import find_field, set_field
from planner.core.entries import find_refined, index_entries
from planner.core.field_paths import EntryKey, FieldPath
from planner.core.flatten import find_refined_keys, flatten
from planner.core.kind_rules import KindRules
from planner.core.trees import ABSENT, CountRange, Maybe, Tree, Value, as_int, as_list, find_member

RESOURCES = ("spec", "resources")
Ignores = Callable[[FieldPath], bool]


def settle_ranges(desired: Tree, live: Tree | None, *, rules: KindRules) -> Tree:
    """Return ``desired`` with each range as one count: initial on create, live inside, the nearer bound outside."""
    if not _has_range(desired):
        return desired
    settled = desired
    for path, value in _flatten(desired, rules).items():
        if isinstance(value, CountRange):
            present = find_field(live or {}, path, rules=rules)
            settled = set_field(settled, path, value=_choose_count(value, present), rules=rules)
    return settled


def drop_ignored(desired: Tree, live: Tree, *, rules: KindRules, ignores: Ignores | None) -> Tree:
    """Return ``desired`` with live values where ``ignore_changes`` says so; new entries keep theirs (semantics 2.4)."""
    if ignores is None:
        return desired
    kept = desired
    for path in _flatten(desired, rules):
        if ignores(path) and not _is_in_new_entry(path, live, rules):
            kept = set_field(kept, path, value=find_field(live, path, rules=rules), rules=rules)
    return kept


def drop_unowned(
    last_applied: Tree, desired: Tree, *, created: tuple[str, ...], ignores: Ignores | None, rules: KindRules
) -> Tree:
    """Return ``last_applied`` less what must not be removed although its line is gone.

    Those are fields under ``ignore_changes``, entries that this tool did not make (``created`` names
    those it did), and all entries where the files name none.
    """
    owned = last_applied
    for path in [] if ignores is None else [one for one in _flatten(last_applied, rules) if ignores(one)]:
        owned = set_field(owned, path, value=ABSENT, rules=rules)
    if find_member(desired, *RESOURCES) is ABSENT:
        return set_field(owned, RESOURCES, value=ABSENT, rules=rules)
    for key in find_entry_keys(owned, rules):
        is_written = find_field(desired, (*RESOURCES, key), rules=rules) is not ABSENT
        if not is_written and str(key) not in created:
            owned = set_field(owned, (*RESOURCES, key), value=ABSENT, rules=rules)
    return owned


def is_entry_flavor(path: FieldPath) -> bool:
    """Tell whether ``path`` is an entry's flavor, which stands for the entry coming or going."""
    return path[:2] == RESOURCES and path[3:] == ("flavor",)


def find_entry_keys(tree: Tree, rules: KindRules) -> tuple[EntryKey, ...]:
    """Return the keys of ``spec.resources`` entries, in their order; none for kinds without them."""
    rule = rules.lists.get(RESOURCES)
    entries = as_list(find_member(tree, *RESOURCES))
    return tuple(index_entries(entries, rule, refined=find_refined([entries], rule))) if rule else ()


def _flatten(tree: Tree, rules: KindRules) -> dict[FieldPath, Value]:
    return flatten(tree, rules, refined=find_refined_keys((tree,), rules))


def _has_range(value: Value) -> bool:
    if isinstance(value, dict):
        return any(map(_has_range, value.values()))
    return any(map(_has_range, value)) if isinstance(value, list) else isinstance(value, CountRange)


def _choose_count(wanted: CountRange, present: Maybe) -> int:
    if present is ABSENT:
        return wanted.initial
    return min(max(as_int(present), wanted.minimum), wanted.maximum)


def _is_in_new_entry(path: FieldPath, live: Tree, rules: KindRules) -> bool:
    is_entry = path[:2] == RESOURCES and len(path) > len(RESOURCES)
    return is_entry and find_field(live, path[: len(RESOURCES) + 1], rules=rules) is ABSENT
