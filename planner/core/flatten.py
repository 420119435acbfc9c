"""Trees as flat mappings from field paths to leaves, with keyed lists by their keys."""

from collections import Counter
from collections.abc import Iterable
from typing import TypeAlias

from planner.core.entries import find_refined, index_entries, make_key
from planner.core.field_paths import FieldPath
from planner.core.kind_rules import KindRules, find_list_rule
from planner.core.trees import Tree, Value, as_list, find_member

Refined: TypeAlias = frozenset[tuple[str, ...]]
"""The short keys of entries whose optional key members take part."""


def flatten(value: Value, rules: KindRules, *, refined: Refined = frozenset()) -> dict[FieldPath, Value]:
    """Return every leaf of a resource's tree by its path.

    Leaves are scalars, empty containers, and lists that are compared whole.
    """
    leaves: dict[FieldPath, Value] = {}
    _collect(value, leaves, path=(), rules=rules, refined=refined)
    return leaves


def find_refined_keys(trees: Iterable[Tree], rules: KindRules) -> Refined:
    """Return the short keys of entries for which ``trees`` (files, last applied) set an optional key member."""
    listed = tuple(trees)
    found: set[tuple[str, ...]] = set()
    for pattern, rule in rules.lists.items():
        if rule.optional_keys:
            found |= find_refined((as_list(find_member(tree, *pattern)) for tree in listed), rule)
    return frozenset(found)


def find_shared_keys(tree: Tree, rules: KindRules) -> Refined:
    """Return the short keys that several entries of ``tree`` have, told apart by an optional key member alone."""
    found: set[tuple[str, ...]] = set()
    for pattern, rule in rules.lists.items():
        if rule.optional_keys:
            entries = as_list(find_member(tree, *pattern))
            counts = Counter(make_key(entry, rule).parts[: len(rule.keys)] for entry in entries)
            found |= {key for key in find_refined([entries], rule) if counts[key] > 1}
    return frozenset(found)


def _collect(
    value: Value, leaves: dict[FieldPath, Value], *, path: FieldPath, rules: KindRules, refined: Refined
) -> None:
    members = _find_members(value, rules, path=path, refined=refined)
    if not members and path:
        leaves[path] = value
    for below, member in members.items():
        # Most members are leaves: a call for each would double the time.
        if isinstance(member, (dict, list)):
            _collect(member, leaves, path=below, rules=rules, refined=refined)
        else:
            leaves[below] = member


def _find_members(value: Value, rules: KindRules, *, path: FieldPath, refined: Refined) -> dict[FieldPath, Value]:
    if isinstance(value, dict):
        return {(*path, name): member for name, member in value.items()}
    if not isinstance(value, list):
        return {}
    rule = find_list_rule(rules, path)
    if rule is None or not rule.keys or rule.is_ordered:
        return {}
    return {(*path, key): entry for key, entry in index_entries(value, rule, refined=refined).items()}
