"""Running the changes of an approved plan: journal, threads, signals, and the state saved as they go."""

import threading
from collections.abc import Mapping
from typing import Literal

from planner.core.addresses import Address
from planner.core.advance import make_kept
from planner.core.approval import is_loud
from planner.core.changes import Change, Plan, Skipped, Uncertain
from planner.core.diagnostics import Diagnostic
from planner.core.events import ChangeEnded, Noticed
from planner.core.guard_record import record_guards
from planner.core.lazy_dataclass import dataclass, replace
from planner.core.moves import move_records
from planner.core.receipts import Receipt
from planner.core.tracking import TrackedResource
from planner.core.turns import Turns
from planner.engine.journal import Journal, RunEnded, RunStarted, open_journal
from planner.engine.ledger import Ledger
from planner.engine.pending import PendingGrounds, find_pending, format_pending
from planner.engine.receipts import complete_receipt, seal_receipt
from planner.engine.run_context import RunContext
from planner.engine.runner import RunOptions, run_changes
from planner.engine.signals import watch_signals
from planner.kinds.table import KINDS
from planner.remote.gateway import Gateway
from planner.state.documents.receipt_document import build_receipt_json
from planner.state.errors import StateError
from planner.workflow.desk import Desk, save_state
from planner.workflow.gather import Prepared
from planner.workflow.receipts import Story, begin_receipt, keep_receipt, make_receipt_id
from planner.workflow.run_judge import RunJudge


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRequest:
    """How to run: the plan, how long to wait, whether a failure stops the rest, what is told of it, and rollouts."""

    plan: Plan
    wait_for: Literal["done", "accepted"]
    fail_fast: bool
    story: Story
    left_out: tuple[Address, ...] = ()
    turns: tuple[Turns, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """How each change ended, whether somebody interrupted the run, and what could not be written."""

    ended: tuple[ChangeEnded, ...] = ()
    is_interrupted: bool = False
    diagnostics: tuple[Diagnostic, ...] = ()
    receipt: Receipt | None = None


def run(desk: Desk, request: RunRequest, *, changes: tuple[Change, ...], prepared: Prepared) -> Ran:
    """Run ``changes`` and return how each ended. Raises StateError where nothing was sent."""
    if not any(map(is_loud, changes)):
        _keep_up(_make_noted(desk, request, run_id=""), changes, prepared)
        return Ran()
    run_id = make_receipt_id(desk.workplace)
    desk = _make_noted(desk, request, run_id=run_id)
    saver = _Saver(desk, commit=request.story.commit)
    saver.save(move_records(desk.state.resources, changes))
    loud = tuple(filter(is_loud, changes))
    receipt = begin_receipt(saver.desk, request.story, plan=request.plan, changes=loud, receipt_id=run_id)
    receipt = replace(receipt, left_out=request.left_out)
    with open_journal(desk.workplace.directory, run_id) as journal:
        _start(saver.desk, journal, receipt=receipt, plan=request.plan, prepared=prepared)
        judge = RunJudge(prepared.request, changes, clock=desk.workplace.clock)
        context = _make_context(saver.desk, request, journal=journal, judge=judge, prepared=prepared)
        with watch_signals(context.stop, notify=lambda text: desk.workplace.emit(Noticed(text=text))) as received:
            options = RunOptions(save=saver.save, fail_fast=request.fail_fast)
            end = run_changes(context, changes, options=options, turns=request.turns)
        receipt = replace(receipt, is_interrupted=received.is_set())
        receipt = _complete(receipt, journal, end.ended, time=context.format_time())
        unwritten = end.diagnostics or _keep(saver.desk, receipt)
        unwritten = unwritten or _close(saver.desk, journal, end.ended, time=context.format_time())
    return Ran(ended=end.ended, is_interrupted=received.is_set(), diagnostics=unwritten, receipt=receipt)


def _make_noted(desk: Desk, request: RunRequest, *, run_id: str) -> Desk:
    """Return ``desk`` with what is to be remembered of each save of this run."""
    story = request.story
    note = replace(desk.note, operation=story.operation, reason=story.reason, commit=story.commit)
    return replace(desk, note=replace(note, plan_digest=request.plan.digest, receipt_id=run_id))


def _complete(receipt: Receipt, journal: Journal, ended: tuple[ChangeEnded, ...], *, time: str) -> Receipt:
    skipped = {one.address: one.outcome.why for one in ended if isinstance(one.outcome, Skipped)}
    return seal_receipt(complete_receipt(receipt, journal.records, ended=time, skipped=skipped))


def _keep(desk: Desk, receipt: Receipt) -> tuple[Diagnostic, ...]:
    """Keep the receipt with the state; return why that failed. The journal stays open then, and has it all."""
    try:
        keep_receipt(desk, receipt)
    except StateError as error:
        return error.diagnostics
    return ()


def _close(desk: Desk, journal: Journal, ended: tuple[ChangeEnded, ...], *, time: str) -> tuple[Diagnostic, ...]:
    """Mark the run as over, unless a request of it is still to be settled; return why that failed."""
    if any(isinstance(one.outcome, Uncertain) for one in ended):
        return ()
    try:
        if desk.store.is_remote:
            desk.store.save_pending("")
        journal.write(RunEnded(time=time))
    except StateError as error:
        return error.diagnostics
    return ()


class _Saver:
    """Saves the state again and again, each time on top of what it saved last."""

    def __init__(self, desk: Desk, *, commit: str) -> None:
        self.desk = desk
        self._commit = commit

    def save(self, resources: Mapping[Address, TrackedResource]) -> None:
        guards = record_guards(self.desk.files.desired)
        self.desk = save_state(self.desk, resources, applied_from=self._commit, guards=guards)


def _keep_up(desk: Desk, changes: tuple[Change, ...], prepared: Prepared) -> None:
    """Bring the state up to date where nothing is to be done at the service."""
    resources = dict(move_records(desk.state.resources, changes))
    for change in changes:
        if change.address in resources:
            resources[change.address] = make_kept(
                resources[change.address],
                change,
                rules=KINDS[change.kind],
                prevent_destroy=_is_protected(prepared, change.address),
            )
    if desk.state.service is not None or resources:
        save_state(desk, resources, guards=record_guards(desk.files.desired))


def _start(desk: Desk, journal: Journal, *, receipt: Receipt, plan: Plan, prepared: Prepared) -> None:
    """Record that a run begins, here and with a shared state; nothing was sent where it raises."""
    started = RunStarted(
        run_id=receipt.id,
        plan_digest=plan.digest,
        who=receipt.who,
        lineage=receipt.lineage,
        serial=receipt.serial,
        time=receipt.started,
        change_digests=tuple(one.digest for one in plan.changes if is_loud(one)),
        receipt=build_receipt_json(receipt),
    )
    journal.write(started)
    if not desk.store.is_remote:
        return
    grounds = PendingGrounds(
        resources=desk.state.resources,
        live=prepared.request.snapshot.resources,
        kinds=KINDS,
        time=receipt.started,
        service_date=Gateway(desk.client).service_date,
    )
    begun = {one.address for one in receipt.changes}
    chosen = (one for one in plan.changes if one.address in begun)
    desk.store.save_pending(format_pending((started, *find_pending(chosen, grounds))))


def _make_context(
    desk: Desk, request: RunRequest, *, journal: Journal, judge: RunJudge, prepared: Prepared
) -> RunContext:
    stop = threading.Event()
    return RunContext(
        gateway=Gateway(desk.client, stop=stop),
        kinds=KINDS,
        ledger=Ledger(desk.state.resources, journal),
        emit=desk.workplace.emit,
        stop=stop,
        clock=desk.workplace.clock,
        find_blocks=judge.find_blocks,
        is_protected=lambda address: _is_protected(prepared, address),
        wait_for=request.wait_for,
        require_lock=lambda: desk.lock.require(desk.client.settings.request_timeout),
    )


def _is_protected(prepared: Prepared, address: Address) -> bool:
    resource = prepared.request.desired.resources.get(address)
    return resource is not None and resource.lifecycle.prevent_destroy
