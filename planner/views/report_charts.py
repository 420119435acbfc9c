"""Nodes and cards by flavor, before and after, as bars of a chart."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final

from planner.core.changes import Plan
from planner.core.lazy_dataclass import dataclass
from planner.views.change_order import format_nodes

_MOST: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A flavor: ``before`` and ``after`` are percents of the longest bar of the chart."""

    name: str
    words: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Bars that share a scale, the largest first; ``more`` tells of those that are not shown."""

    title: str
    noun: str
    bars: tuple[Bar, ...]
    more: str = ""


def build_charts(plan: Plan) -> tuple[Chart, ...]:
    """Return the nodes by flavor and, where the service told of accelerators, the cards by flavor."""
    nodes = _count_nodes(plan)
    cards = {
        one.flavor: tuple(count * one.accelerators for count in nodes[one.flavor])
        for one in plan.accelerators
        if one.accelerators and one.flavor in nodes
    }
    charts = (_make_chart("Nodes", "nodes", nodes), _make_chart("Cards (accelerators)", "cards", cards))
    return tuple(chart for chart in charts if chart.bars)


def _count_nodes(plan: Plan) -> Mapping[str, tuple[int, ...]]:
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for row in (row for change in plan.changes for row in change.nodes):
        counts[row.flavor][0] += row.before
        counts[row.flavor][1] += row.after
    return {flavor: tuple(both) for flavor, both in counts.items() if any(both)}


def _make_chart(title: str, noun: str, counts: Mapping[str, tuple[int, ...]]) -> Chart:
    # What changes matters more than what is large.
    ordered = sorted(counts.items(), key=lambda row: (row[1][0] == row[1][1], -max(row[1]), row[0]))
    longest = max((max(both) for _, both in ordered), default=0)
    left = len(ordered) - _MOST
    more = f"and {left} more {'flavor' if left == 1 else 'flavors'}" if left > 0 else ""
    return Chart(title=title, noun=noun, bars=tuple(_make_bars(ordered[:_MOST], longest)), more=more)


def _make_bars(rows: Iterable[tuple[str, tuple[int, ...]]], longest: int) -> Iterable[Bar]:
    for name, (before, after) in rows:
        yield Bar(
            name=name,
            words=format_nodes(before, after),
            before=f"{100 * before / longest:.2f}",
            after=f"{100 * after / longest:.2f}",
        )
