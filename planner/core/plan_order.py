"""The order of a plan's changes: networks before parents before children, deletes reversed (semantics 7.3)."""

from collections.abc import Iterable
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter

from planner.core.addresses import Address
from planner.core.changes import Action, Change
from planner.core.diagnostics import Diagnostic, make_error
from planner.core.live_trees import find_display_name
from planner.core.plan_request import Owners, PlanningRequest, find_live_needs, find_wanted_needs

LEAVING = frozenset({Action.DELETE, Action.REPLACE})
_QUIET = frozenset({Action.NO_OP, Action.FORGET})


def order_changes(
    request: PlanningRequest, changes: tuple[Change, ...], *, owners: Owners
) -> tuple[tuple[Change, ...], tuple[Diagnostic, ...]]:
    """Return the changes, each after those that it depends on, and an error where that cannot be."""
    edges = {one.address: _find_edges(request, one, changes, owners=owners) for one in changes}
    linked = {one.address: replace(one, depends_on=tuple(sorted(edges[one.address]))) for one in changes}
    try:
        order = tuple(_sort(edges))
    except CycleError as error:
        return tuple(linked.values()), (_report_circle(error.args[1]),)
    return tuple(linked[address] for address in order), ()


def _sort(edges: dict[Address, frozenset[Address]]) -> Iterable[Address]:
    """Yield the addresses in layers, each layer by name, so that the order does not depend on the input's."""
    sorter = TopologicalSorter({address: sorted(edges[address]) for address in sorted(edges)})
    sorter.prepare()
    while sorter.is_active():
        layer = sorted(sorter.get_ready())
        yield from layer
        sorter.done(*layer)


def _find_edges(
    request: PlanningRequest, change: Change, changes: tuple[Change, ...], *, owners: Owners
) -> frozenset[Address]:
    """Return the addresses whose changes must end before ``change`` may begin."""
    if change.action in _QUIET:
        return frozenset()
    others = {one.address: one for one in changes if one.address != change.address and one.action not in _QUIET}
    found: set[Address] = set()
    if change.action is not Action.DELETE:
        needed = find_wanted_needs(request, change.address, owners=owners)
        found |= {one for one in needed if one in others and others[one].action is not Action.DELETE}
    if change.action in LEAVING:
        found |= {
            one
            for one, other in others.items()
            if other.action in LEAVING and change.address in find_live_needs(request, one, owners=owners)
        }
    if change.action is Action.CREATE:
        found |= {one for one, other in others.items() if _is_making_room(other, change)}
    return frozenset(found)


def _is_making_room(other: Change, change: Change) -> bool:
    """Tell whether ``other`` deletes the object whose display name ``change`` takes."""
    return (
        other.action is Action.DELETE
        and other.kind == change.kind
        and find_display_name(other.before or {}) == find_display_name(change.after or {}) != ""
    )


def _report_circle(addresses: Iterable[Address]) -> Diagnostic:
    return make_error(
        "plan.circle",
        "The changes wait for each other",
        detail=f"{' -> '.join(map(str, addresses))}: each would have to end before the other. "
        "Make the plan in two steps with --target.",
    )
