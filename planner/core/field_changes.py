"""Which leaves differ between two trees of one resource (deepdiff, on what differs only)."""

import json
from typing import Any, TypeAlias

from planner.core.canonical import make_plain
from planner.core.field_paths import FieldPath
from planner.core.flatten import Refined, flatten
from planner.core.kind_rules import KindRules
from planner.core.list_order import sort_idle
from planner.core.trees import ABSENT, Maybe, Tree, Value, is_same

Difference: TypeAlias = tuple[FieldPath, Maybe, Maybe]
_Leaves: TypeAlias = dict[FieldPath, Value]


def find_differences(
    before: Tree, after: Tree, *, rules: KindRules, refined: Refined = frozenset()
) -> tuple[Difference, ...]:
    """Return (path, before, after) of every leaf that differs, in the order of ``after``, then of ``before``.

    Types count: ``1``, ``1.0`` and ``True`` differ. The order of a list whose order means nothing does
    not, nor an empty container beside one with members: those are told one by one.
    """
    if is_same(before, after):
        return ()
    old, new = (flatten(tree, rules, refined=refined) for tree in (before, after))
    changed = _diff(_make_comparable(old, new, rules), _make_comparable(new, old, rules))
    paths = (path for path in (*new, *(gone for gone in old if gone not in new)) if path in changed)
    return tuple((path, old.get(path, ABSENT), new.get(path, ABSENT)) for path in paths)


def _diff(old: dict[FieldPath, Any], new: dict[FieldPath, Any]) -> frozenset[FieldPath]:
    from deepdiff import DeepDiff

    # deepdiff builds a tree of objects for each leaf, and most leaves are equal.
    equal = {path for path, value in old.items() if path in new and is_same(new[path], value)}
    old, new = ({path: one[path] for path in one if path not in equal} for one in (old, new))
    found = DeepDiff(old, new, view="tree", ignore_private_variables=False, threshold_to_diff_deeper=0)
    return frozenset(level.path(output_format="list")[0] for levels in found.values() for level in levels)


def _make_comparable(leaves: _Leaves, others: _Leaves, rules: KindRules) -> dict[FieldPath, Any]:
    return {
        path: _make_scalar(path, value, rules) for path, value in leaves.items() if not _is_hollow(path, value, others)
    }


def _make_scalar(path: FieldPath, value: Value, rules: KindRules) -> Any:
    """Return ``value`` so that deepdiff takes it for one value; a leading NUL keeps it apart from texts."""
    if isinstance(value, (bool, int, float, str)):
        return value
    return "\0" + json.dumps(make_plain(sort_idle(value, path=path, rules=rules)), sort_keys=True)


def _is_hollow(path: FieldPath, value: Value, others: _Leaves) -> bool:
    """Tell whether ``value`` is an empty container whose members the other side lists one by one."""
    if path in others or not isinstance(value, (dict, list)) or value:
        return False
    return any(other[: len(path)] == path for other in others)
