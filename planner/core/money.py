"""Money per hour in decimal arithmetic: prices of the files times nodes, without float noise."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final

from planner.core.lazy_dataclass import dataclass

Prices = Mapping[str, Decimal]
"""The price of one node an hour by flavor, in whatever currency the files mean."""

_CENTS: Final = Decimal("0.01")


@dataclass(frozen=True, slots=True, kw_only=True)
class HourlyCost:
    """What all nodes of a plan cost an hour, before and after; ``unpriced`` flavors are not in it."""

    before: Decimal
    after: Decimal
    unpriced: tuple[str, ...] = ()


def make_amount(number: float) -> Decimal:
    """Return a number of a file as it is written there: 3.2 is exactly 3.2."""
    return Decimal(repr(number))


def format_amount(amount: Decimal) -> str:
    """Return ``amount`` with two decimals, or with as many more as it needs."""
    plain = amount.normalize()
    return format(plain.quantize(_CENTS) if plain == plain.quantize(_CENTS) else plain, "f")


def find_cost(counts: Iterable[tuple[str, int]], prices: Prices) -> Decimal:
    """Return what nodes cost an hour, from (flavor, count); flavors without a price count nothing."""
    return sum((prices.get(flavor, Decimal(0)) * count for flavor, count in counts), Decimal(0))
