"""RFC 7396: JSON Merge Patch, made and applied."""

from planner.core.trees import Tree, Value, as_tree, is_same


def make_merge_patch(before: Tree, after: Tree) -> Tree:
    """Return the merge patch that turns ``before`` into ``after``; lists are replaced whole.

    A ``null`` in ``after`` survives only where ``before`` has it too: a merge patch cannot set one.
    """
    patch: Tree = {name: None for name in before if name not in after}
    for name, value in after.items():
        old = before.get(name)
        if isinstance(value, dict):
            below = make_merge_patch(as_tree(old), value)
            if below or not isinstance(old, dict):
                patch[name] = below
        elif name not in before or not is_same(old, value):
            patch[name] = value
    return patch


def apply_merge_patch(target: Value, patch: Value) -> Value:
    """Return ``target`` with ``patch`` applied, as RFC 7396 section 2 tells it."""
    if not isinstance(patch, dict):
        return patch
    merged: Tree = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = apply_merge_patch(merged.get(name), value)
    return merged
