"""``poolctl import``."""

import click

from planner.cli.command import Command
from planner.cli.options import lock_timeout
from planner.cli.session import Session
from planner.cli.values import ADDRESS
from planner.cli.workplaces import make_workplace
from planner.core.addresses import Address


@click.command(
    "import",
    cls=Command,
    examples=("poolctl import pool.training gpu-training-86c13962597848eeb29c5861153a391f",),
)
@click.argument("address", metavar="ADDR", type=ADDRESS)
@click.argument("id_", metavar="ID")
@lock_timeout
@click.pass_obj
def adopt(session: Session, /, *, address: Address, id_: str, lock_timeout: float) -> int:
    """Adopt the live resource ID as ADDR, whose block is in the files.

    Nothing is sent to the service: the state takes note of it, and the next plan shows what differs.
    """
    from planner.cli.apply_output import show_applied
    from planner.workflow.adopt import adopt as adopt_resource

    adopted = adopt_resource(make_workplace(session), address=address, id_=id_, lock_timeout=lock_timeout)
    return show_applied(session, adopted)
