"""Which addresses a run is about: ``--target`` takes dependencies along, ``--exclude`` dependents (semantics 6.8)."""

from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from itertools import islice

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
    known = {*names, *(name.partition("[")[0] for name in names)}
    return tuple(
        pattern
        for pattern in patterns
        if pattern not in known and not (_is_glob(pattern) and any(_is_match(name, pattern) for name in names))
    )


def rank_addresses(addresses: Iterable[Address], patterns: Sequence[str]) -> dict[Address, int]:
    """Return for each address that ``patterns`` name the place of the first one that does, from 0.

    Thousands may be named one by one: only what is a glob is tried on each address.
    """
    places = {pattern: at for at, pattern in reversed([*enumerate(patterns)])}
    globs = [(at, pattern) for at, pattern in enumerate(patterns) if _is_glob(pattern)]
    ranks: dict[Address, int] = {}
    for address in addresses:
        name = str(address)
        spelled = (places[one] for one in (name, name.partition("[")[0]) if one in places)
        matched = (at for at, pattern in globs if _is_match(name, pattern))
        found = [*spelled, *islice(matched, 1)]
        if found:
            ranks[address] = min(found)
    return ranks


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


def _is_glob(pattern: str) -> bool:
    return "*" in pattern or "?" in pattern


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
