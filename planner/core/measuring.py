"""What the nodes of changes are worth: accelerators of each flavor, and money an hour."""

from collections.abc import Iterable

from planner.core.changes import Change, FlavorNodes
from planner.core.evidence import FlavorAccelerators
from planner.core.lazy_dataclass import replace
from planner.core.money import HourlyCost, Prices, find_cost
from planner.core.tallies import Measures, count_accelerators


def measure_change(change: Change, prices: Prices) -> Change:
    """Return ``change`` with what its nodes cost an hour, as far as prices are known."""
    if not prices:
        return change
    return replace(change, cost=find_hourly_cost(change.nodes, prices) if change.nodes else None)


def find_accelerators(changes: Iterable[Change], measures: Measures) -> tuple[FlavorAccelerators, ...]:
    """Return the accelerators of the flavors of ``changes`` that the service told of."""
    flavors = sorted({row.flavor for change in changes for row in change.nodes})
    counts = ((flavor, count_accelerators(flavor, measures)) for flavor in flavors)
    return tuple(FlavorAccelerators(flavor=flavor, accelerators=one) for flavor, one in counts if one is not None)


def find_hourly_cost(nodes: Iterable[FlavorNodes], prices: Prices) -> HourlyCost | None:
    """Return what ``nodes`` cost an hour, before and after; None where the files name no prices."""
    if not prices:
        return None
    rows = tuple(nodes)
    counted = {row.flavor for row in rows if row.before or row.after}
    return HourlyCost(
        before=find_cost(((row.flavor, row.before) for row in rows), prices),
        after=find_cost(((row.flavor, row.after) for row in rows), prices),
        unpriced=tuple(sorted(counted - prices.keys())),
    )
