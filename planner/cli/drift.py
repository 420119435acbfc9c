"""``poolctl drift``."""

import click

from planner.cli.command import Command
from planner.cli.options import detailed_exitcode, format_option, parallelism
from planner.cli.session import DONE, HAS_CHANGES, Session, report
from planner.cli.values import ADDRESS
from planner.cli.workplaces import make_workplace
from planner.core.addresses import Address
from planner.views.drift_text import build_drift_json, format_drift
from planner.views.json_text import format_json


@click.command(
    cls=Command,
    examples=("poolctl drift", "poolctl drift pool.training --all", "poolctl drift --detailed-exitcode -o json"),
)
@click.argument("address", metavar="[ADDR]", required=False, type=ADDRESS)
@click.option("--all", "is_all", is_flag=True, help="Show fields that the files do not set, too.")
@format_option
@detailed_exitcode
@parallelism
@click.pass_obj
def drift(
    session: Session,
    /,
    *,
    address: Address | None,
    is_all: bool,
    layout: str,
    is_detailed: bool,
    parallelism: int | None,
) -> int:
    """Show what others changed since the last apply, of ADDR or of everything tracked."""
    from planner.workflow.drift import find_drift

    found = find_drift(make_workplace(session), address=str(address or ""), is_all=is_all, parallelism=parallelism)
    report(session, found.warnings)
    terminal = session.terminal
    colour = terminal.has_colour_in_results
    text = format_drift(found.rows, width=terminal.width, colour=colour, hidden=found.hidden)
    terminal.show(format_json(build_drift_json(found.rows)) if layout == "json" else text)
    return HAS_CHANGES if is_detailed and found.rows else DONE
