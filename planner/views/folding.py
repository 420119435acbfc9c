"""Lines folded for a screen: broken between words, what follows hangs below; words that are too long stay whole.

A terminal wraps what stays too long by itself, and copies it as one piece: a digest, a path, a quoted value.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from planner.views.spans import Line, Span, format_lines, make_line, measure_line, measure_text

_TOKEN: Final = re.compile(r'\d+ -> \d+|\(known after apply\)|\(\d+ \w+\)|"(?:[^"\\]|\\.)*"|[^\s"]+|"|\s+')
_HANG: Final = 4
# An arrow, a sign or the mark of a comment says what comes next: it never ends a line.
_LEADING: Final = frozenset({"->", "=", "#", "+", "-", "~", "-/+"})

_Word = tuple[str, tuple[Span, ...]]
"""The spaces before a word, and its pieces."""


def fold_lines(lines: Iterable[Line], *, width: int, hang: int = _HANG) -> Iterator[Line]:
    """Yield ``lines``, those that are wider than ``width`` in several; all but the first ``hang`` columns deeper."""
    for line in lines:
        yield from _fold_line(line, width=width, hang=hang)


def fold_text(text: str, *, width: int, hang: int = _HANG) -> str:
    """Return a text of lines, each ended, with those that are wider than ``width`` folded; of prose none hangs."""
    lines = (make_line(line) for line in text.splitlines())
    return format_lines(fold_lines(lines, width=width, hang=hang), colour=False)


def format_folded(lines: Iterable[Line], *, width: int | None, colour: bool) -> str:
    """Return ``lines`` as text, folded for a screen of ``width`` columns; as they are where there is none."""
    return format_lines(lines if width is None else fold_lines(lines, width=width), colour=colour)


def cut_text(text: str, *, width: int) -> str:
    """Return ``text`` in at most ``width`` columns; what does not fit is an ellipsis."""
    if measure_text(text) <= width:
        return text
    kept = ""
    for character in text:
        if measure_text(kept + character) > width - 1:
            break
        kept += character
    return f"{kept}…"


def cut_window(text: str, *, around: int, width: int) -> tuple[str, int]:
    """Return the part of a line that shows the character ``around``, at most ``width`` long, and where that is in it.

    Ellipses stand for what is left out.
    """
    if len(text) <= width:
        return text, around
    start = max(0, min(around - width // 2, len(text) - width))
    part = text[start : start + width]
    left = "…" if start else ""
    right = "…" if start + width < len(text) else ""
    return left + part[len(left) : len(part) - len(right)] + right, around - start


def _fold_line(line: Line, *, width: int, hang: int) -> Iterator[Line]:
    if measure_line(line) <= width:
        yield line
        return
    words = _bind(_split(line))
    indent = len(words[0][0])
    margin = " " * min(indent + hang, width // 2)
    built: list[Span] = []
    for space, pieces in words:
        room = width - measure_line(tuple(built)) - len(space)
        size = measure_line(pieces)
        if built and size > room and size <= width - len(margin):
            yield _merge(built)
            built = [Span(margin), *pieces]
        else:
            built += [Span(space), *pieces]
    yield _merge(built)


def _merge(pieces: Iterable[Span]) -> Line:
    """Return ``pieces`` with those that belong together as one."""
    merged: list[Span] = []
    for piece in pieces:
        last = merged[-1] if merged else None
        if last is not None and (piece.tone, piece.link) == (last.tone, last.link):
            merged[-1] = Span(last.text + piece.text, last.tone, last.link)
        elif piece.text:
            merged.append(piece)
    return tuple(merged)


def _split(line: Line) -> list[_Word]:
    words: list[_Word] = [("", ())]
    for span in line:
        for text in _TOKEN.findall(span.text):
            space, pieces = words[-1]
            if not text.isspace():
                words[-1] = (space, (*pieces, Span(text, span.tone, span.link)))
            elif pieces:
                words.append((text, ()))
            else:
                words[-1] = (space + text, ())
    return [word for word in words if word[1]]


def _bind(words: list[_Word]) -> list[_Word]:
    """Return ``words`` with those that lead bound to what they lead to."""
    bound: list[_Word] = []
    leading: _Word | None = None
    for space, pieces in words:
        word = (space, pieces) if leading is None else (leading[0], (*leading[1], Span(space), *pieces))
        leading = None
        if len(pieces) == 1 and pieces[0].text in _LEADING:
            leading = word
        else:
            bound.append(word)
    return bound if leading is None else [*bound, leading]
