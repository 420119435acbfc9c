"""What the operations of a run share, and one operation in its place."""

import datetime as dt
import threading
from collections.abc import Callable, Mapping
from typing import Literal, assert_never

from planner.core.addresses import Address
from planner.core.changes import (
    Applied,
    Block,
    Change,
    Failed,
    Intent,
    Operation,
    Outcome,
    Skipped,
    Uncertain,
    Waiting,
)
from planner.core.desired import Rollout
from planner.core.diagnostics import Diagnostic
from planner.core.events import Emit
from planner.core.kind_rules import KindRules
from planner.core.lazy_dataclass import dataclass
from planner.core.snapshot import LiveResource
from planner.core.tracking import TrackedResource
from planner.core.trees import Value
from planner.core.turns import find_closed
from planner.engine.journal import OperationEnded, OperationStarted
from planner.engine.ledger import Ledger
from planner.remote.errors import RemoteError
from planner.remote.gateway import Gateway
from planner.state.errors import StateError

FindBlocks = Callable[[Change, LiveResource], tuple[Block, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunContext:
    """What the operations of a run share.

    ``stop`` is set by the first interrupt and by ``--fail-fast``: nothing new is sent, waits end.
    ``find_blocks`` judges a change again on a fresh read. ``is_protected`` tells whether the files
    forbid to destroy an address. ``clock`` is aware, in UTC. ``require_lock`` raises StateError where somebody
    else could hold the lock before an answer is there.
    """

    gateway: Gateway
    kinds: Mapping[str, KindRules]
    ledger: Ledger
    emit: Emit
    stop: threading.Event
    clock: Callable[[], dt.datetime]
    find_blocks: FindBlocks
    is_protected: Callable[[Address], bool]
    wait_for: Literal["done", "accepted"] = "done"
    require_lock: Callable[[], None] = lambda: None

    def format_time(self) -> str:
        """Return the time now as RFC 3339 in UTC, to the millisecond."""
        return format_moment(self.clock())


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One operation of a change: the ``number``-th, from 1.

    ``done`` are the operations of the change that were made before it in this run. ``is_last``: nothing waits for
    what comes of it. ``rollout`` is the one whose turn it is.
    """

    change: Change
    operation: Operation
    number: int
    rules: KindRules
    done: tuple[Operation, ...] = ()
    is_last: bool = True
    rollout: Rollout | None = None

    @property
    def is_first(self) -> bool:
        """Tell whether nothing of the change was sent yet."""
        return not self.done

    @property
    def is_settling(self) -> bool:
        """Tell whether nodes were removed by name just before, so that counts may be on their way."""
        return any(one.nodes for one in self.done)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A request was taken, or was not needed: ``intents`` are those that the service now holds by our doing.

    ``live`` is the object as answered, None where it is gone. ``removed`` are nodes deleted by name.
    """

    live: LiveResource | None
    intents: tuple[Intent, ...] = ()
    removed: tuple[str, ...] = ()


Sending = Sent | Failed | Uncertain


def format_moment(moment: dt.datetime) -> str:
    """Return an aware moment in UTC as RFC 3339, to the millisecond."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z"


def note_start(context: RunContext, step: Step, *, body: Value, tracked: TrackedResource | None) -> None:
    """Write to the journal that a request is about to be sent; ``tracked`` is what it leaves when it is done.

    Raises StateError where the lock may be lost or the journal cannot be written: nothing is to be sent then.
    """
    try:
        context.require_lock()
    except StateError:
        context.stop.set()
        raise
    context.ledger.write(
        OperationStarted(
            address=step.change.address,
            number=step.number,
            method=step.operation.method,
            path=step.operation.path,
            body=body,
            time=context.format_time(),
            tracked=tracked,
            service_date=context.gateway.service_date,
        )
    )


def make_end(context: RunContext, step: Step, outcome: Outcome) -> OperationEnded:
    """Return the record that ends an operation."""
    return OperationEnded(
        address=step.change.address,
        number=step.number,
        outcome=type(outcome).__name__.lower(),
        detail=_find_detail(outcome),
        time=context.format_time(),
        service_date=context.gateway.service_date,
        partial=outcome.partial if isinstance(outcome, Failed) else "",
    )


def may_repeat(context: RunContext, method: str, error: RemoteError, *, number: int) -> bool:
    """Wait as the retry policy says after the ``number``-th attempt, and tell whether to read, rebuild and send again.

    After an interrupt nothing is sent again.
    """
    if context.stop.is_set():
        return False
    return context.gateway.wait_to_repeat(method, error, number=number) and not context.stop.is_set()


def find_pause(context: RunContext, step: Step) -> str:
    """Return why the window of the step's rollout lets nothing be sent any more, in words; empty where it does."""
    return "" if step.rollout is None else find_closed(step.rollout, context.clock())


def make_failed(*diagnostics: Diagnostic) -> Failed:
    """Return the outcome of what did not happen."""
    return Failed(diagnostics=diagnostics)


def _find_detail(outcome: Outcome) -> str:
    match outcome:
        case Failed() | Uncertain():
            return " ".join(f"{one.summary}: {one.detail}" for one in outcome.diagnostics)
        case Waiting(what=what):
            return what
        case Skipped(why=why):
            return why
        case Applied():
            return ""
        case _:
            assert_never(outcome)
