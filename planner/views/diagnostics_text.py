"""Diagnostics as Terraform-like boxes: what, where, why, and what to do."""

from collections.abc import Iterable, Iterator
from typing import Final

from planner.core.diagnostics import Diagnostic, Severity, SourceLocation
from planner.views.change_details import wrap_lines
from planner.views.escape import escape_text
from planner.views.spans import Line, Span, Tone, format_lines, make_line, measure_text
from planner.views.widths import fit_width

_TONES: Final = {
    Severity.ERROR: (Tone.ALERT, Tone.DESTROY),
    Severity.WARNING: (Tone.CAUTION, Tone.CHANGE),
    Severity.NOTICE: (Tone.BOLD, Tone.DIM),
}
_BORDER: Final = 2


def format_diagnostics(diagnostics: Iterable[Diagnostic], *, width: int, colour: bool) -> str:
    """Return one box for each diagnostic, in the order given; an empty text where there are none."""
    room = fit_width(width) - _BORDER
    boxes = (_build_box(one, room=room) for one in diagnostics)
    return format_lines((line for box in boxes for line in box), colour=colour)


def _build_box(diagnostic: Diagnostic, *, room: int) -> Iterator[Line]:
    tone = _TONES[diagnostic.severity][1]
    yield make_line(Span("╷", tone))
    for line in _build_content(diagnostic, room=room):
        yield (Span("│", tone), Span(" "), *line)
    yield make_line(Span("╵", tone))


def _build_content(diagnostic: Diagnostic, *, room: int) -> Iterator[Line]:
    word = f"{diagnostic.severity.value.capitalize()}:"
    first, *rest = wrap_lines(f"{word} {diagnostic.summary}", width=room)
    yield make_line(
        Span(word, _TONES[diagnostic.severity][0]),
        Span(first.removeprefix(word), Tone.BOLD),
    )
    for line in rest:
        yield make_line(Span(line, Tone.BOLD))
    yield from _build_where(diagnostic)
    yield from _build_detail(diagnostic, room=room)


def _build_where(diagnostic: Diagnostic) -> Iterator[Line]:
    if diagnostic.location is None and not diagnostic.address:
        return
    yield ()
    if diagnostic.location is not None:
        yield from _build_location(diagnostic.location)
    if diagnostic.address:
        yield make_line(f"  with {escape_text(diagnostic.address)}")


def _build_location(location: SourceLocation) -> Iterator[Line]:
    place = f"  on {escape_text(location.file)} line {location.line}, column {location.column}"
    if not location.text.strip():
        yield make_line(place)
        return
    head = f"{location.line:>4}: "
    before = escape_text(location.text[: max(0, location.column - 1)])
    yield make_line(f"{place}:")
    yield make_line(head + escape_text(location.text.rstrip()))
    yield make_line(" " * (len(head) + measure_text(before)), Span("^", Tone.BOLD))


def _build_detail(diagnostic: Diagnostic, *, room: int) -> Iterator[Line]:
    lines = wrap_lines(diagnostic.detail, width=room)
    if lines:
        yield ()
    for line in lines:
        yield make_line(line)
    if diagnostic.code:
        yield ()
        yield make_line(Span(f"[{escape_text(diagnostic.code)}]", Tone.DIM))
