"""Which piece of which change may run when: a state machine without a clock, fed with outcomes (semantics 6.6, 7.3)."""

import datetime as dt
from collections.abc import Iterable
from graphlib import TopologicalSorter
from typing import TypeAlias

from planner.core.addresses import Address
from planner.core.changes import Applied, Change, Operation, Outcome, Skipped
from planner.core.lazy_dataclass import dataclass, replace
from planner.core.pieces import Piece, cut_change, is_deferred
from planner.core.turns import Leave, Start, Turns, Verdict, find_outlook, find_standpoint, judge_turn, note

_Key: TypeAlias = tuple[Address, str]
"""An address and the name of a rollout, which is empty for what needs no turn."""

_MAIN = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moves:
    """What follows from an event: pieces to start now, and pieces that can no longer run."""

    start: tuple[Piece, ...] = ()
    skip: tuple[tuple[Piece, Skipped], ...] = ()


class Executor:
    """Changes of one run by their dependencies; a change runs only when all that it needs is applied.

    What a rollout takes of a change comes after the rest of it, when it is its turn. Nothing but that rollout waits
    for it: who needs a resource needs what is done to it without a turn.
    """

    def __init__(self, changes: Iterable[Change], *, turns: Iterable[Turns] = ()) -> None:
        """Order ``changes``; what one depends on outside of them counts as done."""
        self._turns = {one.rollout.name: one for one in turns}
        rollouts = tuple(one.rollout for one in self._turns.values())
        cut = {one.address: cut_change(one, rollouts) for one in changes}
        self._pieces = {(piece.address, piece.name): piece for pieces in cut.values() for piece in pieces}
        self._needs: dict[_Key, tuple[_Key, ...]] = {}
        for address, (main, *staged) in cut.items():
            needed = ((need, _MAIN) for need in main.change.depends_on if need in cut)
            self._needs[address, _MAIN] = tuple(needed)
            before = _MAIN
            for piece in staged:
                self._needs[address, piece.name] = ((address, before),)
                before = piece.name
        self._sorter = TopologicalSorter(self._needs)
        self._sorter.prepare()
        # By batch: only those whose turn has come are looked at.
        self._held: dict[str, dict[int, set[Address]]] = {name: {} for name in self._turns}
        self._numbers = {
            (one, name): number for name, turns in self._turns.items() for one, number in turns.find_numbers().items()
        }
        self._counts = {address: len(pieces) for address, pieces in cut.items()}
        self._unmet: dict[_Key, str] = {}
        self._done: dict[Address, tuple[Operation, ...]] = {}
        self._left = len(self._pieces)

    @property
    def is_over(self) -> bool:
        """Tell whether every piece has ended."""
        return self._left == 0

    def count_pieces(self, address: Address) -> int:
        """Return how many pieces the change of ``address`` has."""
        return self._counts[address]

    def begin(self, *, now: dt.datetime) -> Moves:
        """Return the pieces that need nothing."""
        return self._advance(now)

    def end(self, piece: Piece, outcome: Outcome, *, now: dt.datetime) -> Moves:
        """Note the outcome of a piece and return what follows from it."""
        self._close((piece.address, piece.name), outcome)
        return self._advance(now)

    def _advance(self, now: dt.datetime) -> Moves:
        """Return what may start; what needs something that is not applied ends at once, with its users."""
        start: list[Piece] = []
        skip: list[tuple[Piece, Skipped]] = []
        while settled := self._settle_ready() or self._settle_turns(now):
            for key, verdict in settled:
                piece = self._pieces[key]
                if isinstance(verdict, Leave):
                    skipped = Skipped(why=verdict.why, is_deferred=not verdict.is_stopped)
                    skip.append((piece, skipped))
                    self._close(key, skipped)
                else:
                    start.append(replace(piece, done=self._done.get(piece.address, ())))
        return Moves(start=tuple(start), skip=tuple(skip))

    def _settle_ready(self) -> list[tuple[_Key, Verdict]]:
        """Return what can be told without a turn of what has become ready; the rest waits for its turn."""
        settled: list[tuple[_Key, Verdict]] = []
        for key in sorted(self._sorter.get_ready()):
            address, name = key
            lacking = sorted(self._unmet[need] for need in self._needs[key] if need in self._unmet)
            if name and not lacking:
                self._held[name].setdefault(self._numbers[address, name], set()).add(address)
            elif name:
                settled.append((key, Leave(why="an operation before it was not done", is_stopped=True)))
            elif lacking:
                why = f"it needs {', '.join(lacking)}, which is not done"
                settled.append((key, Leave(why=why, is_stopped=True)))
            else:
                settled.append((key, Start()))
        return settled

    def _settle_turns(self, now: dt.datetime) -> list[tuple[_Key, Verdict]]:
        """Return whose turn it is, and who has none in this run."""
        settled: list[tuple[_Key, Verdict]] = []
        for name, held in self._held.items():
            if not held:
                continue
            outlook = find_outlook(self._turns[name], now=now)
            is_last = outlook.stops is not None or outlook.waits is not None
            due = sorted(number for number in held if number <= outlook.batch or is_last)
            for number in due:
                verdict = judge_turn(outlook, number)
                settled += [((one, name), verdict) for one in sorted(held.pop(number))]
        return settled

    def _close(self, key: _Key, outcome: Outcome) -> None:
        address, name = key
        self._left -= 1
        if isinstance(outcome, Applied):
            self._done[address] = (*self._done.get(address, ()), *self._pieces[key].operations)
        elif not is_deferred(outcome):
            self._unmet[key] = str(address)
        if name:
            self._turns[name] = note(self._turns[name], address, find_standpoint(outcome))
        self._sorter.done(key)
