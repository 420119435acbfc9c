"""``poolctl apply``."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import click

from planner.cli.approval import Approval
from planner.cli.command import Command
from planner.cli.event_stream import json_into, open_stream
from planner.cli.file_value import FILE
from planner.cli.options import (
    allow_older_commit,
    auto_approve,
    file_argument,
    find_plan_options,
    lock_timeout,
    make_inputs,
    parallelism,
    plan_options,
    quiet,
    reason,
    receipt,
    wait_for,
)
from planner.cli.plan_output import load_plan, refuse_contradictions
from planner.cli.session import Session
from planner.cli.workplaces import make_workplace

if TYPE_CHECKING:
    from pathlib import Path

    from planner.core.changes import Plan
    from planner.core.events import Event
    from planner.workflow.workplace import Workplace

_DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}", re.ASCII)


@click.command(
    cls=Command,
    examples=(
        "poolctl apply                                   # plan, ask, apply",
        "poolctl apply plan.json                         # exactly the saved plan, without asking",
        "poolctl apply --auto-approve --target pool.training",
        "poolctl apply --expect-plan reviewed.json       # what of the reviewed plan is still the same",
        "poolctl apply --allow pool.training=interrupts --reason 'INC-12'",
    ),
)
@file_argument("plan", is_required=False)
@auto_approve
@click.option(
    "--expect",
    multiple=True,
    metavar="DIGEST",
    help="Approve the plan or the change of this digest and nothing else; repeatable.",
)
@click.option(
    "--expect-plan",
    multiple=True,
    metavar="PLAN",
    type=FILE,
    help="Approve the changes of this saved plan, as --expect with their digests; repeatable.",
)
@click.option("--skip-blocked", is_flag=True, help="Leave out what is blocked and make the other changes.")
@wait_for
@click.option("--fail-fast", is_flag=True, help="Start nothing more after the first failure.")
@lock_timeout
@reason
@receipt
@json_into
@quiet
@allow_older_commit
@plan_options
@parallelism
@click.pass_context
def apply(context: click.Context, /, *, plan: Path | None, auto_approve: bool, **options: Any) -> int:
    """Plan, show the plan, ask, and make its changes; only yes counts as yes.

    With the saved plan PLAN: exactly its changes or nothing, without asking. What
    waits for its turn in a rollout is left for a later apply, and is no failure.
    """
    from planner.cli.apply_output import find_omissions, show_applied
    from planner.workflow.apply import ApplyRequest
    from planner.workflow.apply import apply as make_changes

    session: Session = context.obj
    saved = None if plan is None else _load_saved(context, plan)
    inputs = make_inputs(options) if saved is None else saved.inputs
    refuse_contradictions(inputs)
    if inputs.refresh_only and options["expect"]:
        raise click.UsageError(
            "--expect cannot stand beside a plan of --refresh-only: that changes nothing a digest could name. Answer "
            "its question, or give --auto-approve."
        )
    request = ApplyRequest(
        inputs=inputs,
        saved=saved,
        expect=(*_check_digests(options["expect"]), *_load_digests(session, options["expect_plan"])),
        is_given=auto_approve,
        **{name: options[name] for name in _REQUEST_OPTIONS},
    )
    approval = Approval(session, is_given=auto_approve)
    with open_stream(session, options["json_into"]) as stream:
        workplace = _make_workplace(session, saved, listen=stream.tell)
        applied = make_changes(workplace, request, approve=approval)
        stream.tell_diagnostics((*applied.diagnostics, *find_omissions(applied)))
        stream.tell_end(applied.ended)
    if saved is None and not request.expect:
        approval.show_unasked(applied.plan)
    code = show_applied(session, applied, told=approval.told, receipt=options["receipt"])
    stream.require_whole()
    return code


_REQUEST_OPTIONS: Final = (
    "skip_blocked",
    "wait_for",
    "fail_fast",
    "lock_timeout",
    "reason",
    "parallelism",
    "allow_older_commit",
)


def _make_workplace(session: Session, saved: Plan | None, *, listen: Callable[[Event], None]) -> Workplace:
    """Return the workplace, with the variables of a saved plan in the place of those of today."""
    from planner.config.variable_inputs import VariableInputs

    workplace = make_workplace(session, listen=listen)
    return workplace if saved is None else replace(workplace, variables=VariableInputs(carried=saved.inputs.variables))


def _load_saved(context: click.Context, path: Path) -> Plan:
    given = (*find_plan_options(context), *_find_variable_options(context.obj))
    if given:
        raise click.UsageError(f"{', '.join(given)} cannot stand beside a saved plan: it carries its own.")
    return load_plan(context.obj, path)


def _load_digests(session: Session, paths: tuple[Path, ...]) -> tuple[str, ...]:
    """Return the digests of saved plans and of their changes. Raises StateError and StaleError."""
    if not paths:
        return ()
    import datetime as dt

    from planner.workflow.saved_plan import list_digests

    now = dt.datetime.now(dt.UTC)
    return tuple(one for path in paths for one in list_digests(load_plan(session, path), now=now))


def _find_variable_options(session: Session) -> tuple[str, ...]:
    given = (("--var", session.var_options), ("--var-file", session.var_files))
    return tuple(name for name, values in given if values)


def _check_digests(digests: tuple[str, ...]) -> tuple[str, ...]:
    wrong = [one for one in digests if not _DIGEST.fullmatch(one)]
    if wrong:
        raise click.UsageError(
            f"--expect takes digests as a plan prints them, sha256: and 64 digits, not {wrong[0]!r}."
        )
    return digests
