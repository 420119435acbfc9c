"""What changes take away and add, counted: nodes, accelerators, money (semantics 5.1, 5.2)."""

from collections.abc import Iterable, Mapping
from dataclasses import field
from decimal import Decimal

from planner.core.changes import Action, Change, FlavorNodes
from planner.core.lazy_dataclass import dataclass, replace
from planner.core.money import Prices, find_cost
from planner.core.snapshot import LiveFlavor, Unread

_LEAVING = frozenset({Action.DELETE, Action.REPLACE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """What nodes are measured by: accelerators of the flavors sold, and the prices of the files."""

    flavors: Mapping[str, LiveFlavor] | Unread | None = None
    prices: Prices = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Nodes ``before``, and what goes and comes; growth elsewhere never offsets what goes, nor the other way.

    ``accelerators_removed`` and ``cost_added`` (an hour) count what is known; ``unmeasured`` are flavors that go
    and of which no count of accelerators is known, ``unpriced`` those that come and have no price.
    """

    before: int = 0
    removed: int = 0
    added: int = 0
    accelerators_removed: int = 0
    cost_added: Decimal = Decimal(0)
    unmeasured: tuple[str, ...] = ()
    unpriced: tuple[str, ...] = ()


def count_removed(change: Change) -> int:
    """Return the nodes that go: growth elsewhere never offsets (semantics 5.1)."""
    return sum(max(0, row.before - row.after) for row in change.nodes)


def count_added(change: Change) -> int:
    """Return the nodes that come."""
    return sum(max(0, row.after - row.before) for row in change.nodes)


def make_tally(change: Change, measures: Measures) -> Tally:
    """Return the tally of one change by its entries."""
    return _make_tally(change.nodes, measures, gone=_list_gone(change), come=_list_come(change))


def make_whole_tally(change: Change, measures: Measures) -> Tally:
    """Return the tally of one change as a run counts it: what is deleted or replaced goes with all its nodes.

    A replaced pool takes all its nodes anew; money is added for its growth alone.
    """
    if change.action not in _LEAVING:
        return make_tally(change, measures)
    gone = [(row.flavor, row.before) for row in change.nodes if row.before]
    tally = _make_tally(change.nodes, measures, gone=gone, come=_list_come(change))
    return replace(tally, added=sum(row.after for row in change.nodes))


def add_tallies(tallies: Iterable[Tally]) -> Tally:
    """Return the sum of ``tallies``."""
    rows = tuple(tallies)
    return Tally(
        before=sum(one.before for one in rows),
        removed=sum(one.removed for one in rows),
        added=sum(one.added for one in rows),
        accelerators_removed=sum(one.accelerators_removed for one in rows),
        cost_added=sum((one.cost_added for one in rows), Decimal(0)),
        unmeasured=_unite(flavor for one in rows for flavor in one.unmeasured),
        unpriced=_unite(flavor for one in rows for flavor in one.unpriced),
    )


def _list_gone(change: Change) -> list[tuple[str, int]]:
    return [(row.flavor, row.before - row.after) for row in change.nodes if row.before > row.after]


def _list_come(change: Change) -> list[tuple[str, int]]:
    return [(row.flavor, row.after - row.before) for row in change.nodes if row.after > row.before]


def count_accelerators(flavor: str, measures: Measures) -> int | None:
    """Return the accelerators of one node of a flavor; None where the service was not asked or does not tell."""
    if measures.flavors is None or isinstance(measures.flavors, Unread) or flavor not in measures.flavors:
        return None
    return measures.flavors[flavor].accelerators


def _make_tally(
    rows: tuple[FlavorNodes, ...], measures: Measures, *, gone: list[tuple[str, int]], come: list[tuple[str, int]]
) -> Tally:
    counts = {flavor: count_accelerators(flavor, measures) for flavor, _ in gone}
    return Tally(
        before=sum(row.before for row in rows),
        removed=sum(count for _, count in gone),
        added=sum(count for _, count in come),
        accelerators_removed=sum(count * (counts[flavor] or 0) for flavor, count in gone),
        cost_added=find_cost(come, measures.prices),
        unmeasured=_unite(flavor for flavor, count in counts.items() if count is None),
        unpriced=_unite(flavor for flavor, _ in come if flavor not in measures.prices),
    )


def _unite(flavors: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(flavors)))
