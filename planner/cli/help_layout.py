"""Help that fits its terminal: terms and their texts side by side, one above the other where that is too narrow."""

from collections.abc import Iterable
from typing import Final

import click

_SIDE_BY_SIDE: Final = 60
_SHORT_TERM: Final = 14
_INDENT: Final = 4
_COMMENT: Final = " # "


class Formatter(click.HelpFormatter):
    """Lays out options and commands; in a narrow window what does not leave its text room stands above it."""

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """Write the rows of a table of terms and texts."""
        table = [*rows]
        longest = max((len(term) for term, _ in table), default=0)
        if self.width >= _SIDE_BY_SIDE or longest <= _SHORT_TERM:
            super().write_dl(table, col_max, col_spacing)
        else:
            super().write_dl(table, _INDENT, col_spacing)


def write_example(formatter: click.HelpFormatter, example: str) -> None:
    """Write a command as it is typed, never wrapped; in a narrow window what it is for stands above it."""
    margin = " " * formatter.current_indent
    command, _, comment = example.rpartition(_COMMENT)
    if formatter.width >= _SIDE_BY_SIDE or not command:
        formatter.write(f"{margin}{example}\n")
        return
    text = click.formatting.wrap_text(comment, formatter.width, f"{margin}# ", f"{margin}# ")
    formatter.write(f"{text}\n{margin}{command.rstrip()}\n")
