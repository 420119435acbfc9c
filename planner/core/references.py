"""References between resources: which there are, what they resolve to, and who depends on whom."""

from collections.abc import Mapping

from planner.core.addresses import Address
from planner.core.kind_rules import KindRules
from planner.core.trees import Reference, Tree, Value, as_tree, find_member


def find_references(value: Value) -> tuple[Reference, ...]:
    """Return every reference in ``value``."""
    found: list[Reference] = []
    _collect(value, found)
    return tuple(found)


def resolve_tree(tree: Tree, ids: Mapping[Address, str]) -> Tree:
    """Return ``tree`` with each reference to an id of ``ids`` replaced by it; others, and those to names, stay."""
    return as_tree(_resolve(tree, ids))


def find_dependencies(tree: Tree, rules: KindRules, *, owners: Mapping[tuple[str, str], Address]) -> frozenset[Address]:
    """Return the addresses that a resource's tree needs: by reference, or by a literal id.

    ``owners`` holds addresses by kind and id: a pool and a network of one name have the same id.
    """
    named = {one.address for one in find_references(tree)}
    literals = find_literals(tree, rules)
    return frozenset(named | {owners[one] for one in literals if one in owners})


def find_literals(tree: Tree, rules: KindRules) -> tuple[tuple[str, str], ...]:
    """Return (kind, id) of each other resource that the tree points at by a literal."""
    found = ((kind, find_member(tree, *pattern)) for pattern, kind in rules.references.items())
    return tuple((kind, value) for kind, value in found if isinstance(value, str) and value)


def _collect(value: Value, found: list[Reference]) -> None:
    if isinstance(value, (dict, list)):
        for member in value.values() if isinstance(value, dict) else value:
            # Most members are texts and numbers: a call for each would double the time.
            if isinstance(member, (dict, list, Reference)):
                _collect(member, found)
    elif isinstance(value, Reference):
        found.append(value)


def _resolve(value: Value, ids: Mapping[Address, str]) -> Value:
    if isinstance(value, Reference):
        return ids.get(value.address, value) if value.attribute == "id" else value
    if isinstance(value, dict):
        return {name: _resolve(member, ids) for name, member in value.items()}
    if isinstance(value, list):
        return [_resolve(member, ids) for member in value]
    return value
