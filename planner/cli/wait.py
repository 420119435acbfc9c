"""``poolctl wait``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from planner.cli.command import Command
from planner.cli.completing import complete_recorded
from planner.cli.options import format_option, parallelism
from planner.cli.session import DONE, FAILED, Session, report
from planner.cli.values import ADDRESS, DURATION
from planner.cli.workplaces import make_workplace

if TYPE_CHECKING:
    from planner.core.addresses import Address


@click.command(
    cls=Command,
    examples=(
        "poolctl wait",
        "poolctl wait pool.training --timeout 30m",
        "poolctl apply --wait accepted && poolctl wait    # the lock is free in between",
    ),
)
@click.argument("address", metavar="[ADDR]", required=False, type=ADDRESS, shell_complete=complete_recorded)
@click.option(
    "--timeout", type=DURATION, metavar="TIME", help="Give up after this time, such as 30m; else wait_timeout."
)
@format_option
@parallelism
@click.pass_obj
def wait(
    session: Session,
    /,
    *,
    address: Address | None,
    timeout: float | None,
    layout: str,
    parallelism: int | None,
) -> int:
    """Wait for what was accepted and is not finished, of ADDR or of everything tracked.

    Takes no lock and writes nothing: the next plan or apply takes note by itself. Exits with 1
    where something failed or is not finished in time.
    """
    from planner.core.changes import Applied
    from planner.views.json_text import format_json
    from planner.views.wait_text import build_waits_json, format_waits
    from planner.workflow.wait import WaitRequest, find_faults
    from planner.workflow.wait import wait as wait_for

    request = WaitRequest(address=address, timeout=timeout, parallelism=parallelism)
    waited = wait_for(make_workplace(session), request)
    report(session, (*waited.diagnostics, *find_faults(waited)))
    rows = [(one.address, one.outcome, one.seconds) for one in waited.ended]
    terminal = session.terminal
    text = format_waits(rows, colour=terminal.has_colour_in_results, width=session.screen_width)
    terminal.show(format_json(build_waits_json(rows)) if layout == "json" else text)
    return DONE if all(isinstance(one.outcome, Applied) for one in waited.ended) else FAILED
