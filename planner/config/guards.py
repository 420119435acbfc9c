"""Guards: defaults, what the files make of them, and which of a pool's would loosen them."""

import dataclasses
from collections.abc import Iterator
from typing import Any, Final

from planner.core.desired import Guards
from planner.core.lazy_dataclass import dataclass
from planner.core.money import make_amount
from planner.core.trees import Tree
from planner.kinds.value_rules import DISRUPTION_WORDS, DRIFT_WORDS

LIMITS: Final = (
    "max_percent_removed",
    "max_nodes_removed",
    "max_nodes_added",
    "max_accelerators_removed",
    "max_hourly_cost_added",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loosening:
    """A key of a pool's guards that permits more than the guards of all pools."""

    key: str
    outer: str
    inner: str


def build_guards(body: Tree, *, outer: Guards) -> Guards:
    """Return ``outer`` with what the table ``body`` writes, less its ``run``; money becomes decimal."""
    if not body:
        return outer
    written: dict[str, Any] = {key: value for key, value in body.items() if key != "run"}
    if (amount := written.get(_COST)) is not None:
        written[_COST] = make_amount(float(amount))
    return dataclasses.replace(outer, **written)


def find_loosenings(body: Tree, *, outer: Tree) -> Iterator[Loosening]:
    """Yield each key of a pool's raw guards that is looser than the raw guards of all pools."""
    for key, find_rank in (*((limit, _rank_limit) for limit in LIMITS), *_WORD_KEYS):
        inner, wide = body.get(key), outer.get(key, getattr(_DEFAULTS, key))
        inner_rank, outer_rank = find_rank(inner), find_rank(wide)
        if key in body and inner_rank is not None and outer_rank is not None and inner_rank > outer_rank:
            yield Loosening(key=key, outer=_name(key, wide, is_default=key not in outer), inner=str(inner))


_COST: Final = "max_hourly_cost_added"
_DEFAULTS: Final = Guards()


def _rank_limit(value: object) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _rank_disruption(value: object) -> int | None:
    return DISRUPTION_WORDS.index(value) if isinstance(value, str) and value in DISRUPTION_WORDS else None


def _rank_drift(value: object) -> int | None:
    """Rank by how much is done about drift; the default reverts some classes and stops at the others."""
    if value is None:
        return 1
    return 2 - DRIFT_WORDS.index(value) if isinstance(value, str) and value in DRIFT_WORDS else None


_WORD_KEYS: Final = (("max_disruption", _rank_disruption), ("on_drift", _rank_drift))


def _name(key: str, value: object, *, is_default: bool) -> str:
    if value is None:
        return "by class (the default)" if key == "on_drift" else "without limit"
    return f"{value} (the default)" if is_default else str(value)
