"""``poolctl doctor``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import click

from planner.cli.asking import ask_for
from planner.cli.command import Command
from planner.cli.options import format_option
from planner.cli.session import DONE, FAILED, Session, report
from planner.cli.workplaces import make_workplace

if TYPE_CHECKING:
    from planner.core.checkup import Check
    from planner.workflow.probe import Probed, ProbePlan

_QUESTION: Final = "Do you want to make this scratch pool?"


@click.command(
    cls=Command,
    examples=(
        "poolctl doctor",
        "poolctl doctor -o json",
        "poolctl doctor --probe                          # asks first: it costs money",
        "poolctl doctor --probe --flavor modelarts.vm.cpu.4ud --auto-approve",
    ),
)
@click.option("--probe", "is_probing", is_flag=True, help="Prove on a scratch pool what is only inferred.")
@click.option("--flavor", default="", metavar="FLAVOR", help="The CPU flavor of the probe's first node.")
@click.option("--auto-approve", is_flag=True, help="Do not ask whether to make the scratch pool.")
@format_option
@click.pass_obj
def doctor(session: Session, /, *, is_probing: bool, flavor: str, auto_approve: bool, layout: str) -> int:
    """Check credentials, clock, endpoint, project, state and lock, and say what to do.

    Reads only. Exits with 1 where there is a problem; a warning is none.

    With --probe it makes a scratch pool of one CPU node, tries on it what the documentation of the service leaves
    open, deletes it, and records the answers in .poolctl/probe.json.
    """
    from planner.core.checkup import has_problems
    from planner.workflow.doctor import examine

    if (flavor or auto_approve) and not is_probing:
        raise click.UsageError("--flavor and --auto-approve belong to --probe.")
    checks = examine(make_workplace(session))
    if not is_probing or has_problems(checks):
        _show_checks(session, checks, layout=layout)
        return FAILED if has_problems(checks) else DONE
    if layout == "text":
        _show_checks(session, checks, layout=layout)
    return _probe(session, checks, flavor=flavor, is_given=auto_approve, layout=layout)


def _show_checks(session: Session, checks: Sequence[Check], *, layout: str) -> None:
    from planner.views.doctor_text import build_checks_json, format_checks
    from planner.views.json_text import format_json

    terminal = session.terminal
    text = format_checks(checks, width=terminal.width, colour=terminal.has_colour_in_results)
    terminal.show(format_json(build_checks_json(checks)) if layout == "json" else text)


def _probe(session: Session, checks: Sequence[Check], *, flavor: str, is_given: bool, layout: str) -> int:
    from planner.workflow.probe import probe

    def approve(plan: ProbePlan) -> bool:
        _tell_plan(session, plan)
        return is_given or ask_for(session, _QUESTION, answer="yes", verb="Probe")

    probed = probe(make_workplace(session), approve=approve, flavor=flavor)
    if probed is None:
        return FAILED
    _show_probe(session, checks, probed, layout=layout)
    return FAILED if probed.error is not None or probed.record.left else DONE


def _tell_plan(session: Session, plan: ProbePlan) -> None:
    from planner.views.probe_text import format_left_over, format_probe_plan

    terminal = session.terminal
    told = format_probe_plan(
        service=plan.service,
        name=plan.name,
        flavors=plan.flavors,
        most_nodes=plan.most_nodes,
        width=terminal.message_width,
    )
    terminal.tell(f"\n{told}{format_left_over(plan.left_over, width=terminal.message_width)}")


def _show_probe(session: Session, checks: Sequence[Check], probed: Probed, *, layout: str) -> None:
    from planner.views.doctor_text import build_checks_json
    from planner.views.json_text import format_json
    from planner.views.probe_text import format_probe
    from planner.workflow.probe_record import build_probe_json

    terminal = session.terminal
    if probed.error is not None:
        report(session, probed.error.diagnostics)
    if layout == "json":
        terminal.show(format_json({**build_checks_json(checks), "probe": build_probe_json(probed.record)}))
    else:
        text = format_probe(probed.record, width=terminal.width, colour=terminal.has_colour_in_results)
        terminal.show(f"\n{text}")
