"""``poolctl state diff``, ``pull``, ``push``, ``rollback``: the state and its versions as a whole."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Final

import click

from planner.cli.asking import ask_for
from planner.cli.command import Command
from planner.cli.completing import complete_compared, complete_file, complete_version
from planner.cli.options import auto_approve, format_option, lock_timeout, reason
from planner.cli.session import DONE, FAILED, Session, report
from planner.cli.workplaces import make_workplace

if TYPE_CHECKING:
    from planner.core.state_diff import StateDifference
    from planner.core.trees import Value
    from planner.workflow.state_push import Replacement
    from planner.workflow.state_rollback import Rollback

_STDIN: Final = "-"
_CURRENT: Final = "current"
# Names come from the service: none of them is to move a cursor. JSON spells each of these as well.
_UNSHOWN: Final = re.compile("[\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")


@click.command(
    cls=Command,
    examples=(
        "poolctl state diff 7                  # since serial 7; `poolctl log` shows the serials",
        "poolctl state diff 7 9 -o json",
        "poolctl state diff backup.json        # a file that `state pull` wrote",
        "poolctl state diff plan.json          # since the state that a saved plan rests on",
    ),
)
@click.argument("before", metavar="A", shell_complete=complete_compared)
@click.argument("after", metavar="[B]", default=_CURRENT, shell_complete=complete_compared)
@format_option
@click.pass_obj
def diff(session: Session, before: str, after: str, layout: str) -> int:
    """Show what differs between the versions A and B of the state; without B, between A and what is stored now.

    A version is a serial, `current`, a file that holds a state, or a saved plan: then the state that it rests on.
    """
    from planner.views.json_text import format_json
    from planner.views.state_diff_text import build_state_diff_json
    from planner.workflow.state_versions import compare_versions

    found = compare_versions(make_workplace(session), before, after)
    serials = (found.before.serial, found.after.serial)
    if layout == "json":
        document: dict[str, Value] = {"format_version": "1.0", "serials": [*serials]}
        session.terminal.show(format_json(document | build_state_diff_json(found.difference)))
        return DONE
    session.terminal.show(f"State serial {serials[0]} -> {serials[1]}\n")
    _show_difference(session, found.difference)
    return DONE


@click.command(cls=Command, examples=("poolctl state pull > backup.json",))
@click.pass_obj
def pull(session: Session) -> int:
    """Write the stored state to stdout, as its document."""
    from planner.state.documents.state_document import format_state
    from planner.workflow.state_versions import load_current
    from planner.workflow.workplace import load_desired_state, open_store

    workplace = make_workplace(session)
    state = load_current(open_store(workplace, load_desired_state(workplace)))
    session.terminal.show(_UNSHOWN.sub(lambda found: f"\\u{ord(found[0]):04x}", format_state(state)))
    return DONE


@click.command(
    cls=Command,
    examples=(
        "poolctl state push backup.json",
        "poolctl state push - --auto-approve < backup.json",
        "poolctl state push backup.json --force --reason INC-12",
    ),
)
@click.argument("file", metavar="FILE", shell_complete=complete_file)
@click.option(
    "--force",
    "is_forced",
    is_flag=True,
    help="Store also an older state, or another one, above all that are known.",
)
@reason
@auto_approve
@lock_timeout
@click.pass_obj
def push(
    session: Session, /, *, file: str, is_forced: bool, reason: str, auto_approve: bool, lock_timeout: float
) -> int:
    """Store the state document FILE, or stdin for `-`, in place of the stored one.

    It must be the next one: of the same lineage, with a higher serial. Refused always: a state of another service or
    project, one that has moved, and any while a run is not settled.
    """
    from planner.state.files import load_text
    from planner.workflow.state_edits import Errand
    from planner.workflow.state_push import Document
    from planner.workflow.state_push import push as push_state

    text = _read_stdin() if file == _STDIN else load_text(session.directory / file, what="state file")
    document = Document(text=text, source="stdin" if file == _STDIN else file, is_forced=is_forced)
    errand = Errand(operation="state push", lock_timeout=lock_timeout, reason=reason)

    def approve(found: Replacement) -> bool:
        _show_replacement(session, found)
        question = "Do you want to store this state?\n  Nothing is sent to the service."
        return auto_approve or ask_for(session, question, answer="yes", verb="Push")

    pushed = push_state(make_workplace(session), document, errand, approve=approve)
    return _tell(session, pushed, verb="Stored")


@click.command(
    cls=Command,
    examples=("poolctl log", "poolctl state diff 7", "poolctl state rollback 7 --reason INC-12"),
)
@click.argument("serial", metavar="SERIAL", type=click.IntRange(min=0), shell_complete=complete_version)
@reason
@auto_approve
@lock_timeout
@click.pass_obj
def rollback(session: Session, /, *, serial: int, reason: str, auto_approve: bool, lock_timeout: float) -> int:
    """Store the version SERIAL of the state again, as a new one.

    Nothing is sent to the service: only what is recorded changes. It shows first what would be forgotten and regained,
    and what the next plan would do. Refused where an object of that version is gone, or a name is taken.
    """
    from planner.workflow.state_edits import Errand
    from planner.workflow.state_rollback import roll_back

    errand = Errand(operation=f"state rollback {serial}", lock_timeout=lock_timeout, reason=reason)

    def approve(found: Rollback) -> bool:
        _show_replacement(session, found.replacement)
        _show_next_plan(session, found)
        question = "Do you want to go back to this version of the state?\n  Nothing is sent to the service."
        return auto_approve or ask_for(session, question, answer="yes", verb="Rollback")

    rolled = roll_back(make_workplace(session), serial, errand, approve=approve)
    return _tell(session, None if rolled is None else rolled.replacement, verb="Went back")


def _read_stdin() -> str:
    if sys.stdin is None:
        message = "Nothing comes from stdin: it is closed. Name a file, or send the state there."
        raise click.UsageError(message)
    try:
        text = sys.stdin.read()
        # Some locales let through what is no text.
        text.encode()
    except UnicodeError as error:
        message = "What comes from stdin is no UTF-8 text, so it is no state."
        raise click.UsageError(message) from error
    return text.removeprefix("\ufeff")


def _show_replacement(session: Session, found: Replacement) -> None:
    report(session, found.damage)
    nothing = "nothing that can be read" if found.damage else "no state"
    before = nothing if found.before is None else f"serial {found.before.serial}"
    session.terminal.show(f"The state would change from {before} to serial {found.after.serial}:\n")
    _show_difference(session, found.difference)


def _show_difference(session: Session, difference: StateDifference) -> None:
    from planner.views.state_diff_text import format_state_diff

    colour, width = session.terminal.has_colour_in_results, session.screen_width
    session.terminal.show(format_state_diff(difference, colour=colour, screen_width=width))


def _show_next_plan(session: Session, found: Rollback) -> None:
    from planner.core.approval import is_loud
    from planner.views.diagnostics_text import format_diagnostics
    from planner.views.escape import escape_text
    from planner.views.plan_text import format_last_line

    terminal = session.terminal
    if found.plan is not None:
        rows = [
            f"  {escape_text(str(one.address))}  {one.action.value}\n" for one in found.plan.changes if is_loud(one)
        ]
        terminal.show("".join(["\nThe next plan would be:\n", *rows]))
        terminal.show(f"{format_last_line(found.plan)}\n")
        return
    terminal.show("\nThe next plan would stop:\n")
    terminal.show(format_diagnostics(found.trouble, width=terminal.width, colour=terminal.has_colour_in_results))


def _tell(session: Session, found: Replacement | None, *, verb: str) -> int:
    if found is None:
        return FAILED
    if found.before is found.after:
        session.terminal.show("Nothing to do: the stored state is the same.\n")
        return DONE
    session.terminal.show(f"{verb}: the state is at serial {found.after.serial}. See what follows: poolctl plan\n")
    return DONE
