"""``apply``: lock, settle, plan, ask, check everything again, run, save."""

from collections.abc import Callable
from functools import partial
from typing import Literal, Protocol

from planner.core.addresses import Address
from planner.core.approval import (
    Chosen,
    choose,
    find_expected,
    find_run_turns,
    is_loud,
    report_blocked_run,
    report_cut_short,
    report_early,
)
from planner.core.changes import Failed, Plan, PlanInputs, Uncertain
from planner.core.diagnostics import Diagnostic, PoolctlError
from planner.core.events import ChangeEnded, Planned
from planner.core.lazy_dataclass import dataclass, replace
from planner.core.receipts import Receipt
from planner.core.recheck import recheck
from planner.core.rollouts import Staged, stage
from planner.core.run_guards import drop_run_blocks, judge_run
from planner.core.tracking import State
from planner.engine.journal import load_change_digests
from planner.engine.receipts import seal_receipt
from planner.workflow.commits import check_commit, find_commit
from planner.workflow.desk import Desk, Opening, open_desk, save_refreshed, save_settled
from planner.workflow.gather import Prepared, prepare
from planner.workflow.receipts import Story, begin_receipt, make_receipt_id
from planner.workflow.running import RunRequest, run
from planner.workflow.saved_plan import check_saved
from planner.workflow.workplace import Files, Workplace, load_files, make_lock_request

Approve = Callable[[Plan], bool]
"""Shows a plan and asks for it; called under the lock, only where something is to be done and nothing else answers."""


class Errand(Protocol):
    """What is done beside a run, under its lock."""

    def check(self, stored: State | None) -> None:
        """Look at the stored state before the service is called. Raises PoolctlError."""
        ...

    def begin(self, desk: Desk, plan: Plan) -> Desk:
        """Do what goes before the first request, once nothing stands in its way. Raises PoolctlError, all undone."""
        ...

    def give_up(self, desk: Desk) -> tuple[Diagnostic, ...]:
        """Undo that, for nothing was sent, and return what is to be told of it."""
        ...

    def end(self, desk: Desk, ended: tuple[ChangeEnded, ...]) -> tuple[Diagnostic, ...]:
        """Do what is left to do after the run, and return what is to be told of it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyRequest:
    """What to apply and how.

    ``saved`` is a saved plan: exactly its changes or nothing, without asking. ``expect`` holds digests
    that are the approval. ``is_given``: the answer was given beforehand, so that what was just read is
    run without being read again. ``lock_timeout`` is in seconds. ``allow_older_commit`` lets files go back
    behind those that were applied last. ``files`` are what is applied where that is not what the directory holds.
    """

    inputs: PlanInputs
    saved: Plan | None = None
    expect: tuple[str, ...] = ()
    is_given: bool = False
    skip_blocked: bool = False
    wait_for: Literal["done", "accepted"] = "done"
    fail_fast: bool = False
    lock_timeout: float = 0.0
    reason: str = ""
    parallelism: int | None = None
    operation: str = "apply"
    allow_older_commit: bool = False
    files: Files | None = None
    errand: Errand | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What an apply came to: the plan that was run, how each change ended, and what was left out.

    ``deferred`` waits for its turn in a rollout.
    ``receipt`` is None where no plan was to be run, as for ``import`` and ``--refresh-only``.
    """

    plan: Plan
    ended: tuple[ChangeEnded, ...] = ()
    left_out: tuple[Address, ...] = ()
    deferred: tuple[Address, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    is_approved: bool = True
    is_interrupted: bool = False
    receipt: Receipt | None = None


def apply(workplace: Workplace, request: ApplyRequest, *, approve: Approve) -> Applied:
    """Make the changes of a plan and return how each ended. Raises PoolctlError where nothing was sent."""
    files = request.files or load_files(workplace)
    request = replace(request, expect=_widen(workplace, request.expect))
    commit = find_commit(workplace.directory)

    def check(stored: State | None) -> None:
        if stored is not None and not request.allow_older_commit:
            check_commit(workplace.directory, commit=commit, applied_from=stored.applied_from)
        if request.saved is not None:
            check_saved(request.saved, stored, config_digest=files.loaded.config_digest, now=workplace.clock())
        if request.errand is not None:
            request.errand.check(stored)

    lock = make_lock_request(workplace, operation=request.operation, timeout=request.lock_timeout, info=request.reason)
    opening = Opening(files=files, lock=lock, check=check, parallelism=request.parallelism)
    with open_desk(workplace, opening) as desk:
        story = Story(
            operation="undo" if request.inputs.undo else request.operation, reason=request.reason, commit=commit
        )
        applied = _apply(desk, request, approve=approve, story=story)
        return applied if request.inputs.refresh_only else _add_receipt(desk, applied, story)


def _add_receipt(desk: Desk, applied: Applied, story: Story) -> Applied:
    """Return ``applied`` with a receipt also where nothing was begun; that one is not kept with the state."""
    if applied.receipt is not None:
        return applied
    loud = tuple(filter(is_loud, applied.plan.changes))
    began = make_receipt_id(desk.workplace)
    receipt = begin_receipt(desk, story, plan=applied.plan, changes=loud, receipt_id=began)
    return replace(applied, receipt=seal_receipt(replace(receipt, ended=receipt.started, left_out=applied.left_out)))


def _widen(workplace: Workplace, digests: tuple[str, ...]) -> tuple[str, ...]:
    """Return ``digests`` with those of the changes of plans that were begun here: what is left of them is approved."""
    begun = (load_change_digests(workplace.directory, one) for one in digests)
    return tuple(sorted({*digests, *(one for found in begun for one in found)}))


def _apply(desk: Desk, request: ApplyRequest, *, approve: Approve, story: Story) -> Applied:
    prepared = _prepare(desk, request)
    settled = save_settled(desk, prepared)
    if request.inputs.refresh_only:
        return _refresh(settled, prepared, approve=approve)
    draft = _make_draft(prepared.plan, prepared) if request.saved is None else _check_again(request.saved, prepared)
    desk.workplace.emit(Planned(plan=draft.plan))
    if refused := _find_refusal(draft, request):
        return refused
    chosen = _choose(draft, request)
    is_answered = request.saved is not None or bool(request.expect) or not any(map(is_loud, chosen.changes))
    if is_answered:
        return _run(settled, request, draft, chosen=chosen, story=story)
    if not approve(draft.plan):
        return Applied(plan=draft.plan, diagnostics=draft.warnings, is_approved=False)
    if request.is_given:
        return _run(settled, request, draft, chosen=chosen, story=story)
    return _apply_approved(settled, request, draft.plan, story=story)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draft:
    """A plan that is about to be run, and the fresh preparation that it was checked by."""

    plan: Plan
    prepared: Prepared
    staged: Staged
    stale: tuple[Diagnostic, ...] = ()

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """Return what there is to say beside the plan."""
        return (*self.prepared.warnings, *self.prepared.plan.diagnostics)


def _make_draft(plan: Plan, prepared: Prepared, *, stale: tuple[Diagnostic, ...] = ()) -> _Draft:
    """Return the draft of ``plan``, whose turns in rollouts are those of the files, whatever a saved plan says."""
    staged = stage(prepared.request, plan.changes)
    plan = replace(plan, changes=staged.changes, rollouts=staged.rollouts)
    return _Draft(plan=plan, prepared=prepared, staged=staged, stale=stale)


def _apply_approved(desk: Desk, request: ApplyRequest, plan: Plan, *, story: Story) -> Applied:
    """Run a plan that somebody has looked at for a while: everything is read and checked again first."""
    draft = _check_again(plan, _prepare(desk, request))
    chosen = _choose(draft, request)
    return _find_refusal(draft, request) or _run(desk, request, draft, chosen=chosen, story=story)


def _prepare(desk: Desk, request: ApplyRequest) -> Prepared:
    return prepare(desk.workplace, desk.client, desk.files, recalled=desk.recalled, inputs=request.inputs)


def _check_again(approved: Plan, prepared: Prepared) -> _Draft:
    fresh = {one.address: one for one in prepared.plan.changes}
    checked = [recheck(one, fresh.get(one.address), request=prepared.request) for one in approved.changes]
    return _make_draft(
        replace(approved, changes=tuple(one.change for one in checked)),
        prepared,
        stale=tuple(fault for one in checked for fault in one.stale),
    )


def _choose(draft: _Draft, request: ApplyRequest) -> Chosen:
    """Return the changes to make; the guards of the run are judged over these alone."""
    plan = draft.plan
    everything = frozenset(one.address for one in plan.changes)
    asked = draft.prepared.request
    approved = find_expected(plan, request.expect, request=asked) if request.expect else everything
    own = tuple(replace(one, blocked=drop_run_blocks(one.blocked)) for one in plan.changes)
    is_whole = request.saved is not None
    choose_from = partial(choose, approved=approved, skip_blocked=request.skip_blocked, is_whole=is_whole)
    judged = judge_run(asked, choose_from(own).changes)
    by_address = {one.address: one for one in judged}
    return choose_from(tuple(by_address.get(one.address, one) for one in own))


def _find_refusal(draft: _Draft, request: ApplyRequest) -> Applied | None:
    """Return the end of a run that sends nothing: something is stale, or blocked and not left out."""
    if draft.stale:
        return Applied(plan=draft.plan, diagnostics=(*draft.warnings, *draft.stale), is_approved=False)
    chosen = _choose(draft, request)
    blocked = report_blocked_run(chosen.changes)
    is_exact = request.saved is not None and not request.skip_blocked
    blocked += report_early(chosen.changes) if is_exact else ()
    if not blocked:
        return None
    left_out = tuple(one.address for one in draft.plan.changes if is_loud(one))
    diagnostics = (*draft.warnings, *blocked)
    return Applied(plan=draft.plan, left_out=left_out, diagnostics=diagnostics, is_approved=False)


def _refresh(desk: Desk, prepared: Prepared, *, approve: Approve) -> Applied:
    """Bring the state up to date: what was seen, and what is gone (semantics 6.8)."""
    plan = prepared.plan
    desk.workplace.emit(Planned(plan=plan))
    warnings = (*prepared.warnings, *plan.diagnostics)
    is_news = bool(plan.drift) or any(map(is_loud, plan.changes))
    if is_news and not approve(plan):
        return Applied(plan=plan, diagnostics=warnings, is_approved=False)
    ended = save_refreshed(desk, prepared)
    return Applied(plan=plan, ended=ended, diagnostics=warnings)


def _run(desk: Desk, request: ApplyRequest, draft: _Draft, *, chosen: Chosen, story: Story) -> Applied:
    errand = request.errand
    if errand is None:
        return _run_changes(desk, request, draft, chosen=chosen, story=story)
    begun = errand.begin(desk, draft.plan)
    try:
        applied = _run_changes(begun, request, draft, chosen=chosen, story=story)
    except PoolctlError as error:
        error.diagnostics += errand.give_up(begun)
        raise
    return replace(applied, diagnostics=(*applied.diagnostics, *errand.end(begun, applied.ended)))


def _run_changes(desk: Desk, request: ApplyRequest, draft: _Draft, *, chosen: Chosen, story: Story) -> Applied:
    options = RunRequest(
        plan=draft.plan,
        wait_for=request.wait_for,
        fail_fast=request.fail_fast,
        story=story,
        left_out=chosen.left_out,
        turns=find_run_turns(draft.staged, chosen),
    )
    ran = run(desk, options, changes=chosen.changes, prepared=draft.prepared)
    faults = tuple(fault for one in ran.ended for fault in _find_faults(one))
    is_exact = request.saved is not None and not request.skip_blocked
    faults += report_cut_short(draft.plan, ran.ended) if is_exact else ()
    return Applied(
        plan=draft.plan,
        ended=ran.ended,
        left_out=chosen.left_out,
        deferred=chosen.deferred,
        diagnostics=(*draft.warnings, *faults, *ran.diagnostics),
        is_interrupted=ran.is_interrupted,
        receipt=ran.receipt,
    )


def _find_faults(ended: ChangeEnded) -> tuple[Diagnostic, ...]:
    match ended.outcome:
        case Failed() | Uncertain():
            return tuple(
                one if one.address else replace(one, address=str(ended.address)) for one in ended.outcome.diagnostics
            )
        case _:
            return ()
