"""Which leaves differ between two trees of one resource: a text from a text by ``==``, types by deepdiff."""

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
    # Most leaves are equal, and nothing more is asked of those.
    paths = [path for path, value in new.items() if path not in old or not is_same(old[path], value)]
    paths += [path for path in old if path not in new]
    changed = _diff(_make_comparable(old, new, paths, rules=rules), _make_comparable(new, old, paths, rules=rules))
    return tuple((path, old.get(path, ABSENT), new.get(path, ABSENT)) for path in paths if path in changed)


def _diff(old: dict[FieldPath, Any], new: dict[FieldPath, Any]) -> frozenset[FieldPath]:
    differing = {path for path in (*old, *new) if path not in old or path not in new or old[path] != new[path]}
    alike = [path for path in old if path not in differing and type(old[path]) is not type(new[path])]
    return frozenset(differing).union(_diff_types(*({path: one[path] for path in alike} for one in (old, new))))


def _diff_types(old: dict[FieldPath, Any], new: dict[FieldPath, Any]) -> frozenset[FieldPath]:
    """Return which of the leaves differ that ``==`` takes for equal, such as ``1`` and ``True``."""
    if not old:
        return frozenset()
    from deepdiff import DeepDiff

    found = DeepDiff(old, new, view="tree", ignore_private_variables=False, threshold_to_diff_deeper=0)
    return frozenset(level.path(output_format="list")[0] for levels in found.values() for level in levels)


def _make_comparable(
    leaves: _Leaves, others: _Leaves, paths: list[FieldPath], /, *, rules: KindRules
) -> dict[FieldPath, Any]:
    return {
        path: _make_scalar(path, leaves[path], rules)
        for path in paths
        if path in leaves and not _is_hollow(path, leaves[path], others)
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
