"""What is known after apply only: unresolved references, and what the service derives."""

from planner.core.trees import Reference, Tree, Value, as_list, as_tree, find_member


def find_unresolved(value: Value) -> Tree:
    """Return the members of ``value`` that hold a reference, as the same shape with ``true`` leaves."""
    return as_tree(_find_unresolved(value))


def find_derived(full: Tree, after: Tree) -> Tree:
    """Return what ``after`` leaves to the service in entries, as ``{"spec": {"resources": [{name: true}]}}``."""
    entries = zip(
        as_list(find_member(full, "spec", "resources")), as_list(find_member(after, "spec", "resources")), strict=False
    )
    derived: list[Value] = [
        {name: True for name in as_tree(whole) if name not in as_tree(stripped)} for whole, stripped in entries
    ]
    return {"spec": {"resources": derived}} if any(derived) else {}


def _find_unresolved(value: Value) -> Value:
    if isinstance(value, Reference):
        return True
    if isinstance(value, dict):
        found = {name: _find_unresolved(member) for name, member in value.items()}
        return {name: member for name, member in found.items() if member}
    if isinstance(value, list):
        members = [_find_unresolved(member) for member in value]
        return members if any(members) else False
    return False
