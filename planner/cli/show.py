"""``poolctl show``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from planner.cli.command import Command
from planner.cli.options import compat_option, file_argument, plan_format_option
from planner.cli.plan_output import Showing, load_plan, show_plan
from planner.cli.session import DONE, Session, show_sentences
from planner.cli.workplaces import make_workplace

if TYPE_CHECKING:
    from pathlib import Path

    from planner.core.tracking import State


@click.command(
    cls=Command,
    examples=(
        "poolctl show",
        "poolctl show plan.json",
        "poolctl show plan.json --format markdown",
        "poolctl show plan.json --format gitlab-terraform > tfplan.json",
        "poolctl show -json plan.json            # Terraform's JSON, for tools that call its binary",
        "poolctl show -no-color plan.json        # and its text",
        "poolctl show -o json",
    ),
)
@file_argument("plan", is_required=False)
@plan_format_option
@compat_option
@click.pass_obj
def show(session: Session, /, *, plan: Path | None, layout: str, compat: str | None) -> int:
    """Show the saved plan PLAN or, without one, the state."""
    from planner.workflow.state_records import load_state

    if plan is not None:
        show_plan(session, load_plan(session, plan), Showing(layout=layout, compat=compat, saved=plan))
        return DONE
    if layout not in {"text", "json", "terraform-json"}:
        raise click.UsageError(f"Only a saved plan is shown as {layout}: name its file. The state is text or json.")
    text = _format_state(load_state(make_workplace(session)), layout=layout)
    if layout == "text":
        show_sentences(session, text)
    else:
        session.terminal.show(text)
    return DONE


def _format_state(state: State | None, *, layout: str) -> str:
    from planner.state.documents.state_document import format_state as format_document
    from planner.views.json_text import format_json
    from planner.views.state_text import format_state

    if layout != "text":
        return format_json({"format_version": "1.0"}) if state is None else format_document(state)
    return "No state. Nothing was applied or imported here yet.\n" if state is None else format_state(state)
