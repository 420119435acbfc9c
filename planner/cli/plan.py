"""``poolctl plan``."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from planner.cli.command import Command
from planner.cli.event_stream import json_into, open_stream
from planner.cli.file_value import FILE
from planner.cli.options import (
    compat_option,
    detailed_exitcode,
    make_inputs,
    parallelism,
    plan_format_option,
    plan_options,
    quiet,
)
from planner.cli.plan_output import Showing, load_plan, refuse_contradictions, save_plan, show_plan
from planner.cli.session import DONE, HAS_CHANGES, Session, report
from planner.cli.values import DURATION
from planner.cli.workplaces import make_workplace

if TYPE_CHECKING:
    from pathlib import Path

    from planner.core.changes import Plan, PlanInputs


@click.command(
    cls=Command,
    examples=(
        "poolctl plan",
        "poolctl plan --out plan.json            # then: poolctl apply plan.json",
        "poolctl plan --target pool.training --detailed-exitcode",
        "poolctl plan --destroy -o json",
        "poolctl plan --out plan.json --format markdown > comment.md",
        "poolctl plan --against approved.json    # only what changed since",
    ),
)
@click.option("--out", metavar="FILE", type=FILE, help="Save the plan, for `poolctl apply FILE`.")
@click.option(
    "--against",
    metavar="PLAN",
    type=FILE,
    help="Show only what is new or different since the saved plan PLAN, such as the one that was approved.",
)
@click.option(
    "--valid-for",
    metavar="TIME",
    type=DURATION,
    help="Let apply refuse the saved plan after this time, such as 24h.",
)
@plan_format_option
@compat_option
@detailed_exitcode
@plan_options
@json_into
@quiet
@parallelism
@click.pass_obj
def plan(session: Session, /, *, out: Path | None, layout: str, is_detailed: bool, **options: Any) -> int:
    """Read the files, the state and the service, and show what an apply would change.

    Writes nothing, locks nothing, and works with read-only credentials.
    """
    from planner.core.events import Planned
    from planner.core.shown_part import AGAINST
    from planner.views.plan_text import has_news
    from planner.workflow.plan import make_plan

    inputs = _limit(make_inputs(options), seconds=options["valid_for"])
    approved = None if options["against"] is None else _load_approved(session, options["against"])
    refuse_contradictions(inputs)
    with open_stream(session, options["json_into"]) as stream:
        workplace = make_workplace(session, listen=stream.tell)
        planned = make_plan(workplace, inputs, parallelism=options["parallelism"])
        stream.tell(Planned(plan=planned.plan))
        stream.tell_diagnostics(planned.warnings)
    shown = planned.plan if approved is None else _keep_news(planned.plan, approved)
    report(session, (*planned.warnings, *(one for one in shown.diagnostics if one.code == AGAINST)))
    if out is not None:
        save_plan(session, planned.plan, path=out)
    show_plan(session, shown, Showing(layout=layout, compat=options["compat"], saved=out, is_short=session.is_quiet))
    stream.require_whole()
    return HAS_CHANGES if is_detailed and has_news(planned.plan) else DONE


def _keep_news(plan: Plan, approved: Plan) -> Plan:
    from planner.core.comparison import keep_news

    return keep_news(plan, approved)


def _load_approved(session: Session, path: Path) -> Plan:
    """Return the saved plan ``path``, which nobody has edited. Raises PoolctlError."""
    from planner.workflow.saved_plan import check_comparable

    approved = load_plan(session, path)
    check_comparable(approved, source=str(path))
    return approved


def _limit(inputs: PlanInputs, *, seconds: float | None) -> PlanInputs:
    """Return ``inputs`` with the end of the plan; only where one is asked for does a plan know a clock."""
    if seconds is None:
        return inputs
    from planner.workflow.saved_plan import VALID_FORMAT

    end = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=seconds)
    return replace(inputs, valid_until=end.strftime(VALID_FORMAT))
