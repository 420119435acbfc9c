"""Usage errors in the look of all other errors."""

import re
from typing import Final

import click

from planner.cli.spelling import FLAG_OPTIONS, VALUE_OPTIONS
from planner.cli.terraform_words import OPTIONS
from planner.core.diagnostics import Diagnostic, make_error
from planner.core.near_words import make_hint


def make_usage_diagnostic(error: click.ClickException) -> Diagnostic:
    """Return what is wrong with the command line, in the words of the parser, and where its help is."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    path = context.command_path if context is not None else "poolctl"
    summary = _SUMMARIES.get(type(error), "The command line is not right")
    # The parser lays out lists of choices with tabs and line breaks, and an error is a paragraph here.
    words = " ".join((error.message if isinstance(error, click.NoSuchOption) else error.format_message()).split())
    what = _BELOW.sub(r" is less than \1", _OUTSIDE.sub(r" is not within \1 to \2", words))
    what = _NO_NUMBER.sub(" is no whole number", what)
    end = "" if what.endswith((".", "?", "!")) else "."
    return make_error("usage", summary, detail=f"{what}{end}{_find_hint(error, what)} See: {path} --help")


def _find_hint(error: click.ClickException, what: str) -> str:
    """Return what was meant by a word that is none of a list, and what is here instead of an option of Terraform's."""
    if isinstance(error, click.NoSuchOption):
        name = error.option_name.lstrip("-").partition("=")[0]
        if error.ctx is not None and error.ctx.parent is None and name in VALUE_OPTIONS | FLAG_OPTIONS:
            return f" It stands behind the command: poolctl COMMAND {error.option_name}."
        return OPTIONS.get(name) or make_hint(error.option_name, error.possibilities or ())
    typed = _CHOICE.search(what)
    choices = getattr(getattr(error, "param", None), "type", None)
    if typed is None or not isinstance(choices, click.Choice):
        return ""
    return make_hint(typed[1], map(str, choices.choices))


_OUTSIDE: Final = re.compile(r" is not in the range (\d+)<=x<=(\d+)")
_BELOW: Final = re.compile(r" is not in the range x>=(\d+)")
_NO_NUMBER: Final = re.compile(r" is not a valid integer( range)?")
_CHOICE: Final = re.compile(r"'([^']*)' is not one of ")


_SUMMARIES: dict[type[click.ClickException], str] = {
    click.NoSuchOption: "There is no such option",
    click.BadOptionUsage: "An option is not used right",
    click.BadParameter: "A value is not accepted",
    click.MissingParameter: "Something is missing",
}
