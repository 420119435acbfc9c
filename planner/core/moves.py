"""``[[moved]]``: another address for what is tracked (spec 2); nothing is asked of the service.

A block takes all its instances along. Moves may follow each other; one whose old address is not tracked is true
already, and does nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import TypeVar

from planner.core.addresses import Address
from planner.core.changes import Change
from planner.core.desired import MovedBlock
from planner.core.diagnostics import Diagnostic, make_error
from planner.core.lazy_dataclass import dataclass, replace
from planner.core.snapshot import Snapshot
from planner.core.tracking import TrackedResource


@dataclass(frozen=True, slots=True, kw_only=True)
class Moving:
    """Old addresses by the new ones that they get, and what cannot be moved."""

    previous: Mapping[Address, Address] = field(default_factory=dict)
    diagnostics: tuple[Diagnostic, ...] = ()


Kept = TypeVar("Kept")


def find_moves(tracked: Iterable[Address], moved: tuple[MovedBlock, ...]) -> Moving:
    """Return which of the addresses ``tracked`` get another one."""
    ends = {address: _follow(address, moved) for address in sorted(tracked)}
    takers: dict[Address, list[Address]] = {}
    for address, end in ends.items():
        takers.setdefault(end, []).append(address)
    crowded = {end: olds for end, olds in takers.items() if len(olds) > 1}
    return Moving(
        previous={end: olds[0] for end, olds in takers.items() if len(olds) == 1 and olds[0] != end},
        diagnostics=tuple(_report_taken(end, olds, moved) for end, olds in crowded.items()),
    )


def rename(rows: Mapping[Address, Kept], previous: Mapping[Address, Address]) -> dict[Address, Kept]:
    """Return ``rows`` under their new addresses."""
    following = {old: new for new, old in previous.items()}
    return {following.get(address, address): row for address, row in rows.items()}


def rename_snapshot(snapshot: Snapshot, previous: Mapping[Address, Address]) -> Snapshot:
    """Return ``snapshot``, which was read under old addresses, under the new ones."""
    following = {old: new for new, old in previous.items()}
    return replace(
        snapshot,
        resources=rename(snapshot.resources, previous),
        missing=frozenset(following.get(address, address) for address in snapshot.missing),
    )


def move_records(
    tracked: Mapping[Address, TrackedResource], changes: Iterable[Change]
) -> Mapping[Address, TrackedResource]:
    """Return ``tracked`` with those records moved that ``changes`` move; one that is moved already stays."""
    previous = {
        one.address: one.previous_address
        for one in changes
        if one.previous_address in tracked and one.address not in tracked
    }
    known = {new: old for new, old in previous.items() if old is not None}
    return rename(tracked, known) if known else tracked


def _follow(address: Address, moved: tuple[MovedBlock, ...]) -> Address:
    """Return where ``address`` ends; each move is followed once."""
    left = list(moved)
    while (step := next((one for one in left if _take(one, address)), None)) is not None:
        left.remove(step)
        address = _take(step, address) or address
    return address


def _take(move: MovedBlock, address: Address) -> Address | None:
    """Return the new address that ``move`` gives to ``address``; None where it does not speak of it."""
    if move.source == address:
        return move.target
    is_block = not move.source.key and not move.target.key and bool(address.key)
    if is_block and (address.kind, address.name) == (move.source.kind, move.source.name):
        return Address(kind=move.target.kind, name=move.target.name, key=address.key)
    return None


def _report_taken(end: Address, olds: list[Address], moved: tuple[MovedBlock, ...]) -> Diagnostic:
    names = " and ".join(str(one) for one in olds)
    location = next((one.location for one in moved if any(_take(one, old) for old in olds)), None)
    return make_error(
        "plan.moved-onto-another",
        "Two tracked resources would have one address",
        detail=f"{names} would both be {end}, and one of the two records would be lost. Nothing was moved. Give one of "
        "them another address, or stop managing it with [[removed]].",
        address=str(end),
        location=location,
    )
