"""The difference of two versions of a file, as ``diff -u`` writes it."""

import difflib
from typing import Final

from planner.views.escape import escape_text
from planner.views.spans import Span, Tone, format_lines, make_line

_TONES: Final = {"+": Tone.ADD, "-": Tone.DESTROY, "@": Tone.DIM}


def format_file_diff(before: str, after: str, *, file: str, colour: bool) -> str:
    """Return the lines that differ with three around them; an empty text where both are the same."""
    rows = difflib.unified_diff(
        _split(before), _split(after), fromfile=f"old/{file}", tofile=f"new/{file}", lineterm=""
    )
    lines = (
        make_line(Span(escape_text(line), _TONES.get(line[:1], Tone.PLAIN))) for row in rows for line in row.split("\n")
    )
    return format_lines(lines, colour=colour)


def _split(text: str) -> list[str]:
    """Return the lines of ``text``; one that nothing ends takes the words of ``diff`` with it."""
    *lines, rest = text.split("\n")
    return [*lines, f"{rest}\n\\ No newline at end of file"] if rest else lines
