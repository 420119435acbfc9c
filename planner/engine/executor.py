"""Which change may run when: a state machine without a clock, fed with outcomes (semantics 6.6, 7.3)."""

from collections.abc import Iterable
from graphlib import TopologicalSorter

from planner.core.addresses import Address
from planner.core.changes import Applied, Change, Outcome, Skipped
from planner.core.lazy_dataclass import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Moves:
    """What follows from an event: changes to start now, and changes that can no longer run."""

    start: tuple[Change, ...] = ()
    skip: tuple[tuple[Change, Skipped], ...] = ()


class Executor:
    """Changes of one run by their dependencies; a change runs only when all that it needs is applied."""

    def __init__(self, changes: Iterable[Change]) -> None:
        """Order ``changes``; what one depends on outside of them counts as done."""
        self._changes = {one.address: one for one in changes}
        edges = {
            address: [need for need in one.depends_on if need in self._changes]
            for address, one in self._changes.items()
        }
        self._needs = edges
        self._sorter = TopologicalSorter(edges)
        self._sorter.prepare()
        self._unmet: dict[Address, str] = {}
        self._left = len(self._changes)

    @property
    def is_over(self) -> bool:
        """Tell whether every change has ended."""
        return self._left == 0

    def begin(self) -> Moves:
        """Return the changes that need nothing."""
        return self._advance()

    def end(self, address: Address, outcome: Outcome) -> Moves:
        """Note the outcome of a change and return what follows from it."""
        self._left -= 1
        if not isinstance(outcome, Applied):
            self._unmet[address] = str(address)
        self._sorter.done(address)
        return self._advance()

    def _advance(self) -> Moves:
        """Return what has become ready; what needs something that is not applied ends at once, with its users."""
        start: list[Change] = []
        skip: list[tuple[Change, Skipped]] = []
        while ready := self._sorter.get_ready():
            for address in sorted(ready):
                lacking = sorted(self._unmet[need] for need in self._needs[address] if need in self._unmet)
                if not lacking:
                    start.append(self._changes[address])
                    continue
                skip.append((self._changes[address], Skipped(why=f"it needs {', '.join(lacking)}, which is not done")))
                self._left -= 1
                self._unmet[address] = str(address)
                self._sorter.done(address)
        return Moves(start=tuple(start), skip=tuple(skip))
