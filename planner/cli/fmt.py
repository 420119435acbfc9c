"""``poolctl fmt``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from planner.cli.command import Command
from planner.cli.file_value import FILE
from planner.cli.session import DONE, FAILED, Session, report

if TYPE_CHECKING:
    from pathlib import Path


@click.command(
    cls=Command,
    reads_files=False,
    examples=(
        "poolctl fmt                        # the files of this directory",
        "poolctl fmt --check --recursive    # in a pull request: all directories",
        "poolctl fmt envs/prod envs/stage/main.pools.toml",
    ),
)
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=FILE)
@click.option("--recursive", "is_deep", is_flag=True, help="Also the files in the directories below.")
@click.option("--check", "is_check", is_flag=True, help="Write nothing; exit with 1 where a layout is another.")
@click.option("--diff", "is_diff", is_flag=True, help="Show what changes in the files.")
@click.pass_obj
def fmt(session: Session, *, paths: tuple[Path, ...], is_deep: bool, is_check: bool, is_diff: bool) -> int:
    """Lay out *.pools.toml and *.vars.toml files in the canonical way, and name those that changed.

    Spaces, blank lines, columns and quotes; never a value, a comment or an order. A file with a fault is
    left as it is. A directory stands for the files in it.
    """
    from planner.views.escape import escape_text
    from planner.views.file_diff import format_file_diff
    from planner.workflow.fmt import fmt as lay_out

    result = lay_out(session.directory, paths, is_check=is_check, is_deep=is_deep)
    changed = [one for one in result.files if not one.is_canonical]
    colour = session.terminal.has_colour_in_results
    for one in changed:
        session.terminal.show(f"{escape_text(one.file)}\n")
        if is_diff:
            session.terminal.show(format_file_diff(one.before, one.after, file=one.file, colour=colour))
    report(session, result.diagnostics)
    return FAILED if result.diagnostics or (is_check and changed) else DONE
