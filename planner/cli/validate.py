"""``poolctl validate``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

import planner
from planner.cli.command import Command
from planner.cli.file_value import FILE
from planner.cli.session import DONE, FAILED, Session, report
from planner.cli.workplaces import make_workplace

if TYPE_CHECKING:
    from pathlib import Path

    from planner.workflow.validate import Validated


@click.command(
    cls=Command,
    examples=(
        "poolctl validate",
        "poolctl -C pools/team-a validate",
        "poolctl validate envs/*/                 # several directories at once",
        "poolctl validate -o json",
        "poolctl validate -o sarif > poolctl.sarif                # for GitHub's code scanning",
        "poolctl validate -o codequality > gl-code-quality.json   # for GitLab's merge requests",
    ),
)
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=FILE)
@click.option(
    "--format",
    "-o",
    "layout",
    type=click.Choice(["text", "json", "sarif", "codequality"]),
    default="text",
    show_default=True,
    help="How stdout is written: SARIF and GitLab's code quality report name files from the repository's root.",
)
@click.pass_obj
def validate(session: Session, /, *, paths: tuple[Path, ...], layout: str) -> int:
    """Check the files: all faults at once, each with its file, line and column.

    Uses no network, no credentials and no state. PATH is a directory, or a file: that stands for every
    configuration below this directory that reads it.
    """
    from planner.views.diagnostics_json import build_validation_json
    from planner.views.json_text import format_json
    from planner.workflow.validate import load_contents
    from planner.workflow.validate import validate as check

    checked = check(make_workplace(session), paths)
    if layout == "json":
        contents = load_contents(session.directory, checked.diagnostics)
        document = build_validation_json(checked.diagnostics, is_valid=checked.is_valid, contents=contents)
        session.terminal.show(format_json(document))
        return DONE if checked.is_valid else FAILED
    # A report goes to a file: whoever reads the log of a job sees what is in it.
    report(session, checked.diagnostics)
    if layout == "text":
        session.terminal.show(_format_verdict(checked))
    else:
        session.terminal.show(_format_report(session, checked, layout=layout))
    return DONE if checked.is_valid else FAILED


def _format_verdict(checked: Validated) -> str:
    if not checked.is_valid:
        return ""
    count = len(checked.directories)
    if not count:
        return "Nothing to check: no configuration here reads these files.\n"
    return f"Success! {'The configuration is' if count == 1 else f'{count} configurations are'} valid.\n"


def _format_report(session: Session, checked: Validated, *, layout: str) -> str:
    from planner.workflow.report_places import place_diagnostics

    placed = place_diagnostics(checked.homes, directory=session.directory)
    if layout == "codequality":
        from planner.views.code_quality import format_code_quality

        return format_code_quality(placed)
    from planner.views.sarif import format_sarif
    from planner.workflow.explain import load_pages

    return format_sarif(placed, pages=load_pages(one.code for one in placed), version=planner.__version__)
