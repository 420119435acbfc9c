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
from planner.core.tracking import TrackedResource
from planner.engine.change_run import keep_up, run_change
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


def run_changes(context: RunContext, changes: tuple[Change, ...], *, options: RunOptions) -> RunEnd:
    """Run ``changes`` and return how each ended; the state is saved every second and at the end.

    Unchanged ones only bring the state up to date and are not in the answer. Where the state cannot be
    saved nothing new is sent, and what is in flight is finished. Raises StateError where nothing was begun.
    """
    quiet = [one for one in changes if one.action is Action.NO_OP]
    for change in quiet:
        keep_up(context, change)
    loud = tuple(one for one in changes if one.action is not Action.NO_OP)
    run = _Run(context, loud, options)
    ended = run.run() if loud else {}
    run.save()
    return RunEnd(ended=tuple(ended[one.address] for one in loud), diagnostics=run.faults)


class _Run:
    """One run: the main thread starts changes, collects outcomes and saves; workers talk to the service."""

    def __init__(self, context: RunContext, changes: tuple[Change, ...], options: RunOptions) -> None:
        self._context = context
        self._options = options
        self._executor = Executor(changes)
        self._outcomes: queue.SimpleQueue[tuple[Change, Outcome, float]] = queue.SimpleQueue()
        self._pool = ThreadPoolExecutor(
            max_workers=max(1, min(len(changes), _MOST_THREADS)), thread_name_prefix="poolctl-apply"
        )
        self._ended: dict[Address, ChangeEnded] = {}
        self.faults: tuple[Diagnostic, ...] = ()

    def run(self) -> dict[Address, ChangeEnded]:
        try:
            self._follow(self._executor.begin())
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
                change, outcome, seconds = self._outcomes.get(timeout=_SECONDS_BETWEEN_LOOKS)
            except queue.Empty:
                pass
            else:
                self._end(change, outcome, seconds=seconds)
            if time.monotonic() - saved >= _SECONDS_BETWEEN_SAVES:
                self.save()
                saved = time.monotonic()

    def _end(self, change: Change, outcome: Outcome, *, seconds: float) -> None:
        self._tell(change, outcome, seconds=seconds)
        if self._options.fail_fast and isinstance(outcome, (Failed, Uncertain)):
            self._context.stop.set()
        self._follow(self._executor.end(change.address, outcome))

    def _follow(self, moves: Moves) -> None:
        for change, skipped in moves.skip:
            self._tell(change, skipped, seconds=0.0)
        for change in moves.start:
            self._pool.submit(self._work, change)

    def _work(self, change: Change) -> None:
        began = time.monotonic()
        outcome = _run_safely(self._context, change)
        self._outcomes.put((change, outcome, time.monotonic() - began))

    def _tell(self, change: Change, outcome: Outcome, *, seconds: float) -> None:
        ended = ChangeEnded(
            address=change.address,
            action=change.action,
            outcome=outcome,
            seconds=seconds,
            operations=len(change.operations),
        )
        self._ended[change.address] = ended
        self._context.emit(ended)


def _run_safely(context: RunContext, change: Change) -> Outcome:
    """Run ``change``; what stops it, be it our own fault, is its outcome: the others go on."""
    if context.stop.is_set():
        return Skipped(why="not begun")
    try:
        return run_change(context, change)
    except PoolctlError as error:
        # Most likely the journal cannot be written: what was sent before is settled by the next run.
        is_open = context.ledger.is_open(change.address)
        return (Uncertain if is_open else Failed)(diagnostics=error.diagnostics)
    except Exception as error:  # noqa: BLE001 - a fault of ours in one thread must not lose the outcomes of the others
        fault = make_error(
            "apply.fault",
            "A fault of poolctl stopped a change",
            detail=f"{type(error).__name__} in {change.address}. What was sent is in the journal; run poolctl plan: it "
            "reads what became of it. Please report this.",
            address=str(change.address),
        )
        return Uncertain(diagnostics=(fault,))
