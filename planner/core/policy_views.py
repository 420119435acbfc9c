"""A plan as the conditions of policies read it: plain values, the same on every machine."""

from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import Any

from planner.core.changes import Action, Change, FieldChange
from planner.core.lazy_dataclass import dataclass
from planner.core.money import Prices, find_cost
from planner.core.snapshot import LiveFlavor, Unread
from planner.core.trees import ABSENT, CountRange, Maybe, Reference


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """What nodes are counted by: accelerators of the flavors sold, None where they were not read; and prices."""

    flavors: Mapping[str, LiveFlavor] | Unread | None = None
    prices: Prices = field(default_factory=dict)


def build_view(changes: Iterable[Change], costs: Costs) -> dict[str, Any]:
    """Return ``changes`` and their ``summary``, as docs/language.md describes them."""
    rows = [_build_change(one, costs) for one in changes]
    return {"changes": rows, "summary": _summarise(rows)}


_SUMMED = ("nodes_before", "nodes_after", "cards_before", "cards_after", "cost_before", "cost_after")


def _build_change(change: Change, costs: Costs) -> dict[str, Any]:
    before = [(row.flavor, row.before) for row in change.nodes]
    after = [(row.flavor, row.after) for row in change.nodes]
    return {
        "address": str(change.address),
        "previous_address": str(change.previous_address or ""),
        "kind": change.kind,
        "name": change.address.name,
        "key": change.address.key,
        "id": change.id,
        "action": change.action.value,
        "reason": change.reason,
        "disruption": change.disruption.word,
        "purchases": change.purchases,
        "fields": [_build_field(one) for one in change.fields],
        "nodes": [
            {"flavor": row.flavor, "node_pool": row.node_pool, "before": row.before, "after": row.after}
            for row in change.nodes
        ],
        "nodes_before": change.nodes_before,
        "nodes_after": change.nodes_after,
        "cards_before": _count_cards(before, costs),
        "cards_after": _count_cards(after, costs),
        "cost_before": float(find_cost(before, costs.prices)),
        "cost_after": float(find_cost(after, costs.prices)),
        "before": _plain(change.before),
        "after": _plain(change.after),
    }


def _build_field(change: FieldChange) -> dict[str, Any]:
    return {
        "path": change.label,
        "before": _plain(change.before),
        "after": _plain(change.after),
        "disruption": change.disruption.word,
    }


def _count_cards(counts: Iterable[tuple[str, int]], costs: Costs) -> int | None:
    """Return the accelerators of nodes by (flavor, count); None where a flavor's number is not known."""
    total = 0
    for flavor, count in counts:
        number = _find_cards(flavor, costs) if count else 0
        if number is None:
            return None
        total += number * count
    return total


def _find_cards(flavor: str, costs: Costs) -> int | None:
    if costs.flavors is None or isinstance(costs.flavors, Unread):
        return None
    known = costs.flavors.get(flavor)
    return None if known is None else known.accelerators


def _summarise(rows: list[dict[str, Any]]) -> dict[str, Any]:
    actions = {action.value.replace("-", "_"): 0 for action in Action}
    for row in rows:
        actions[row["action"].replace("-", "_")] += 1
    sums = {name: _add([row[name] for row in rows]) for name in _SUMMED}
    return {**actions, "move": sum(1 for row in rows if row["previous_address"]), **sums}


def _add(numbers: list[Any]) -> Any:
    return None if None in numbers else sum(numbers)


def _plain(value: Maybe) -> Any:
    """Return ``value`` in plain types: what is known after apply, and what is not there, is null."""
    if value is ABSENT or isinstance(value, Reference):
        return None
    if isinstance(value, CountRange):
        return value.initial
    if isinstance(value, dict):
        return {name: _plain(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_plain(member) for member in value]
    return value
