"""``poolctl validate``."""

import click

from planner.cli.command import Command
from planner.cli.options import format_option
from planner.cli.session import DONE, FAILED, Session, report
from planner.cli.workplaces import make_workplace
from planner.views.diagnostics_json import build_validation_json
from planner.views.json_text import format_json
from planner.workflow.validate import load_contents
from planner.workflow.validate import validate as check


@click.command(
    cls=Command,
    examples=("poolctl validate", "poolctl -C pools/team-a validate", "poolctl validate -o json"),
)
@format_option
@click.pass_obj
def validate(session: Session, layout: str) -> int:
    """Check the files: all faults at once, each with its file, line and column.

    Uses no network, no credentials and no state.
    """
    checked = check(make_workplace(session))
    if layout == "json":
        contents = load_contents(session.directory, checked.diagnostics)
        document = build_validation_json(checked.diagnostics, is_valid=checked.is_valid, contents=contents)
        session.terminal.show(format_json(document))
        return DONE if checked.is_valid else FAILED
    report(session, checked.diagnostics)
    if not checked.is_valid:
        return FAILED
    session.terminal.show("Success! The configuration is valid.\n")
    return DONE
