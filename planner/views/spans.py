"""Lines of coloured text as values: measured and wrapped plain, painted last."""

import enum
import unicodedata
from collections.abc import Iterable
from typing import Final, TypeAlias

from planner.core.lazy_dataclass import dataclass
from planner.views.hyperlinks import format_link

_RESET: Final = "\x1b[0m"


class Tone(enum.Enum):
    """What a piece of text means; the value is its SGR code, legible on light and on dark.

    Only the sixteen colours that a terminal's own palette sets, and no yellow: on white it cannot be read. No meaning
    is in a colour alone.
    """

    PLAIN = ""
    ADD = "32"
    CHANGE = "35"
    DESTROY = "31"
    BOLD = "1"
    DIM = "2"
    ALERT = "1;31"
    CAUTION = "1;35"


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of one line in one tone; ``text`` is escaped already, ``link`` is the file that it leads to, raw."""

    text: str
    tone: Tone = Tone.PLAIN
    link: str = ""


Line: TypeAlias = tuple[Span, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """That a text goes to a terminal: its lines are folded for it, and files are links that begin with ``base``.

    An empty base makes no links.
    """

    base: str = ""


def make_line(*parts: str | Span) -> Line:
    """Return a line of ``parts``; a bare text is plain."""
    return tuple(part if isinstance(part, Span) else Span(part) for part in parts)


def format_line(line: Line, *, colour: bool, base: str = "") -> str:
    """Return one line, without spaces at its end, painted where ``colour`` says so; with ``base``, files are links."""
    return "".join(_link(_paint(span) if colour else span.text, span, base=base) for span in _trim(line))


def format_lines(lines: Iterable[Line], *, colour: bool, base: str = "") -> str:
    """Return ``lines`` as text in which every line ends with a newline."""
    return "".join(format_line(line, colour=colour, base=base) + "\n" for line in lines)


def measure_line(line: Line) -> int:
    """Return how many terminal columns a line takes."""
    return sum(measure_text(span.text) for span in line)


def measure_text(text: str) -> int:
    """Return how many terminal columns ``text`` takes: two for a wide character, none for a combining one."""
    if text.isascii():
        return len(text)
    return sum(map(_measure_character, text))


def wrap_text(text: str, *, width: int, hang: int = 0) -> list[str]:
    """Return ``text`` in lines of at most ``width`` columns, broken at spaces; a longer word stays whole.

    All lines but the first are ``hang`` columns shorter: the caller puts that before them.
    """
    lines: list[str] = []
    for word in text.split(" "):
        if not word:
            continue
        room = width if len(lines) == 1 else width - hang
        if lines and measure_text(lines[-1]) + 1 + measure_text(word) <= room:
            lines[-1] = f"{lines[-1]} {word}"
        else:
            lines.append(word)
    return lines


def pad_text(text: str, *, width: int) -> str:
    """Return ``text`` with spaces after it up to ``width`` columns."""
    return text + " " * (width - measure_text(text))


def _paint(span: Span) -> str:
    return f"\x1b[{span.tone.value}m{span.text}{_RESET}" if span.tone is not Tone.PLAIN and span.text else span.text


def _link(text: str, span: Span, *, base: str) -> str:
    return format_link(text, link=span.link, base=base) if base and span.link and text else text


def _trim(line: Line) -> Line:
    for index in range(len(line) - 1, -1, -1):
        text = line[index].text.rstrip(" ")
        if text:
            return (*line[:index], Span(text, line[index].tone, line[index].link))
    return ()


def _measure_character(character: str) -> int:
    if unicodedata.category(character) in {"Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
