"""Drift for people and for machines: what others changed since the last apply."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from planner.core.changes import DriftRow
from planner.core.trees import ABSENT, Maybe, Value
from planner.views.escape import escape_text
from planner.views.folding import format_folded
from planner.views.json_text import build_json_value
from planner.views.spans import Line, Span, Tone, make_line, measure_line, wrap_text
from planner.views.values import build_file_names, format_value
from planner.views.voices import POOLCTL, Voice
from planner.views.widths import fit_width

_MARGIN = "      "
_NOTHING = "No drift. Nobody changed a tracked object since the last apply."


def format_drift(
    rows: Iterable[DriftRow], *, width: int, colour: bool, hidden: int = 0, screen_width: int | None = None
) -> str:
    """Return drift as text, by address in the order given; without rows one line that says so.

    ``hidden`` counts the unmanaged fields that drifted and are not among ``rows``. Lines are folded to
    ``screen_width`` where there is a screen.
    """
    shown, fitted = tuple(rows), fit_width(width)
    if not shown and not hidden:
        return format_folded([make_line(_NOTHING)], width=screen_width, colour=colour)
    lines = build_drift_lines(shown, width=fitted) if shown else [make_line("No drift in what the files set.")]
    return format_folded([*lines, *_build_hidden(hidden, width=fitted)], width=screen_width, colour=colour)


def build_drift_lines(rows: Iterable[DriftRow], *, width: int, voice: Voice = POOLCTL) -> list[Line]:
    """Return the note and the rows of drift, a header for each address."""
    lines: list[Line] = [make_line(Span(f"Note: Objects have changed outside of {voice.tool}", Tone.BOLD)), ()]
    lines += [make_line(line) for line in wrap_text(voice.drift_note, width=width)]
    for address, group in groupby(rows, key=lambda row: str(row.address)):
        lines += [(), make_line(Span(f"  # {escape_text(address)}", Tone.BOLD), " has changed")]
        lines += [line for row in group for line in _build_row(row, width=width)]
    return lines


def build_drift_json(rows: Iterable[DriftRow]) -> dict[str, Value]:
    """Return drift for ``-o json``; a side that is not there has no member of its own."""
    return {"format_version": "1.0", "drift": [_build_row_json(row) for row in rows]}


def format_side(side: Maybe) -> str:
    """Return one side of a row on one line, members named as in the files."""
    return format_value(side if side is ABSENT else build_file_names(side))


def _build_hidden(count: int, *, width: int) -> list[Line]:
    if not count:
        return []
    nouns = "1 unmanaged field" if count == 1 else f"{count} unmanaged fields"
    return [(), *(make_line(line) for line in wrap_text(f"Others changed {nouns} too: add --all.", width=width))]


def _build_row(row: DriftRow, *, width: int) -> list[Line]:
    symbol, tone = _find_symbol(row)
    before, after = format_side(row.before), format_side(row.after)
    label = escape_text(row.label)
    line = make_line(_MARGIN, Span(symbol, tone), f" {label}: {before}", Span(" -> ", Tone.CHANGE), after)
    policy = f", policy {escape_text(row.policy)}" if row.policy else ""
    comment = Span(f"({'managed' if row.is_managed else 'unmanaged'}{policy})", Tone.DIM)
    whole = (*line, Span("  "), comment)
    return [whole] if measure_line(whole) <= width else [line, make_line(f"{_MARGIN}    ", comment)]


def _find_symbol(row: DriftRow) -> tuple[str, Tone]:
    if row.before is ABSENT:
        return "+", Tone.ADD
    return ("-", Tone.DESTROY) if row.after is ABSENT else ("~", Tone.CHANGE)


def _build_row_json(row: DriftRow) -> Value:
    return {
        "address": str(row.address),
        "path": row.label,
        "managed": row.is_managed,
        "policy": row.policy,
        **dict(_list_sides(row)),
    }


def _list_sides(row: DriftRow) -> Iterator[tuple[str, Value]]:
    for name, side in (("before", row.before), ("after", row.after)):
        if side is not ABSENT:
            yield name, build_json_value(side)
