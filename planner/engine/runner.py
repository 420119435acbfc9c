"""Running the changes of a plan at once, in threads, saving the state as they go."""

import queue
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

from planner.core.addresses import Address
from planner.core.changes import Action, Change, Failed, Outcome, Skipped, Uncertain
from planner.core.diagnostics import Diagnostic, PoolctlError, make_error
from planner.core.events import ChangeEnded
from planner.core.lazy_dataclass import dataclass
from planner.core.pieces import Piece, join_outcomes
from planner.core.tracking import TrackedResource
from planner.core.turns import Turns
from planner.engine.change_run import keep_up, run_piece
from planner.engine.executor import Executor, Moves
from planner.engine.run_context import RunContext
from planner.state.errors import StateError

Save = Callable[[Mapping[Address, TrackedResource]], None]

_MOST_THREADS = 64
_SECONDS_BETWEEN_SAVES = 1.0
_SECONDS_BETWEEN_LOOKS = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """How a run goes on: ``save`` stores the tracked resources, ``fail_fast`` starts nothing after a failure."""

    save: Save
    fail_fast: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEnd:
    """How each change ended, in the order of the plan, and why the state could not be saved where it could not."""

    ended: tuple[ChangeEnded, ...]
    diagnostics: tuple[Diagnostic, ...] = ()


def run_changes(
    context: RunContext, changes: tuple[Change, ...], *, options: RunOptions, turns: tuple[Turns, ...] = ()
) -> RunEnd:
    """Run ``changes`` and return how each ended; the state is saved every second and at the end.

    ``turns`` are the rollouts that take operations of ``changes``, as they stand.
    Unchanged ones only bring the state up to date and are not in the answer. Where the state cannot be
    saved nothing new is sent, and what is in flight is finished. Raises StateError where nothing was begun.
    """
    quiet = [one for one in changes if one.action is Action.NO_OP]
    for change in quiet:
        keep_up(context, change)
    loud = tuple(one for one in changes if one.action is not Action.NO_OP)
    run = _Run(context, loud, options=options, turns=turns)
    ended = run.run() if loud else {}
    run.save()
    return RunEnd(ended=tuple(ended[one.address] for one in loud), diagnostics=run.faults)


class _Run:
    """One run: the main thread starts changes, collects outcomes and saves; workers talk to the service."""

    def __init__(
        self, context: RunContext, changes: tuple[Change, ...], *, options: RunOptions, turns: tuple[Turns, ...]
    ) -> None:
        self._context = context
        self._options = options
        self._executor = Executor(changes, turns=turns)
        self._outcomes: queue.SimpleQueue[tuple[Piece, Outcome, float]] = queue.SimpleQueue()
        self._ends: dict[Address, list[tuple[Piece, Outcome, float]]] = {}
        self._pool = ThreadPoolExecutor(
            max_workers=max(1, min(len(changes), _MOST_THREADS)), thread_name_prefix="poolctl-apply"
        )
        self._ended: dict[Address, ChangeEnded] = {}
        self.faults: tuple[Diagnostic, ...] = ()

    def run(self) -> dict[Address, ChangeEnded]:
        try:
            self._follow(self._executor.begin(now=self._context.clock()))
            self._collect()
        except BaseException:
            self._context.stop.set()
            raise
        finally:
            self._pool.shutdown(wait=True)
        return self._ended

    def save(self) -> None:
        """Save what changed; after a failure the journal alone is written, and nothing new is started."""
        changed = None if self.faults else self._context.ledger.take_changed()
        if changed is None:
            return
        try:
            self._options.save(changed)
        except StateError as error:
            self.faults = error.diagnostics
            self._context.stop.set()

    def _collect(self) -> None:
        saved = time.monotonic()
        while not self._executor.is_over:
            try:
                piece, outcome, seconds = self._outcomes.get(timeout=_SECONDS_BETWEEN_LOOKS)
            except queue.Empty:
                pass
            else:
                self._end(piece, outcome, seconds=seconds)
            if time.monotonic() - saved >= _SECONDS_BETWEEN_SAVES:
                self.save()
                saved = time.monotonic()

    def _end(self, piece: Piece, outcome: Outcome, *, seconds: float) -> None:
        self._note(piece, outcome, seconds=seconds)
        if self._options.fail_fast and isinstance(outcome, (Failed, Uncertain)):
            self._context.stop.set()
        self._follow(self._executor.end(piece, outcome, now=self._context.clock()))

    def _follow(self, moves: Moves) -> None:
        for piece, skipped in moves.skip:
            self._note(piece, skipped, seconds=0.0)
        for piece in moves.start:
            self._pool.submit(self._work, piece)

    def _work(self, piece: Piece) -> None:
        began = time.monotonic()
        outcome = _run_safely(self._context, piece)
        self._outcomes.put((piece, outcome, time.monotonic() - began))

    def _note(self, piece: Piece, outcome: Outcome, *, seconds: float) -> None:
        """Note the end of a piece; with the last one the change is over, and that is told."""
        ends = self._ends.setdefault(piece.address, [])
        ends.append((piece, outcome, seconds))
        if len(ends) < self._executor.count_pieces(piece.address):
            return
        change = piece.change
        ended = ChangeEnded(
            address=change.address,
            action=change.action,
            outcome=join_outcomes((one, came) for one, came, _ in ends),
            seconds=sum(took for _, _, took in ends),
            operations=len(change.operations),
        )
        self._ended[change.address] = ended
        self._context.emit(ended)


def _run_safely(context: RunContext, piece: Piece) -> Outcome:
    """Run ``piece``; what stops it, be it our own fault, is its outcome: the others go on."""
    if context.stop.is_set():
        return Skipped(why="not begun")
    try:
        return run_piece(context, piece)
    except PoolctlError as error:
        # Most likely the journal cannot be written: what was sent before is settled by the next run.
        is_open = context.ledger.is_open(piece.address)
        return (Uncertain if is_open else Failed)(diagnostics=error.diagnostics)
    except Exception as error:  # noqa: BLE001 - a fault of ours in one thread must not lose the outcomes of the others
        fault = make_error(
            "apply.fault",
            "A fault of poolctl stopped a change",
            detail=f"{type(error).__name__} in {piece.address}. What was sent is in the journal; run poolctl plan: it "
            "reads what became of it. Please report this.",
            address=str(piece.address),
        )
        return Uncertain(diagnostics=(fault,))
