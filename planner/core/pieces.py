"""The pieces of a change that start at different times: what no rollout takes, and a piece for each of its turns."""

from collections.abc import Iterable

from planner.core.addresses import Address
from planner.core.changes import Applied, Change, Operation, Outcome, Skipped
from planner.core.desired import Rollout
from planner.core.lazy_dataclass import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Operations of a change, by number from 1, that run one after the other in one go.

    ``rollout`` is None for what needs no turn, which comes first and may be empty. ``done`` are the operations that
    were made of the same change before.
    """

    change: Change
    numbers: tuple[int, ...]
    rollout: Rollout | None = None
    done: tuple[Operation, ...] = ()

    @property
    def address(self) -> Address:
        """Return the address of the change."""
        return self.change.address

    @property
    def name(self) -> str:
        """Return the name of the rollout, empty where there is none."""
        return self.rollout.name if self.rollout else ""

    @property
    def operations(self) -> tuple[Operation, ...]:
        """Return the operations themselves."""
        return tuple(self.change.operations[number - 1] for number in self.numbers)


def cut_change(change: Change, rollouts: Iterable[Rollout] = ()) -> tuple[Piece, ...]:
    """Return the pieces of ``change`` in their order: what needs no turn, then those of its turns by rollout.

    The order is the same for all changes, so that no two rollouts can wait for each other.
    """
    rules = {one.name: one for one in rollouts}
    turns = sorted((turn for turn in change.turns if turn.rollout in rules), key=lambda turn: turn.rollout)
    taken = {number for turn in turns for number in turn.operations}
    rest = tuple(number for number in range(1, len(change.operations) + 1) if number not in taken)
    pieces = (Piece(change=change, numbers=turn.operations, rollout=rules[turn.rollout]) for turn in turns)
    return Piece(change=change, numbers=rest), *pieces


def list_numbers(change: Change) -> tuple[int, ...]:
    """Return the numbers of the operations of ``change`` as a run makes them: what takes its turn comes last."""
    turns = sorted(change.turns, key=lambda turn: turn.rollout)
    staged = tuple(dict.fromkeys(number for turn in turns for number in turn.operations))
    return *(number for number in range(1, len(change.operations) + 1) if number not in staged), *staged


def join_outcomes(ends: Iterable[tuple[Piece, Outcome]]) -> Outcome:
    """Return what a whole change came to: the worst of its pieces, and what was made of it where the rest is left."""
    listed = tuple(ends)
    unmet = next((one for _, one in listed if not isinstance(one, Applied) and not is_deferred(one)), None)
    left = next((one for _, one in listed if isinstance(one, Skipped) and one.is_deferred), None)
    if unmet is not None:
        return unmet
    if left is None:
        return listed[-1][1]
    total = len(listed[0][0].change.operations)
    made = sum(len(piece.numbers) for piece, outcome in listed if isinstance(outcome, Applied))
    start = f"{made} of {total} operations done; " if made else ""
    return Skipped(why=f"{start}{left.why}", is_deferred=True)


def is_deferred(outcome: Outcome) -> bool:
    """Tell whether an outcome is no fault: a rollout leaves it for later."""
    return isinstance(outcome, Skipped) and outcome.is_deferred
