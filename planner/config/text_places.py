"""Where a character of a TOML text stands in its file: escapes and line ends take more room than they mean."""

import re
from collections.abc import Sequence
from itertools import islice
from typing import Final

_UNIT: Final = re.compile(r"\\(?:u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|x[0-9A-Fa-f]{2}|[ \t]*\n[ \t\n]*|.)|.", re.DOTALL)
_FOLDED: Final = re.compile(r"\\[ \t]*\n")
_LINES: Final = 200


def find_text_place(lines: Sequence[str], start: tuple[int, int], *, offset: int) -> tuple[int, int]:
    """Return line and column of the character ``offset`` of the text that begins at ``start``, counted from 1.

    ``lines`` are the lines of the file. A text of more than 200 lines is looked up no further.
    """
    line, column = start
    raw = "\n".join(islice(lines, line - 1, line - 1 + _LINES))[column - 1 :]
    quote = raw[:3] if raw[:3] in {'"""', "'''"} else raw[:1]
    position = len(quote) + (len(quote) > 1 and raw[len(quote) : len(quote) + 1] == "\n")
    position += offset if quote.startswith("'") else _measure(raw[position:], offset=offset)
    before = raw[:position]
    row = before.count("\n")
    return line + row, position - before.rfind("\n") if row else column + position


def _measure(raw: str, *, offset: int) -> int:
    """Return how much of ``raw`` spells the first ``offset`` characters of a text with escapes."""
    spelled = 0
    for unit in _UNIT.finditer(raw):
        if spelled >= offset and not _FOLDED.match(unit[0]):
            return unit.start()
        spelled += not _FOLDED.match(unit[0])
    return len(raw)
