"""``poolctl drift``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from planner.cli.command import Command
from planner.cli.completing import complete_drift
from planner.cli.options import auto_approve, detailed_exitcode, format_option, parallelism
from planner.cli.session import DONE, FAILED, HAS_CHANGES, Session, report, show_sentences
from planner.cli.values import ADDRESS
from planner.cli.workplaces import make_workplace

if TYPE_CHECKING:
    from planner.core.addresses import Address
    from planner.workflow.drift_adopt import DriftAdoption

_ADOPT = "adopt"
_BOTH = 2


@click.command(
    cls=Command,
    examples=(
        "poolctl drift",
        "poolctl drift pool.training --all",
        "poolctl drift --detailed-exitcode -o json",
        "poolctl drift adopt pool.training            # the live values into the file",
    ),
)
@click.argument("words", metavar="[adopt] [ADDR]", nargs=-1, shell_complete=complete_drift)
@click.option("--all", "is_all", is_flag=True, help="Show fields that the files do not set, too.")
@format_option
@detailed_exitcode
@auto_approve
@parallelism
@click.pass_context
def drift(
    context: click.Context,
    /,
    *,
    words: tuple[str, ...],
    is_all: bool,
    layout: str,
    is_detailed: bool,
    auto_approve: bool,
    parallelism: int | None,
) -> int:
    """Show what others changed since the last apply, of ADDR or of everything tracked.

    With adopt: write what others changed of ADDR into its file, comments and layout kept. Shows the difference of
    the file and asks; only yes counts as yes. What an expression computes is refused, with its place.
    """
    session: Session = context.obj
    is_adopting, address = _read_words(context, words)
    if is_adopting and address is not None:
        return _adopt(session, address, is_given=auto_approve, parallelism=parallelism)
    if auto_approve:
        raise click.UsageError("--auto-approve belongs to drift adopt.", context)
    return _show(session, address=address, is_all=is_all, layout=layout, is_detailed=is_detailed, n=parallelism)


def _read_words(context: click.Context, words: tuple[str, ...]) -> tuple[bool, Address | None]:
    """Return whether to adopt, and the address."""
    is_adopting = words[:1] == (_ADOPT,)
    if is_adopting and len(words) < _BOTH:
        raise click.MissingParameter(ctx=context, param_hint="'ADDR'", param_type="argument")
    given = words[1:] if is_adopting else words
    if len(given) > 1:
        from planner.core.near_words import make_hint

        raise click.UsageError(f"Got unexpected extra argument ({given[1]}).{make_hint(words[0], [_ADOPT])}", context)
    return is_adopting, ADDRESS.convert(given[0], None, context) if given else None


def _show(
    session: Session, *, address: Address | None, is_all: bool, layout: str, is_detailed: bool, n: int | None
) -> int:
    from planner.views.drift_text import build_drift_json, format_drift
    from planner.views.json_text import format_json
    from planner.workflow.drift import find_drift

    found = find_drift(make_workplace(session), address=str(address or ""), is_all=is_all, parallelism=n)
    report(session, found.warnings)
    terminal = session.terminal
    colour = terminal.has_colour_in_results
    text = format_drift(
        found.rows, width=terminal.width, colour=colour, hidden=found.hidden, screen_width=session.screen_width
    )
    terminal.show(format_json(build_drift_json(found.rows)) if layout == "json" else text)
    return HAS_CHANGES if is_detailed and found.rows else DONE


def _adopt(session: Session, address: Address, *, is_given: bool, parallelism: int | None) -> int:
    from planner.cli.asking import ask_for
    from planner.workflow.drift_adopt import prepare_adoption, save_adoption

    workplace, terminal = make_workplace(session), session.terminal
    adoption = prepare_adoption(workplace, address, parallelism=parallelism)
    report(session, adoption.warnings)
    if adoption.is_empty:
        show_sentences(session, f"Nothing to adopt: {address} is as the files say, in all that they set.\n")
        return DONE
    terminal.show(_format_difference(session, adoption))
    question = f"Do you want to write this into {adoption.before.file}? Nothing is sent to the service."
    if not is_given and not ask_for(session, question, answer="yes", verb="Adoption"):
        return FAILED
    save_adoption(workplace, adoption)
    terminal.progress(f"Wrote {adoption.before.file}.")
    return DONE


def _format_difference(session: Session, adoption: DriftAdoption) -> str:
    from planner.views.file_diff import format_file_diff

    before, after = adoption.before, adoption.after
    colour = session.terminal.has_colour_in_results
    return format_file_diff(before.text, after.text, file=before.file, colour=colour)
