"""One field as aligned lines: symbol, label, old -> new, and its comments."""

from typing import Final

from planner.core.changes import Disruption
from planner.core.diagnostics import SourceLocation
from planner.core.trees import Maybe, Value, is_same
from planner.views.differences import Difference
from planner.views.escape import escape_text
from planner.views.spans import Line, Span, Tone, make_line, measure_line, measure_text, pad_text
from planner.views.values import (
    KNOWN_AFTER_APPLY,
    VERBATIM_MEMBERS,
    build_file_names,
    format_value,
    lay_out_value,
)

DISRUPTION_TONES: Final = {
    Disruption.NONE: Tone.DIM,
    Disruption.NEW_NODES: Tone.DIM,
    Disruption.DRAINS: Tone.CHANGE,
    Disruption.INTERRUPTS: Tone.DESTROY,
    Disruption.DESTROYS: Tone.DESTROY,
}
_SYMBOL_SPANS: Final = {
    "": (Span("    "),),
    ".": (Span("  . "),),
    "+": (Span("  "), Span("+", Tone.ADD), Span(" ")),
    "-": (Span("  "), Span("-", Tone.DESTROY), Span(" ")),
    "~": (Span("  "), Span("~", Tone.CHANGE), Span(" ")),
    "-/+": (Span("-", Tone.DESTROY), Span("/"), Span("+", Tone.ADD), Span(" ")),
}
_ARROW: Final = Span(" -> ", Tone.CHANGE)
_TO_NULL: Final = Span(" -> null", Tone.DIM)
_LABEL_COLUMN: Final = 4


def make_symbol(symbol: str) -> Line:
    """Return ``symbol`` in its tone, in the four columns that stand before every label."""
    return _SYMBOL_SPANS[symbol]


def make_place(source: SourceLocation | None) -> list[Span]:
    """Return the comment that names a file and line."""
    return [] if source is None else [Span(f"# {escape_text(source.file)}:{source.line}", Tone.DIM, source.file)]


def build_row_lines(label: str, row: Difference, *, indent: int, pad: int, width: int) -> list[Line]:
    """Return the lines of one field; ``pad`` is the width of the longest label of its block."""
    is_kept = not row.is_unknown and is_same(row.before, row.after)
    head = (
        Span(" " * indent),
        *make_symbol("" if is_kept else row.symbol),
        Span(f"{pad_text(escape_text(label), width=pad)} = "),
    )
    column = indent + _LABEL_COLUMN
    first, *rest = _build_value(row, column=column, taken=measure_line(head), width=width)
    return [*fill_comments((*head, *first), _make_comments(row), column=column + _LABEL_COLUMN, width=width), *rest]


def fill_comments(line: Line, comments: list[Span], *, column: int, width: int) -> list[Line]:
    """Return ``line`` with its comments after it where all fit, else with them on lines below it."""
    flat = [part for comment in comments for part in (Span(" "), comment)]
    if measure_line((*line, *flat)) <= width:
        return [(*line, *flat)]
    lines: list[list[Span]] = [list(line)]
    for comment in comments:
        is_fitting = measure_line((*lines[-1], Span(" "), comment)) <= width
        if len(lines) > 1 and is_fitting:
            lines[-1] += [Span(" "), comment]
        else:
            lines.append([Span(" " * column), comment])
    return [tuple(one) for one in lines]


def _make_comments(row: Difference) -> list[Span]:
    comments = [Span("# forces replacement", Tone.DESTROY)] if row.is_forcing else []
    if row.disruption is not Disruption.NONE:
        comments.append(Span(f"# {row.disruption.word}", DISRUPTION_TONES[row.disruption]))
    return comments + make_place(row.source)


def _build_value(row: Difference, *, column: int, taken: int, width: int) -> list[Line]:
    before, after = _name_members(row, row.before), _name_members(row, row.after)
    if row.is_unknown:
        return [_make_unknown(row, before)]
    if row.symbol == "~" and not is_same(row.before, row.after):
        return _build_transition(before, after, column=column, taken=taken, width=width)
    shown, tail = (before, (_TO_NULL,)) if row.symbol == "-" else (after, ())
    room = width - sum(measure_text(span.text) for span in tail)
    lines = [make_line(text) for text in lay_out_value(shown, indent=column, taken=taken, width=room)]
    return [*lines[:-1], (*lines[-1], *tail)]


def _make_unknown(row: Difference, before: Maybe) -> Line:
    return (
        make_line(KNOWN_AFTER_APPLY)
        if row.symbol == "+"
        else make_line(format_value(before), _ARROW, KNOWN_AFTER_APPLY)
    )


def _build_transition(before: Maybe, after: Maybe, *, column: int, taken: int, width: int) -> list[Line]:
    inline = make_line(format_value(before), _ARROW, format_value(after))
    if taken + measure_line(inline) <= width or not (isinstance(before, list) and isinstance(after, list)):
        return [inline]
    return _build_list_transition(before, after, column=column)


def _build_list_transition(before: list[Value], after: list[Value], *, column: int) -> list[Line]:
    """List what goes and what comes, one element a line; elements that stay are counted."""
    gone = [one for one in before if not _is_among(one, after)]
    come = [one for one in after if not _is_among(one, before)]
    lines = [_make_element("-", one, column=column) for one in gone] + [
        _make_element("+", one, column=column) for one in come
    ]
    kept = len(before) - len(gone)
    note = f"# ({kept} unchanged {'element' if kept == 1 else 'elements'} hidden)"
    hidden = [make_line(" " * (column + _LABEL_COLUMN), Span(note, Tone.DIM))] if kept else []
    return [make_line("["), *lines, *hidden, make_line(" " * column + "]")]


def _make_element(symbol: str, value: Value, *, column: int) -> Line:
    return (Span(" " * column), *make_symbol(symbol), Span(f"{format_value(value)},"))


def _is_among(value: Value, others: list[Value]) -> bool:
    return any(is_same(value, other) for other in others)


def _name_members(row: Difference, value: Maybe) -> Maybe:
    """Members of maps have the files' names, except where their keys are the user's own."""
    if not isinstance(value, list | dict) or (row.path[-1:] and row.path[-1] in VERBATIM_MEMBERS):
        return value
    return build_file_names(value)
