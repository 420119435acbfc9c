"""``poolctl init``."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from planner.cli.command import Command
from planner.cli.file_value import FileValue
from planner.cli.session import DONE, Session

if TYPE_CHECKING:
    from pathlib import Path


@click.command(
    cls=Command,
    reads_files=False,
    examples=("poolctl init", "poolctl init pools/team-a"),
)
@click.argument("directory", metavar="[DIR]", required=False, type=FileValue(file_okay=False))
@click.pass_obj
def init(session: Session, directory: Path | None) -> int:
    """Write a first configuration with comments, which plans at once on the embedded simulator.

    Nothing is overwritten. In a git work tree, .gitignore gets the line .poolctl/. Where it has a remote, the state
    is kept on a branch of its own there ([backend.git]), and beside the files otherwise.

    Where there are files with [backend.s3], they stay as they are: the store has to prove, on a scratch object, that
    it keeps the conditions of writes.
    """
    import shlex
    from pathlib import Path

    from planner.cli.workplaces import make_workplace
    from planner.views.escape import escape_text
    from planner.workflow.init import init as write_starter

    place = session if directory is None else replace(session, place=str(session.directory / directory))
    written = write_starter(make_workplace(place))
    where = "" if place.directory == Path() else f" -C {escape_text(shlex.quote(str(place.directory)))}"
    lines = [
        *(f"Wrote {escape_text(str(place.directory / name))}" for name in written.files),
        *(
            [f"Proved: {written.proved} keeps the conditions of writes, so it can hold a lock."]
            if written.proved
            else []
        ),
        *([f"The state will be pushed to {written.remote}, on a branch of its own."] if written.remote else []),
        "",
        f"See what it would make:  poolctl{where} plan",
        f"Make it:                 poolctl{where} apply",
    ]
    session.terminal.show("".join(f"{line}\n" for line in lines))
    return DONE
