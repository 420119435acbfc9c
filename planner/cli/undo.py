"""``poolctl undo``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from planner.cli.command import Command
from planner.cli.completing import complete_receipt
from planner.cli.file_value import FILE
from planner.cli.options import allow, parallelism
from planner.cli.plan_output import save_plan, show_plan
from planner.cli.session import DONE, Session, report
from planner.cli.workplaces import make_workplace

if TYPE_CHECKING:
    from pathlib import Path


@click.command(
    cls=Command,
    examples=(
        "poolctl undo latest",
        "poolctl undo latest --out undo.json && poolctl apply undo.json",
        "poolctl undo 20261125T185512345Z-1a2b3c4d --allow pool.new=destroys --out undo.json",
    ),
)
@click.argument("receipt", shell_complete=complete_receipt)
@click.option("--out", type=FILE, metavar="FILE", help="Save the plan, for `poolctl apply FILE`.")
@allow
@parallelism
@click.pass_obj
def undo(
    session: Session, /, *, receipt: str, out: Path | None, allow: tuple[str, ...], parallelism: int | None
) -> int:
    """Plan the inverse of the apply that left RECEIPT: an id as log shows it, its beginning, a file, or latest.

    Each step is marked: reversible, reversible with loss, or not. Nothing is sent before the saved plan
    is applied; what others changed since is left alone.
    """
    from planner.views.folding import format_folded
    from planner.views.undo_text import build_undo_lines
    from planner.workflow.undo import plan_undo

    planned = plan_undo(make_workplace(session), receipt, allow=allow, parallelism=parallelism)
    report(session, planned.warnings)
    terminal = session.terminal
    colour = terminal.has_colour_in_results
    lines = build_undo_lines(planned.receipt.id, planned.steps, planned.lines, width=terminal.width)
    terminal.show(format_folded(lines, width=session.screen_width, colour=colour))
    show_plan(session, planned.plan)
    if out is not None:
        save_plan(session, planned.plan, path=out)
    return DONE
