"""Single fields of a tree, read and set by their paths; list entries are found by key."""

from planner.core.entries import find_entry, make_entry
from planner.core.field_paths import EntryKey, FieldPath, Step
from planner.core.kind_rules import KindRules, ListRule, find_list_rule
from planner.core.trees import ABSENT, Maybe, Tree, Value, as_list, as_tree


def find_field(tree: Tree, path: FieldPath, *, rules: KindRules) -> Maybe:
    """Return the value at ``path``, ABSENT where there is none or where a key names several entries."""
    value: Maybe = tree
    for depth, step in enumerate(path):
        value = _find_below(value, step, rule=find_list_rule(rules, path[:depth]))
    return value


def set_field(tree: Tree, path: FieldPath, *, value: Maybe, rules: KindRules) -> Tree:
    """Return ``tree`` with ``value`` at ``path``; ABSENT takes the field off.

    A missing entry is made with its key members. Taking off a key member takes off the whole entry.
    """
    return as_tree(_set(tree, path, done=(), value=value, rules=rules))


def _find_below(value: Maybe, step: Step, *, rule: ListRule | None) -> Maybe:
    if isinstance(step, str):
        return as_tree(value).get(step, ABSENT)
    entries = as_list(value)
    found = find_entry(entries, rule, key=step) if rule else []
    return entries[found[0]] if len(found) == 1 else ABSENT


def _set(old: Maybe, rest: FieldPath, *, done: FieldPath, value: Maybe, rules: KindRules) -> Maybe:
    if not rest:
        return value
    step, *below = rest
    if isinstance(step, EntryKey):
        return _set_in_entry(old, rest, done=done, value=value, rules=rules)
    members = dict(as_tree(old))
    member = _set(members.get(step, ABSENT), tuple(below), done=(*done, step), value=value, rules=rules)
    if member is ABSENT:
        members.pop(step, None)
    else:
        members[step] = member
    return ABSENT if not members and old is ABSENT else members


def _set_in_entry(old: Maybe, rest: FieldPath, *, done: FieldPath, value: Maybe, rules: KindRules) -> Maybe:
    key, *below = rest
    rule = find_list_rule(rules, done)
    if not isinstance(key, EntryKey) or rule is None:
        return old
    entries = list(as_list(old))
    found = find_entry(entries, rule, key=key)
    if value is ABSENT and (not below or below[0] in rule.keys):
        return [entry for index, entry in enumerate(entries) if index not in found]
    if len(found) > 1 or (value is ABSENT and not found):
        return old
    index = found[0] if found else len(entries)
    entry = entries[index] if found else make_entry(rule, key)
    entries[index : index + 1] = _keep(_set(entry, tuple(below), done=(*done, key), value=value, rules=rules))
    return entries


def _keep(value: Maybe) -> list[Value]:
    return [] if value is ABSENT else [value]
