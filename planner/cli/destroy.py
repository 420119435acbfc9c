"""``poolctl destroy``."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from planner.cli.approval import Approval
from planner.cli.asking import ask_for
from planner.cli.command import Command
from planner.cli.options import (
    allow,
    allow_older_commit,
    auto_approve,
    exclude,
    lock_timeout,
    make_inputs,
    parallelism,
    reason,
    receipt,
    target,
)
from planner.cli.plan_output import show_plan
from planner.cli.session import DONE, FAILED, Session, report
from planner.cli.workplaces import make_workplace

if TYPE_CHECKING:
    from pathlib import Path

    from planner.core.changes import Change, Plan, PlanInputs
    from planner.workflow.apply import ApplyRequest

_INSTEAD = "--auto-approve, and --allow ADDR=destroys for each address"


@click.command(
    cls=Command,
    examples=(
        "poolctl destroy",
        "poolctl destroy --target pool.old",
        "poolctl destroy --auto-approve --allow pool.old=destroys --allow network.old=destroys",
    ),
)
@auto_approve
@target
@exclude
@allow
@lock_timeout
@reason
@receipt
@allow_older_commit
@parallelism
@click.pass_obj
def destroy(session: Session, /, *, auto_approve: bool, **options: Any) -> int:
    """Delete everything that is tracked; asks for the id of the project to be typed.

    With --auto-approve nothing is asked, and each address needs its --allow ADDR=destroys.
    """
    from planner.views.plan_text import has_changes

    inputs = replace(make_inputs(options), destroy=True)
    request = _make_request(inputs, options)
    if auto_approve:
        return _destroy_unasked(session, request, receipt=options["receipt"])
    granted = _grant(session, request)
    plan = _plan(session, granted)
    show_plan(session, plan)
    if not has_changes(plan.summary):
        return DONE
    if not _ask(session, plan):
        return FAILED
    return _destroy_shown(session, granted, plan, receipt=options["receipt"])


def _make_request(inputs: PlanInputs, options: dict[str, Any]) -> ApplyRequest:
    from planner.workflow.apply import ApplyRequest

    return ApplyRequest(
        inputs=inputs,
        lock_timeout=options["lock_timeout"],
        parallelism=options["parallelism"],
        reason=options["reason"],
        allow_older_commit=options["allow_older_commit"],
        operation="destroy",
    )


def _grant(session: Session, request: ApplyRequest) -> ApplyRequest:
    """Return ``request`` with the permission that the right answer will be, so that the plan is shown with it."""
    from planner.core.permissions import DESTROYS
    from planner.workflow.plan import make_plan

    draft = make_plan(make_workplace(session), request.inputs, parallelism=request.parallelism).plan
    permissions = tuple(f"{one.address}={DESTROYS}" for one in _find_going(draft))
    return replace(request, inputs=replace(request.inputs, allow=(*request.inputs.allow, *permissions)))


def _plan(session: Session, request: ApplyRequest) -> Plan:
    from planner.workflow.plan import make_plan

    planned = make_plan(make_workplace(session), request.inputs, parallelism=request.parallelism)
    report(session, planned.warnings)
    return planned.plan


def _find_going(plan: Plan) -> tuple[Change, ...]:
    from planner.core.changes import Action

    return tuple(one for one in plan.changes if one.action is not Action.NO_OP)


def _ask(session: Session, plan: Plan) -> bool:
    project_id = plan.basis.service.project_id if plan.basis.service is not None else ""
    question = (
        "Do you really want to destroy all of this?\n"
        "  Everything above is deleted, with the jobs that run on it. There is no undo.\n"
        f"  Type the id of the project: {project_id}"
    )
    return ask_for(session, question, answer=project_id, verb="Destroy", instead=_INSTEAD)


def _destroy_unasked(session: Session, request: ApplyRequest, *, receipt: Path | None) -> int:
    from planner.cli.apply_output import show_applied
    from planner.workflow.apply import apply

    approval = Approval(session, is_given=True, verb="Destroy")
    applied = apply(make_workplace(session), request, approve=approval)
    approval.show_unasked(applied.plan)
    return show_applied(session, applied, told=approval.told, receipt=receipt)


def _destroy_shown(session: Session, request: ApplyRequest, plan: Plan, *, receipt: Path | None) -> int:
    """Destroy what was shown and answered: the digests are the approval, so nobody is asked again."""
    from planner.cli.apply_output import show_applied
    from planner.workflow.apply import apply

    bound = replace(request, expect=tuple(one.digest for one in _find_going(plan)))
    applied = apply(make_workplace(session), bound, approve=lambda _plan: False)
    return show_applied(session, applied, receipt=receipt)
