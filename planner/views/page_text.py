"""A page of the documents on a screen: paragraphs as wide as the window, without the marks of Markdown."""

import re
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import Final

from planner.views.spans import Line, Span, Tone, format_lines, make_line, pad_text, wrap_text

_WIDEST: Final = 100
_FENCE: Final = "```"
_MARGIN: Final = "  "
_LINK: Final = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_LEAD: Final = re.compile(r"\*\*([^*]+)\*\*")


def format_page(page: str, *, width: int, colour: bool) -> str:
    """Return Markdown as plain paragraphs of at most ``width`` columns; what stands in fences and tables is kept."""
    room = min(width, _WIDEST)
    lines: list[Line] = []
    for is_code, part in _split_fences(page):
        lines += [make_line(_MARGIN, line) for line in part] if is_code else _build_text(part, width=room)
    return format_lines(lines, colour=colour)


def format_codes(codes: Mapping[str, str], *, width: int, colour: bool) -> str:
    """Return codes and what they mean: side by side, one above the other where the window is narrow."""
    longest = max(map(len, codes), default=0)
    is_narrow = width < 2 * longest
    margin = " " * (4 if is_narrow else longest + 2)
    lines: list[Line] = []
    for code, words in codes.items():
        first, *rest = wrap_text(words, width=width - len(margin)) or [""]
        head = Span(code, Tone.BOLD) if is_narrow else Span(pad_text(code, width=len(margin)), Tone.BOLD)
        lines += [make_line(head), make_line(margin, first)] if is_narrow else [make_line(head, first)]
        lines += [make_line(margin, line) for line in rest]
    return format_lines(lines, colour=colour)


def _split_fences(page: str) -> Iterator[tuple[bool, list[str]]]:
    """Yield whether a run of lines is code, and its lines without the fences."""
    part: list[str] = []
    is_code = False
    for line in page.splitlines():
        if line.startswith(_FENCE):
            yield is_code, part
            is_code, part = not is_code, []
        else:
            part.append(line)
    yield is_code, part


def _build_text(lines: list[str], *, width: int) -> Iterator[Line]:
    for is_empty, group in groupby(lines, key=lambda line: not line.strip()):
        if is_empty:
            yield ()
        else:
            yield from _build_paragraph([*group], width=width)


def _build_paragraph(lines: list[str], *, width: int) -> Iterator[Line]:
    if lines[0].startswith("|"):
        yield from map(make_line, lines)
        return
    if lines[0].startswith("#"):
        yield make_line(Span(lines[0].lstrip("# "), Tone.BOLD))
        return
    items = re.split(r"\n(?=- )", "\n".join(lines))
    for item in items:
        yield from _wrap(" ".join(item.split()), width=width)


def _wrap(text: str, *, width: int) -> Iterator[Line]:
    plain = _LEAD.sub(r"\1", _LINK.sub(r"\1", text))
    lead = found[1] if (found := _LEAD.match(text)) else ""
    hang = _MARGIN if plain.startswith("- ") else ""
    first, *rest = wrap_text(plain, width=width - len(hang))
    bold = first[: len(lead)] if lead.startswith(first[: len(lead)]) else ""
    yield make_line(Span(bold, Tone.BOLD), first[len(bold) :])
    yield from (make_line(hang, line) for line in rest)
