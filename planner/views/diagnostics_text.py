"""Diagnostics as Terraform-like boxes: what, where, why, and what to do."""

from collections.abc import Iterable, Iterator
from typing import Final

from planner.core.diagnostics import Diagnostic, Severity, SourceLocation
from planner.views.change_details import wrap_lines
from planner.views.escape import escape_text
from planner.views.folding import cut_window, fold_lines
from planner.views.spans import Line, Screen, Span, Tone, format_lines, make_line, measure_text
from planner.views.widths import fit_width

_TONES: Final = {
    Severity.ERROR: (Tone.ALERT, Tone.DESTROY),
    Severity.WARNING: (Tone.CAUTION, Tone.CHANGE),
    Severity.NOTICE: (Tone.BOLD, Tone.DIM),
}
_BORDER: Final = 2
_ENDLESS: Final = 1_000_000


def format_diagnostics(
    diagnostics: Iterable[Diagnostic], *, width: int, colour: bool, screen: Screen | None = None
) -> str:
    """Return one box for each diagnostic, in the order given; an empty text where there are none.

    On a ``screen`` lines of files are cut to what fits, and their names are links.
    """
    room = fit_width(width) - _BORDER
    boxes = (_build_box(one, room=room, is_cut=screen is not None) for one in diagnostics)
    return format_lines(
        (line for box in boxes for line in box), colour=colour, base="" if screen is None else screen.base
    )


def _build_box(diagnostic: Diagnostic, *, room: int, is_cut: bool) -> Iterator[Line]:
    tone = _TONES[diagnostic.severity][1]
    yield make_line(Span("╷", tone))
    content = _build_content(diagnostic, room=room, is_cut=is_cut)
    for line in fold_lines(content, width=room) if is_cut else content:
        yield (Span("│", tone), Span(" "), *line)
    yield make_line(Span("╵", tone))


def _build_content(diagnostic: Diagnostic, *, room: int, is_cut: bool) -> Iterator[Line]:
    word = f"{diagnostic.severity.value.capitalize()}:"
    first, *rest = wrap_lines(f"{word} {diagnostic.summary}", width=room)
    yield make_line(
        Span(word, _TONES[diagnostic.severity][0]),
        Span(first.removeprefix(word), Tone.BOLD),
    )
    for line in rest:
        yield make_line(Span(line, Tone.BOLD))
    yield from _build_where(diagnostic, room=room if is_cut else _ENDLESS)
    yield from _build_detail(diagnostic, room=room)


def _build_where(diagnostic: Diagnostic, *, room: int) -> Iterator[Line]:
    if diagnostic.location is None and not diagnostic.address:
        return
    yield ()
    if diagnostic.location is not None:
        yield from _build_location(diagnostic.location, room=room)
    if diagnostic.address:
        yield make_line(f"  with {escape_text(diagnostic.address)}")


def _build_location(location: SourceLocation, *, room: int) -> Iterator[Line]:
    file = Span(escape_text(location.file), Tone.PLAIN, location.file)
    place = f" line {location.line}, column {location.column}"
    if not location.text.strip():
        yield make_line("  on ", file, place)
        return
    head = f"{location.line:>4}: "
    before = escape_text(location.text[: max(0, location.column - 1)])
    text, column = escape_text(location.text.rstrip()), len(before)
    # Wide characters take two columns.
    limit = room - len(head) if text.isascii() else (room - len(head)) // 2
    text, column = cut_window(text, around=column, width=limit)
    yield make_line("  on ", file, f"{place}:")
    yield make_line(head + text)
    yield make_line(" " * (len(head) + measure_text(text[:column])), Span("^", Tone.BOLD))


def _build_detail(diagnostic: Diagnostic, *, room: int) -> Iterator[Line]:
    lines = wrap_lines(diagnostic.detail, width=room)
    if lines:
        yield ()
    for line in lines:
        yield make_line(line)
    if diagnostic.code:
        yield ()
        yield make_line(Span(f"[{escape_text(diagnostic.code)}]", Tone.DIM))
