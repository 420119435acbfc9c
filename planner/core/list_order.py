"""Lists whose order means nothing: scope, job flavors, security groups, types (semantics 3)."""

import json

from planner.core.canonical import make_plain
from planner.core.field_paths import EntryKey, FieldPath
from planner.core.kind_rules import KindRules, find_list_rule
from planner.core.trees import ABSENT, Maybe, Value, is_same

_ANY_ENTRY = EntryKey(parts=("*",))


def is_same_field(left: Maybe, right: Maybe, *, path: FieldPath, rules: KindRules) -> bool:
    """Tell whether two values of the field at ``path`` mean the same: types count, an idle order does not."""
    if left is ABSENT or right is ABSENT:
        return left is right
    return is_same(sort_idle(left, path=path, rules=rules), sort_idle(right, path=path, rules=rules))


def sort_idle(value: Value, *, path: FieldPath, rules: KindRules) -> Value:
    """Return what stands at ``path`` with every plain list at or below it sorted whose order means nothing."""
    if isinstance(value, dict):
        return {name: sort_idle(member, path=(*path, name), rules=rules) for name, member in value.items()}
    if not isinstance(value, list):
        return value
    rule = find_list_rule(rules, path)
    members = [sort_idle(member, path=(*path, _ANY_ENTRY), rules=rules) for member in value]
    return sort_plain(members) if rule is not None and not rule.keys and not rule.is_ordered else members


def sort_plain(values: list[Value]) -> list[Value]:
    """Return ``values`` in the order of their canonical texts."""
    return sorted(values, key=lambda value: json.dumps(make_plain(value), sort_keys=True))
