"""``poolctl dirs``."""

import click

from planner.cli.command import Command
from planner.cli.options import format_option
from planner.cli.session import DONE, Session


@click.command(
    cls=Command,
    reads_files=False,
    examples=(
        "poolctl dirs",
        "poolctl dirs --changed-since origin/main",
        "poolctl dirs --changed-since origin/main -o json     # the matrix of a CI job",
    ),
)
@click.option(
    "--changed-since", metavar="REV", help="Only those that read a file which changed since this branch left REV."
)
@format_option
@click.pass_obj
def dirs(session: Session, /, *, changed_since: str | None, layout: str) -> int:
    """List the directories below this one that hold a configuration; what others include is none of them.

    With --changed-since REV only those of which a file changed, be it one that they include.
    """
    from planner.views.escape import escape_text
    from planner.views.json_text import format_json
    from planner.workflow.dirs import list_directories

    found = list_directories(session.directory, changed_since=changed_since)
    if layout == "json":
        session.terminal.show(format_json(list(found)))
    else:
        session.terminal.show("".join(f"{escape_text(one)}\n" for one in found))
    return DONE
