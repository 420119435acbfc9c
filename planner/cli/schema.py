"""``poolctl schema``."""

import click

from planner.cli.command import Command
from planner.cli.session import DONE, Session
from planner.workflow.schema import SCHEMAS, format_schema


@click.command(
    cls=Command,
    reads_files=False,
    examples=("poolctl schema config > config.schema.json", "poolctl schema plan", "poolctl schema state"),
)
@click.argument("name", type=click.Choice(list(SCHEMAS)))
@click.pass_obj
def schema(session: Session, name: str) -> int:
    """Print the JSON Schema of a configuration file, a saved plan, the state or a receipt."""
    session.terminal.show(format_schema(name))
    return DONE
