"""The command tree as values, for pages that are made from it: manual pages and the reference of the site."""

from collections.abc import Iterator
from dataclasses import dataclass

import click

from planner.cli.command import Command, Group
from planner.cli.root import root


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandPage:
    """What is to be said of one command: ``options`` and ``commands`` are pairs of a term and its meaning."""

    words: tuple[str, ...]
    usage: str
    about: tuple[str, ...]
    options: tuple[tuple[str, str], ...]
    commands: tuple[tuple[str, str], ...]
    examples: tuple[str, ...]

    @property
    def summary(self) -> str:
        """The first sentence, without its full stop."""
        return self.about[0].partition(".")[0]


def list_command_pages() -> tuple[CommandPage, ...]:
    """Return poolctl itself and every command, those of groups right behind their group."""
    return tuple(_walk(root, words=("poolctl",)))


def _walk(command: click.Command, *, words: tuple[str, ...]) -> Iterator[CommandPage]:
    if not isinstance(command, Command | Group):
        raise TypeError(f"{' '.join(words)} is neither a Command nor a Group of poolctl")
    yield _make_page(command, words=words)
    entries = command.entries if isinstance(command, Group) else {}
    with click.Context(command) as context:
        for name in entries:
            inner = command.get_command(context, name) if isinstance(command, Group) else None
            if inner is not None:
                yield from _walk(inner, words=(*words, name))


def _make_page(command: Command | Group, *, words: tuple[str, ...]) -> CommandPage:
    context = click.Context(command, info_name=" ".join(words))
    records = (parameter.get_help_record(context) for parameter in command.get_params(context))
    return CommandPage(
        words=words,
        usage=" ".join(command.collect_usage_pieces(context)),
        about=tuple(" ".join(one.split()) for one in (command.help or "").split("\n\n") if one.strip()),
        # Arguments have no words of their own: the usage shows them.
        options=tuple(record for record in records if record is not None and record[1]),
        commands=tuple((name, entry.help) for name, entry in command.entries.items())
        if isinstance(command, Group)
        else (),
        examples=tuple(command.examples),
    )
