"""``poolctl force-unlock``."""

import click

from planner.cli.command import Command
from planner.cli.completing import complete_lock
from planner.cli.session import DONE, Session
from planner.cli.workplaces import make_workplace


@click.command(
    name="force-unlock",
    cls=Command,
    examples=("poolctl lock status", "poolctl force-unlock 5f0c7d1e-6c0b-4b7e-9d1f-2a3b4c5d6e7f"),
)
@click.argument("lock_id", metavar="ID", shell_complete=complete_lock)
@click.option("--force", "--auto-approve", "is_forced", is_flag=True, hidden=True, help="The id is the approval.")
@click.pass_obj
def force_unlock(session: Session, lock_id: str, is_forced: bool) -> int:
    """Break the lock of the state that has this ID; nothing is asked, for the id is the answer.

    Only for a lock whose holder is surely gone: two runs that write one state lose what one of them did.
    """
    from planner.state.locks.holders import format_holder_line
    from planner.workflow.lock_status import force_unlock as break_lock

    # Terraform's spelling for "do not ask" is understood, though nothing is asked here.
    del is_forced
    holder = break_lock(make_workplace(session), lock_id)
    session.terminal.show(f"The lock is broken. Its holder was: {format_holder_line(holder)}\n")
    return DONE
