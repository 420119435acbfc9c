"""Limits on what goes and comes, judged by a tally (semantics 5.1, 5.2)."""

from collections.abc import Iterator

from planner.core.desired import Guards
from planner.core.lazy_dataclass import dataclass
from planner.core.money import format_amount
from planner.core.tallies import Tally

REMOVALS = frozenset({"max_percent_removed", "max_nodes_removed", "max_accelerators_removed"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Excess:
    """A limit that is exceeded: its ``key``, what is counted against what, in words, and what was not known."""

    key: str
    counted: str
    rule: str

    @property
    def is_removal(self) -> bool:
        """Tell whether a permission to remove nodes lifts it."""
        return self.key in REMOVALS


def find_removal_limit(before: int, percent: int) -> int:
    """Return how many of ``before`` nodes may go at once: at least one (semantics 5.1)."""
    return max(1, before * percent // 100)


def find_excesses(guards: Guards, tally: Tally) -> Iterator[Excess]:
    """Yield each limit of ``guards`` that ``tally`` exceeds, or may exceed for all that is known."""
    yield from _find_removed(guards, tally)
    yield from _find_accelerators(guards, tally)
    if guards.max_nodes_added is not None and tally.added > guards.max_nodes_added:
        rule = f"max_nodes_added is {guards.max_nodes_added}"
        yield Excess(key="max_nodes_added", counted=f"adds {_count(tally.added)}", rule=rule)
    yield from _find_cost(guards, tally)


def _find_removed(guards: Guards, tally: Tally) -> Iterator[Excess]:
    removed = f"removes {_count(tally.removed)}"
    if guards.max_percent_removed is not None:
        limit = find_removal_limit(tally.before, guards.max_percent_removed)
        if tally.removed > limit:
            rule = f"max_percent_removed = {guards.max_percent_removed} of {_count(tally.before)} lets {limit} go"
            yield Excess(key="max_percent_removed", counted=removed, rule=rule)
    if guards.max_nodes_removed is not None and tally.removed > guards.max_nodes_removed:
        yield Excess(key="max_nodes_removed", counted=removed, rule=f"max_nodes_removed is {guards.max_nodes_removed}")


def _find_accelerators(guards: Guards, tally: Tally) -> Iterator[Excess]:
    limit = guards.max_accelerators_removed
    if limit is None or (tally.accelerators_removed <= limit and not tally.unmeasured):
        return
    counted = f"removes {_count(tally.accelerators_removed, 'accelerator')}"
    if tally.unmeasured:
        counted += f", and how many a node of {', '.join(tally.unmeasured)} has is not known"
    yield Excess(key="max_accelerators_removed", counted=counted, rule=f"max_accelerators_removed is {limit}")


def _find_cost(guards: Guards, tally: Tally) -> Iterator[Excess]:
    limit = guards.max_hourly_cost_added
    if limit is None or (tally.cost_added <= limit and not tally.unpriced):
        return
    counted = f"adds {format_amount(tally.cost_added)} an hour"
    if tally.unpriced:
        counted += f", and [prices] names no price for {', '.join(tally.unpriced)}"
    rule = f"max_hourly_cost_added is {format_amount(limit)}"
    yield Excess(key="max_hourly_cost_added", counted=counted, rule=rule)


def _count(number: int, noun: str = "node") -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
