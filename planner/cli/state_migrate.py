"""``poolctl state migrate``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from planner.cli.asking import ask_for
from planner.cli.command import Command
from planner.cli.options import auto_approve, lock_timeout, reason
from planner.cli.session import DONE, FAILED, Session
from planner.cli.workplaces import make_workplace

if TYPE_CHECKING:
    from planner.workflow.state_migrate import Migration


@click.command(
    cls=Command,
    examples=(
        "poolctl state migrate --from local                      # the files name the new place already",
        "poolctl state migrate --from git:ref=refs/heads/poolctl-state",
        "poolctl -C new state migrate --from ../old              # from the directory of another configuration",
    ),
)
@click.option(
    "--from",
    "origin",
    default="local",
    show_default=True,
    metavar="PLACE",
    help="Where the state is: local, KIND:key=value,..., a state file, or a directory with the old files.",
)
@reason
@auto_approve
@lock_timeout
@click.pass_obj
def migrate(session: Session, /, *, origin: str, reason: str, auto_approve: bool, lock_timeout: float) -> int:
    """Move the state to the place that the files name now, with its receipts and versions.

    Write the new [backend] block into the files first. The new place is read back and compared; then the old one is
    marked, so that clones with the old files refuse, and say where the state went. A command that was stopped goes on
    when it is run again.
    """
    from planner.views.escape import escape_text
    from planner.workflow.state_edits import Errand
    from planner.workflow.state_migrate import migrate as move_state

    errand = Errand(operation="state migrate", lock_timeout=lock_timeout, reason=reason)

    def approve(found: Migration) -> bool:
        session.terminal.show("".join(f"{escape_text(line)}\n" for line in _describe(found).splitlines()))
        question = "Do you want to move the state?\n  Nothing is sent to the service."
        return auto_approve or ask_for(session, question, answer="yes", verb="Migration")

    moved = move_state(make_workplace(session), origin, errand, approve=approve)
    if moved is None:
        return FAILED
    if moved.step == "done":
        session.terminal.show(f"Nothing to do: the state moved to {escape_text(moved.target)} before.\n")
        return DONE
    session.terminal.show(f"Moved: the state is at {escape_text(moved.target)}. See that it holds: poolctl plan\n")
    return DONE


def _describe(found: Migration) -> str:
    tracked = f"serial {found.state.serial}, {len(found.state.resources)} tracked"
    if found.step == "mark":
        return f"The state ({tracked}) is at {found.target} already; the old place is left to be marked: {found.source}"
    along = f"Receipts that go along: {found.receipts}; versions: {found.versions}."
    left = f"\nIt was there before, and left for {found.left_for}: that mark goes." if found.left_for else ""
    return f"The state ({tracked}) would move from {found.source} to {found.target}.\n{along}{left}"
