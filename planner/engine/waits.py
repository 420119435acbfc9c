"""Waiting for the service by polling; a bad poll never counts against the object (spec 5)."""

import time
from collections.abc import Callable

from planner.core.addresses import Address
from planner.core.changes import Failed, Waiting
from planner.core.events import WaitProgressed
from planner.core.lazy_dataclass import dataclass
from planner.core.snapshot import Evidence, LiveNode, LiveResource
from planner.core.waiting import Broken, Pending, Progress, Reached, Watch, find_progress, find_ready
from planner.engine.run_context import RunContext, Sent, Step
from planner.remote.errors import Forbidden, RemoteError, Unauthorized

_SECONDS_BETWEEN_NEWS = 10.0
_EARLIER_MISSES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Awaited:
    """What a wait ended with: the object as read last (None: gone), and what is to be told."""

    live: LiveResource | None
    reached: Reached


Look = Callable[[], tuple[Progress, LiveResource | None]]


def wait_until_ready(context: RunContext, step: Step) -> Awaited | Waiting | Failed:
    """Wait until the operation may be sent (semantics 7.2)."""

    def look() -> tuple[Progress, LiveResource | None]:
        live = context.gateway.fetch(step.change.kind, step.change.id)
        return (Reached() if live is None else find_ready(step.operation, live)), live

    return _wait(context, address=step.change.address, what=f"phase {step.operation.when}", look=look)


def wait_until_done(context: RunContext, step: Step, sent: Sent, *, id_: str) -> Awaited | Waiting | Failed:
    """Wait until the service is where the operation said; ``id_`` is the object's id."""
    watch = Watch(change=step.change, operation=step.operation, rules=step.rules, removed_nodes=sent.removed)
    reads: list[LiveResource | None] = []

    def look() -> tuple[Progress, LiveResource | None]:
        live = context.gateway.fetch(step.change.kind, id_)
        if live is None and not _is_gone(reads, step):
            reads.append(live)
            return Pending(what=step.operation.waits_for), live
        nodes = _fetch_nodes(context, id_) if step.operation.nodes and live is not None else None
        progress = find_progress(watch, live, previous=reads[-1] if reads else None, nodes=nodes)
        reads.append(live)
        return progress, live

    return _wait(context, address=step.change.address, what=step.operation.waits_for, look=look)


def _is_gone(reads: list[LiveResource | None], step: Step) -> bool:
    """Tell whether one more 404 proves that the object is gone: a read right after a write may be older than it."""
    earlier = reads[-_EARLIER_MISSES:]
    is_proven = len(earlier) == _EARLIER_MISSES and all(one is None for one in earlier)
    return step.operation.method == "DELETE" or is_proven


def _fetch_nodes(context: RunContext, id_: str) -> tuple[LiveNode, ...] | None:
    evidence = context.gateway.fetch_evidence(id_)
    return evidence.nodes if isinstance(evidence, Evidence) else None


def _wait(context: RunContext, *, address: Address, what: str, look: Look) -> Awaited | Waiting | Failed:
    began = told = time.monotonic()
    pending, live = Pending(what=what), None
    while True:
        try:
            progress, live = look()
        except (Unauthorized, Forbidden) as error:
            return Waiting(what=f"{what}; {error.diagnostics[0].summary}", live=live)
        except RemoteError:
            progress = pending
        match progress:
            case Reached():
                return Awaited(live=live, reached=progress)
            case Broken():
                return Failed(diagnostics=progress.diagnostics, partial=progress.partial)
            case Pending():
                pending = progress
        now = time.monotonic()
        if context.stop.is_set():
            return Waiting(what=pending.what, live=live)
        if now - began > context.gateway.wait_timeout:
            return Waiting(what=pending.what, live=live)
        if now - told >= _SECONDS_BETWEEN_NEWS:
            told = now
            context.emit(
                WaitProgressed(address=address, waits_for=pending.what, seconds=now - began, nodes=pending.nodes)
            )
        context.stop.wait(context.gateway.poll_interval)
