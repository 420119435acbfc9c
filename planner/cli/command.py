"""What all commands have in common: global options, help by the terminal, examples, and lazy groups."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib import import_module
from typing import Any, Final

import click

from planner.cli.file_value import FILE
from planner.cli.help_layout import Formatter, write_example
from planner.cli.session import FAILED, Session
from planner.core.lazy_dataclass import dataclass

_WIDEST_HELP: Final = 80
_MARGIN: Final = 2


class Command(click.Command):
    """A command that takes the global options too and ends its help with examples."""

    def __init__(
        self, *arguments: Any, examples: Sequence[str] = (), reads_files: bool = True, **settings: Any
    ) -> None:
        """Keep the examples: each is a line as it is typed. Those that read the configuration take variables."""
        super().__init__(*arguments, **settings | {"add_help_option": False})
        self.examples = examples
        self.params += [*(make_variable_options() if reads_files else ()), *make_global_options()]

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Let a usage error know its command: not every one of the parser does."""
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            error.ctx = error.ctx or ctx
            raise

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples as they are, never wrapped."""
        del ctx
        _write_examples(formatter, self.examples)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A command of a group that is not imported yet: ``place`` is ``module:name``, ``help`` one line."""

    place: str
    help: str


class Group(click.Group):
    """A group whose commands stand in a table and are imported when they run or when their own help is asked."""

    def __init__(
        self, *arguments: Any, entries: Mapping[str, Entry], examples: Sequence[str] = (), **settings: Any
    ) -> None:
        """Keep the table; the order of ``entries`` is the order of the help."""
        super().__init__(*arguments, **settings | {"add_help_option": False, "no_args_is_help": False})
        self.entries = entries
        self.examples = examples
        self.params += make_global_options()

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the table."""
        del ctx
        return list(self.entries)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command; None for a name that the table does not have."""
        del ctx
        entry = self.entries.get(cmd_name)
        if entry is None:
            return None
        module, _, name = entry.place.partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Answer a bare group with its help on stderr: nothing was done."""
        if not args and not ctx.resilient_parsing:
            ctx.obj.terminal.tell(f"{format_help(ctx)}\n")
            ctx.exit(FAILED)
        return super().parse_args(ctx, args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that ``args`` name, or say which one is near."""
        name = args[0]
        if name not in self.entries and not name.startswith("-") and not ctx.resilient_parsing:
            from planner.cli.terraform_words import COMMANDS
            from planner.core.near_words import make_hint

            instead = COMMANDS.get(name) if ctx.parent is None else None
            ctx.fail(f'There is no command "{name}".{instead or make_hint(name, self.entries)}')
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table, which needs no command's module."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.help) for name, entry in self.entries.items()])

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples as they are, never wrapped."""
        del ctx
        _write_examples(formatter, self.examples)


def format_help(context: click.Context) -> str:
    """Return the help of a command, as wide as the terminal up to click's 80 columns.

    click asks for the width by way of shutil, whose archive formats would be most of the time of a help.
    """
    context.terminal_width = min(context.obj.terminal.width, _WIDEST_HELP) - _MARGIN
    context.formatter_class = Formatter
    return context.get_help()


def make_global_options() -> list[click.Parameter]:
    """Return the options that every command takes, before and after its name."""
    return [
        click.Option(
            ["-C", "--chdir"],
            metavar="DIR",
            type=click.Path(file_okay=False),
            expose_value=False,
            is_eager=True,
            callback=_change_directory,
            help="Look for the configuration, and for files named here, in DIR; repeatable: one after the other.",
        ),
        click.Option(
            # The terminal is made before options are parsed, so that a usage error has no colour either.
            ["--no-color"],
            is_flag=True,
            expose_value=False,
            help="Write no colours (as NO_COLOR does).",
        ),
        click.Option(
            # Like --no-color it is looked for before options are parsed.
            ["--debug"],
            is_flag=True,
            expose_value=False,
            help="Log every request on stderr, secrets masked (as POOLCTL_DEBUG does).",
        ),
        click.Option(
            ["-h", "--help"],
            is_flag=True,
            is_eager=True,
            expose_value=False,
            callback=_show_help,
            help="Show this help.",
        ),
    ]


def make_variable_options() -> list[click.Parameter]:
    """Return the options that give values to the variables of the files."""
    return [
        click.Option(
            ["--var", "var_options"],
            multiple=True,
            metavar="NAME=VALUE",
            expose_value=False,
            callback=_keep_variables,
            help="Give a variable of the files its value; repeatable.",
        ),
        click.Option(
            ["--var-file", "var_files"],
            multiple=True,
            metavar="FILE",
            type=FILE,
            expose_value=False,
            callback=_keep_variables,
            help="Take values of variables from FILE; repeatable, the last one wins.",
        ),
    ]


def _keep_variables(context: click.Context, option: click.Parameter, given: tuple[Any, ...]) -> None:
    session = context.obj
    if given and isinstance(session, Session):
        is_file = option.name == "var_files"
        context.obj = replace(session, var_files=given) if is_file else replace(session, var_options=given)


def _change_directory(context: click.Context, _option: click.Parameter, directory: str | None) -> None:
    session = context.obj
    if directory is not None and isinstance(session, Session):
        # pathlib would be a tenth of the time of a help.
        context.obj = replace(session, place=os.path.join(session.place, directory))  # noqa: PTH118 - see above


def _show_help(context: click.Context, _option: click.Parameter, is_asked: bool) -> None:
    if is_asked and not context.resilient_parsing:
        context.obj.terminal.show(f"{format_help(context)}\n")
        context.exit()


def _write_examples(formatter: click.HelpFormatter, examples: Sequence[str]) -> None:
    with formatter.section("Examples"):
        for example in examples:
            write_example(formatter, example)
