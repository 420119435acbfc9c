"""Plans shown and saved: what ``plan``, ``apply``, ``destroy``, ``import`` and ``show`` have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from planner.cli.session import Session, make_screen
from planner.core.lazy_dataclass import dataclass

if TYPE_CHECKING:
    from pathlib import Path

    from planner.core.changes import Plan, PlanInputs


@dataclass(frozen=True, slots=True, kw_only=True)
class Showing:
    """How a plan is shown: the layout of ``--format``, the tool whose literal lines it has, and its file, if any.

    ``is_short`` leaves the last line of the text.
    """

    layout: str = "text"
    compat: str | None = None
    saved: Path | None = None
    is_short: bool = False


def show_plan(session: Session, plan: Plan, showing: Showing | None = None) -> None:
    """Write ``plan`` to stdout; a quiet session leaves the last line of its text."""
    session.terminal.show(_format_plan(session, plan, showing or Showing(is_short=session.is_quiet)))


def save_plan(session: Session, plan: Plan, *, path: Path) -> None:
    """Save ``plan`` as its document, whole or not at all, and say how it is applied. Raises StateError."""
    from planner.state.documents.plan_document import format_plan as format_document
    from planner.state.files import save_atomically
    from planner.views.escape import escape_text

    save_atomically(session.directory / path, format_document(plan), what="plan file")
    if not session.is_quiet:
        import shlex

        # A name that begins with a dash would be an option.
        word = shlex.quote(f"./{path}" if str(path).startswith("-") else str(path))
        where = f" -C {shlex.quote(session.place)}" if session.place else ""
        made = f"Saved the plan to {path}. To make exactly these changes: poolctl{where} apply {word}"
        session.terminal.progress(escape_text(made))


def load_plan(session: Session, path: Path) -> Plan:
    """Return the plan that a file holds. Raises StateError."""
    from planner.state.documents.plan_document import parse_plan
    from planner.state.files import load_text

    return parse_plan(load_text(session.directory / path, what="plan file"), source=str(path))


def refuse_contradictions(inputs: PlanInputs) -> None:
    """Raise a usage error for options of a plan that contradict each other."""
    if inputs.refresh_only and (inputs.destroy or inputs.replace):
        raise click.UsageError("--refresh-only plans no change: it cannot stand beside --destroy or --replace.")
    if inputs.destroy and inputs.replace:
        raise click.UsageError("--destroy deletes everything: it cannot stand beside --replace.")


def _format_plan(session: Session, plan: Plan, showing: Showing) -> str:
    match showing.layout:
        case "json":
            from planner.state.documents.plan_document import format_plan as format_document

            return format_document(plan)
        case "markdown":
            from planner.views.plan_markdown import format_plan_markdown

            return format_plan_markdown(plan, saved="" if showing.saved is None else str(showing.saved))
        case "html":
            from planner.views.plan_html import format_plan_html

            return format_plan_html(plan)
        case "terraform-json":
            from planner.views.terraform_json import format_terraform_json

            return format_terraform_json(plan)
        case "gitlab-terraform":
            from planner.views.gitlab_report import format_gitlab_report

            return format_gitlab_report(plan)
        case _:
            return _format_text(session, plan, showing)


def _format_text(session: Session, plan: Plan, showing: Showing) -> str:
    from planner.views.plan_text import format_plan, format_plan_result
    from planner.views.voices import POOLCTL, TERRAFORM

    terminal = session.terminal
    width, colour = terminal.width, terminal.has_colour_in_results
    if showing.is_short:
        return format_plan_result(plan, width=width, colour=colour)
    if showing.compat == "terraform":
        return format_plan(plan, width=width, colour=colour, voice=TERRAFORM)
    is_linked = terminal.has_links_in_results
    screen = make_screen(session, is_linked=is_linked) if terminal.is_result_on_screen else None
    return format_plan(plan, width=width, colour=colour, voice=POOLCTL, screen=screen)
