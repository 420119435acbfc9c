"""The addresses that a plan is about, told from its options and from who needs whom (semantics 6.8)."""

from planner.core.addresses import Address
from planner.core.plan_request import Owners, PlanningRequest, find_addresses, find_needs
from planner.core.selection import select, turn


def find_selected(request: PlanningRequest, *, owners: Owners) -> frozenset[Address]:
    """Return the selected addresses.

    A destroyed resource takes its users along instead of what it needs: they would lose it.
    """
    if not (request.inputs.target or request.inputs.exclude):
        return find_addresses(request)
    needs = find_needs(request, owners=owners)
    return select(find_addresses(request), request.inputs, needs=turn(needs) if request.inputs.destroy else needs)
