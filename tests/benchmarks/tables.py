"""Tables of numbers, as Markdown, and what is told from them: growth and whether a target is met."""

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table with the command that made it; a cell is a text."""

    title: str
    command: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What was aimed at and what was measured, as numbers of one unit; a smaller number is better."""

    work: str
    limit: float
    measured: float
    unit: str

    @property
    def is_met(self) -> bool:
        """Tell whether the target is met."""
        return self.measured <= self.limit


def format_table(table: Table) -> str:
    """Return a table as Markdown: title, command, rows, note."""
    lines = [
        f"## {table.title}",
        "",
        f"`{table.command}`",
        "",
        _format_row(table.head),
        _format_row(["---"] * len(table.head)),
    ]
    lines += [_format_row(row) for row in table.rows]
    return "\n".join([*lines, *(["", table.note] if table.note else []), ""])


def format_targets(targets: Sequence[Target]) -> str:
    """Return the table of targets, in plain words."""
    rows = [
        (
            one.work,
            f"≤ {format_number(one.limit)} {one.unit}".rstrip(),
            f"{format_number(one.measured)} {one.unit}".rstrip(),
            "met" if one.is_met else "**not met**",
        )
        for one in targets
    ]
    return "\n".join(
        [_format_row(("Work", "Target", "Measured", "")), _format_row(["---"] * 4), *map(_format_row, rows), ""]
    )


def format_number(number: float) -> str:
    """Return a number with two significant digits below ten, three above, and no more than two places."""
    if number == 0:
        return "0"
    digits = 2 if abs(number) < 10 else 3
    places = min(2, max(0, digits - 1 - math.floor(math.log10(abs(number)))))
    return f"{number:,.{places}f}"


def find_exponent(sizes: Sequence[int], values: Sequence[float]) -> float:
    """Return the exponent of growth between the last two sizes: 1 is in proportion."""
    (small, large), (before, after) = sizes[-2:], values[-2:]
    return math.log(after / before) / math.log(large / small)


def _format_row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
