"""The three-way merge: what the files ask for, on what is there, minus what was sent and is asked for no more.

The ownership rules are semantics 2 and 3: a member that the files do not set is kept, one that this
tool sent and whose line is gone is removed where the kind lets it be removed, else released.
"""

from planner.core.entries import find_refined, index_entries
from planner.core.field_paths import EntryKey, FieldPath
from planner.core.kind_rules import KindRules, ListRule, find_list_rule, is_removable
from planner.core.lazy_dataclass import dataclass
from planner.core.list_order import sort_plain
from planner.core.trees import ABSENT, Maybe, Tree, Value, as_list, as_tree, is_same


@dataclass(frozen=True, slots=True, kw_only=True)
class Versions:
    """One place of a resource in its three versions."""

    last_applied: Maybe
    live: Maybe
    desired: Maybe


def merge_resource(versions: Versions, rules: KindRules) -> Tree:
    """Return the target tree of a resource: ``live`` with everything that the files ask for done to it."""
    return as_tree(_merge(versions, rules=rules, path=()))


def _merge(versions: Versions, *, rules: KindRules, path: FieldPath) -> Maybe:
    if versions.desired is ABSENT:
        return _merge_unwritten(versions, rules=rules, path=path)
    if isinstance(versions.desired, dict):
        return _merge_members(versions, rules=rules, path=path)
    if isinstance(versions.desired, list):
        return _merge_list(versions, rules=rules, path=path)
    return versions.desired


def _merge_unwritten(versions: Versions, *, rules: KindRules, path: FieldPath) -> Maybe:
    if versions.last_applied is ABSENT or versions.live is ABSENT:
        return versions.live
    if isinstance(versions.last_applied, dict) and isinstance(versions.live, dict):
        return _merge_members(versions, rules=rules, path=path)
    rule = find_list_rule(rules, path) if isinstance(versions.live, list) else None
    if rule is not None and rule.keeps_others:
        return _merge_keyed(versions, rule=rule, rules=rules, path=path)
    return ABSENT if is_removable(path, rules) else versions.live


def _merge_members(versions: Versions, *, rules: KindRules, path: FieldPath) -> Maybe:
    live, desired, last = as_tree(versions.live), as_tree(versions.desired), as_tree(versions.last_applied)
    merged: Tree = {}
    for name in (*live, *(new for new in desired if new not in live)):
        if name not in desired and name not in last:
            # Somebody else's, and in most resources most of the members.
            merged[name] = live[name]
            continue
        below = Versions(
            last_applied=last.get(name, ABSENT), live=live.get(name, ABSENT), desired=desired.get(name, ABSENT)
        )
        value = _merge(below, rules=rules, path=(*path, name))
        if value is not ABSENT:
            merged[name] = value
    return ABSENT if not merged and versions.live is ABSENT else merged


def _merge_list(versions: Versions, *, rules: KindRules, path: FieldPath) -> Maybe:
    desired = as_list(versions.desired)
    rule = find_list_rule(rules, path)
    if not desired and versions.live is ABSENT:
        return ABSENT
    if rule is None:
        return desired
    if rule.keeps_others:
        return _merge_keyed(versions, rule=rule, rules=rules, path=path)
    if not rule.keys:
        return _merge_plain(versions, rule=rule, rules=rules, path=path)
    return _merge_whole(versions, rule=rule, rules=rules, path=path)


def _merge_keyed(versions: Versions, *, rule: ListRule, rules: KindRules, path: FieldPath) -> Maybe:
    """Merge entry by entry; entries that were sent and are asked for no more go, those of others stay."""
    last, live, desired = _index_versions(versions, rule)
    merged: list[Value] = []
    for key in (*live, *(new for new in desired if new not in live)):
        if key in last and key not in desired and is_removable((*path, key), rules):
            continue
        below = Versions(
            last_applied=last.get(key, ABSENT), live=live.get(key, ABSENT), desired=desired.get(key, ABSENT)
        )
        value = _merge(below, rules=rules, path=(*path, key))
        if value is not ABSENT:
            merged.append(value)
    return merged


def _merge_whole(versions: Versions, *, rule: ListRule, rules: KindRules, path: FieldPath) -> Maybe:
    """Merge the desired entries with their live twins; live entries without a twin are left out."""
    last, live, desired = _index_versions(versions, rule)
    in_live_order = (*(key for key in live if key in desired), *(key for key in desired if key not in live))
    merged = (
        _merge(
            Versions(last_applied=last.get(key, ABSENT), live=live.get(key, ABSENT), desired=desired[key]),
            rules=rules,
            path=(*path, key),
        )
        for key in (desired if rule.is_ordered else in_live_order)
    )
    return [value for value in merged if value is not ABSENT]


def _merge_plain(versions: Versions, *, rule: ListRule, rules: KindRules, path: FieldPath) -> Maybe:
    """Merge entries that have no key: texts as a set, objects by their index."""
    live, desired, last = as_list(versions.live), as_list(versions.desired), as_list(versions.last_applied)
    if not rule.is_ordered:
        return live if versions.live is not ABSENT and _is_same_set(live, desired) else desired
    merged = (
        _merge(
            Versions(last_applied=_find_at(last, index), live=_find_at(live, index), desired=value),
            rules=rules,
            path=(*path, EntryKey(parts=(str(index),))),
        )
        for index, value in enumerate(desired)
    )
    return [value for value in merged if value is not ABSENT]


def _index_versions(versions: Versions, rule: ListRule) -> tuple[dict[EntryKey, Value], ...]:
    last, live, desired = as_list(versions.last_applied), as_list(versions.live), as_list(versions.desired)
    refined = find_refined((last, desired), rule)
    return tuple(index_entries(one, rule, refined=refined) for one in (last, live, desired))


def _find_at(entries: list[Value], index: int) -> Maybe:
    return entries[index] if index < len(entries) else ABSENT


def _is_same_set(left: list[Value], right: list[Value]) -> bool:
    return is_same(sort_plain(left), sort_plain(right))
