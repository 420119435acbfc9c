"""Usage errors in the look of all other errors."""

import click

from planner.core.diagnostics import Diagnostic, make_error


def make_usage_diagnostic(error: click.ClickException) -> Diagnostic:
    """Return what is wrong with the command line, in the words of the parser, and where its help is."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    path = context.command_path if context is not None else "poolctl"
    summary = _SUMMARIES.get(type(error), "The command line is not right")
    # The parser lays out lists of choices with tabs and line breaks, and an error is a paragraph here.
    what = " ".join(error.format_message().split())
    end = "" if what.endswith((".", "?", "!")) else "."
    return make_error("usage", summary, detail=f"{what}{end} See: {path} --help")


_SUMMARIES: dict[type[click.ClickException], str] = {
    click.NoSuchOption: "There is no such option",
    click.BadOptionUsage: "An option is not used right",
    click.BadParameter: "A value is not accepted",
    click.MissingParameter: "Something is missing",
}
