"""``poolctl state``: its commands, of which list, show, mv and rm are here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from planner.cli.asking import ask_for
from planner.cli.command import Command, Entry, Group
from planner.cli.completing import complete_declared, complete_recorded
from planner.cli.options import auto_approve, format_option, lock_timeout, reason
from planner.cli.session import DONE, FAILED, Session
from planner.cli.values import ADDRESS
from planner.cli.workplaces import make_workplace

if TYPE_CHECKING:
    from planner.core.addresses import Address

_MODULE: Final = "planner.cli.state"
_WHOLE: Final = "planner.cli.state_versions"

state: Final = Group(
    name="state",
    entries={
        "list": Entry(place=f"{_MODULE}:list_", help="List the recorded addresses."),
        "show": Entry(place=f"{_MODULE}:show", help="Show all that is recorded of one address."),
        "mv": Entry(place=f"{_MODULE}:mv", help="Record under another address."),
        "rm": Entry(place=f"{_MODULE}:rm", help="Forget addresses; nothing is deleted."),
        "diff": Entry(place=f"{_WHOLE}:diff", help="Show what differs between two versions of the state."),
        "rollback": Entry(place=f"{_WHOLE}:rollback", help="Go back to an earlier version, as a new one."),
        "pull": Entry(place=f"{_WHOLE}:pull", help="Write the stored state to stdout."),
        "push": Entry(place=f"{_WHOLE}:push", help="Store a state document in place of the stored one."),
        "migrate": Entry(place="planner.cli.state_migrate:migrate", help="Move the state to where the files say."),
    },
    help="Read and change what is recorded; nothing is sent to the service.",
    examples=(
        "poolctl state list",
        "poolctl state show pool.training",
        "poolctl state mv pool.train pool.training",
        "poolctl state rm pool.old",
        "poolctl state pull > backup.json",
        "poolctl state diff 7",
        "poolctl state migrate --from local",
    ),
)


@click.command(
    "list",
    cls=Command,
    examples=("poolctl state list", "poolctl state list 'pool.*'", "poolctl state list -o json"),
)
@click.argument("patterns", metavar="[ADDR]...", nargs=-1, shell_complete=complete_recorded)
@format_option
@click.pass_obj
def list_(session: Session, patterns: tuple[str, ...], layout: str) -> int:
    """List the recorded addresses, sorted: all of them, or those that one ADDR names; a glob names several."""
    from planner.core.tracking import State
    from planner.views.json_text import format_json
    from planner.views.state_text import build_state_list_json, format_state_list
    from planner.workflow.state_records import load_state, narrow_state

    recorded = narrow_state(load_state(make_workplace(session)) or State(lineage=""), patterns)
    text = format_state_list(recorded.resources)
    session.terminal.show(format_json(build_state_list_json(recorded)) if layout == "json" else text)
    return DONE


@click.command(cls=Command, examples=("poolctl state show pool.training", "poolctl state show pool.training -o json"))
@click.argument("address", metavar="ADDR", type=ADDRESS, shell_complete=complete_recorded)
@format_option
@click.pass_obj
def show(session: Session, address: Address, layout: str) -> int:
    """Show all that is recorded of ADDR."""
    from planner.state.documents.state_document import format_tracked as build_tracked_json
    from planner.views.json_text import format_json
    from planner.views.state_text import format_tracked
    from planner.workflow.state_records import load_tracked

    tracked = load_tracked(make_workplace(session), address)
    text = format_tracked(address, tracked, width=session.terminal.width)
    document = {"format_version": "1.0", "address": str(address)} | build_tracked_json(tracked)
    session.terminal.show(format_json(document) if layout == "json" else text)
    return DONE


@click.command(cls=Command, examples=("poolctl state mv pool.train pool.training",))
@click.argument("source", metavar="FROM", type=ADDRESS, shell_complete=complete_recorded)
@click.argument("target", metavar="TO", type=ADDRESS, shell_complete=complete_declared)
@reason
@lock_timeout
@click.pass_obj
def mv(session: Session, /, *, source: Address, target: Address, reason: str, lock_timeout: float) -> int:
    """Record under TO what is recorded under FROM, as when a block was renamed."""
    from planner.workflow.state_edits import move_record

    move_record(make_workplace(session), source, target=target, lock_timeout=lock_timeout, reason=reason)
    session.terminal.show(f"Moved {source} to {target}.\n")
    return DONE


@click.command(cls=Command, examples=("poolctl state rm pool.old", "poolctl state rm pool.a pool.b --auto-approve"))
@click.argument("addresses", metavar="ADDR...", nargs=-1, required=True, type=ADDRESS, shell_complete=complete_recorded)
@reason
@auto_approve
@lock_timeout
@click.pass_obj
def rm(
    session: Session, /, *, addresses: tuple[Address, ...], reason: str, auto_approve: bool, lock_timeout: float
) -> int:
    """Forget ADDR: it lives on in the service, and nothing here knows of it any more.

    Where its block still stands in the files, the next plan finds its name taken.
    """
    from planner.workflow.state_edits import forget_records, refuse_unrecorded

    names = ", ".join(map(str, addresses))
    question = f"Do you want to forget {names}?\n  Nothing is deleted: it runs on, and is paid for, unmanaged."
    workplace = make_workplace(session)
    if not auto_approve:
        refuse_unrecorded(workplace, addresses)
        if not ask_for(session, question, answer="yes", verb="Forgetting"):
            return FAILED
    forget_records(workplace, addresses, lock_timeout=lock_timeout, reason=reason)
    session.terminal.show(f"Forgot {names}.\n")
    return DONE
