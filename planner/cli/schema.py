"""``poolctl schema``."""

from typing import Final

import click

from planner.cli.command import Command
from planner.cli.session import DONE, Session

# Those of workflow.schema, whose models a help need not load.
_NAMES: Final = ("config", "plan", "state", "receipt")


@click.command(
    cls=Command,
    reads_files=False,
    examples=("poolctl schema config > config.schema.json", "poolctl schema plan", "poolctl schema state"),
)
@click.argument("name", type=click.Choice(_NAMES))
@click.pass_obj
def schema(session: Session, name: str) -> int:
    """Print the JSON Schema of a configuration file, a saved plan, the state or a receipt."""
    from planner.workflow.schema import format_schema

    session.terminal.show(format_schema(name))
    return DONE
