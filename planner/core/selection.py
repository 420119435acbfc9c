"""Which addresses a run is about: ``--target`` takes dependencies along, ``--exclude`` dependents (semantics 6.8)."""

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase

from planner.core.addresses import Address
from planner.core.changes import PlanInputs

Needs = Mapping[Address, frozenset[Address]]


def select(addresses: Iterable[Address], inputs: PlanInputs, *, needs: Needs) -> frozenset[Address]:
    """Return the addresses that ``inputs`` select; ``needs`` tells what each depends on."""
    every = frozenset(addresses)
    chosen = _match(every, inputs.target) if inputs.target else every
    left_out = _match(every, inputs.exclude)
    with_needs = _reach(chosen, needs)
    without = _reach(left_out, turn(needs))
    return (with_needs & every) - without


def find_unmatched(addresses: Iterable[Address], patterns: Iterable[str]) -> tuple[str, ...]:
    """Return the patterns that name no address."""
    names = [str(one) for one in addresses]
    return tuple(pattern for pattern in patterns if not any(_is_match(name, pattern) for name in names))


def is_named(address: Address, patterns: Iterable[str]) -> bool:
    """Tell whether one of ``patterns`` names ``address``."""
    return any(_is_match(str(address), pattern) for pattern in patterns)


def turn(needs: Needs) -> Needs:
    """Return who needs each address, from what each address needs."""
    turned: dict[Address, set[Address]] = {}
    for address, needed in needs.items():
        for one in needed:
            turned.setdefault(one, set()).add(address)
    return {address: frozenset(users) for address, users in turned.items()}


def _is_match(name: str, pattern: str) -> bool:
    # A block's address names all its instances; brackets are those of a key, never a class of letters.
    return pattern in {name, name.partition("[")[0]} or fnmatchcase(name, pattern.replace("[", "[[]"))


def _match(addresses: Iterable[Address], patterns: Iterable[str]) -> frozenset[Address]:
    listed = tuple(patterns)
    return frozenset(one for one in addresses if is_named(one, listed))


def _reach(start: frozenset[Address], edges: Needs) -> frozenset[Address]:
    found, front = set(start), list(start)
    while front:
        fresh = edges.get(front.pop(), frozenset()) - found
        found |= fresh
        front += fresh
    return frozenset(found)
