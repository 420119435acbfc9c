"""The order of a plan's changes: networks before parents before children, deletes reversed (semantics 7.3)."""

from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter

from planner.core.addresses import Address
from planner.core.changes import Action, Change
from planner.core.diagnostics import Diagnostic, make_error
from planner.core.lazy_dataclass import dataclass, replace
from planner.core.live_trees import find_display_name
from planner.core.plan_request import Owners, PlanningRequest, find_live_needs, find_wanted_needs
from planner.core.selection import turn

LEAVING = frozenset({Action.DELETE, Action.REPLACE})
_QUIET = frozenset({Action.NO_OP, Action.FORGET})


def order_changes(
    request: PlanningRequest, changes: tuple[Change, ...], *, owners: Owners
) -> tuple[tuple[Change, ...], tuple[Diagnostic, ...]]:
    """Return the changes, each after those that it depends on, and an error where that cannot be."""
    around = _look_around(request, changes, owners=owners)
    edges = {one.address: _find_edges(request, one, around, owners=owners) for one in changes}
    linked = {
        one.address: replace(one, depends_on=tuple(sorted(edges[one.address]))) if edges[one.address] else one
        for one in changes
    }
    try:
        order = tuple(_sort(edges))
    except CycleError as error:
        return tuple(linked.values()), (_report_circle(error.args[1]),)
    return tuple(linked[address] for address in order), ()


def _sort(edges: dict[Address, frozenset[Address]]) -> Iterable[Address]:
    """Yield the addresses in layers, each layer by name, so that the order does not depend on the input's."""
    sorter = TopologicalSorter({address: sorted(edges[address]) for address in sorted(edges) if edges[address]})
    sorter.prepare()
    # What waits for nothing, in most plans nearly all, is the first layer.
    yield from sorted(address for address in edges if not edges[address])
    sorter.done(*sorter.get_ready())
    while sorter.is_active():
        layer = sorted(sorter.get_ready())
        yield from layer
        sorter.done(*layer)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Around:
    """What a change has to be ordered among: those that do something, who uses what goes, whose name becomes free."""

    others: Mapping[Address, Change]
    users: Mapping[Address, frozenset[Address]]
    freed: Mapping[tuple[str, str], frozenset[Address]]


def _look_around(request: PlanningRequest, changes: tuple[Change, ...], *, owners: Owners) -> _Around:
    others = {one.address: one for one in changes if one.action not in _QUIET}
    leaving = {address: one for address, one in others.items() if one.action in LEAVING}
    freed: dict[tuple[str, str], frozenset[Address]] = {}
    for address, one in leaving.items():
        if one.action is Action.DELETE:
            key = (one.kind, find_display_name(one.before or {}))
            freed[key] = freed.get(key, frozenset()) | {address}
    return _Around(
        others=others,
        users=turn({address: find_live_needs(request, address, owners=owners) for address in leaving}),
        freed=freed,
    )


def _find_edges(request: PlanningRequest, change: Change, around: _Around, *, owners: Owners) -> frozenset[Address]:
    """Return the addresses whose changes must end before ``change`` may begin."""
    if change.action in _QUIET:
        return frozenset()
    found: set[Address] = set()
    if change.action is not Action.DELETE:
        needed = find_wanted_needs(request, change.address, owners=owners) & around.others.keys()
        found |= {one for one in needed if around.others[one].action is not Action.DELETE}
    if change.action in LEAVING:
        found |= around.users.get(change.address, frozenset())
    if change.action is Action.CREATE and (name := find_display_name(change.after or {})):
        found |= around.freed.get((change.kind, name), frozenset())
    return frozenset(found - {change.address})


def _report_circle(addresses: Iterable[Address]) -> Diagnostic:
    return make_error(
        "plan.circle",
        "The changes wait for each other",
        detail=f"{' -> '.join(map(str, addresses))}: each would have to end before the other. "
        "Make the plan in two steps with --target.",
    )
