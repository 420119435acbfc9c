"""The tables of ``docs/reliability.md``: the cells of the fault matrix, from the rules that its tests hold."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from matrix import CALLS, FAULTS, LASTING, find_right

_TABLE: Final = re.compile(
    r"(?P<head><!-- faults (?P<name>once|that last) -->\n).*?(?P<foot><!-- end -->)",
    re.DOTALL,
)
_WORD: Final = re.compile(r"^\| \*\*(?P<word>[^*]+)\*\* \|", re.MULTILINE)


def refresh_matrix(text: str) -> str:
    """Return the document ``text`` with the table between each pair of marks written anew."""

    def fill(found: re.Match[str]) -> str:
        lasts = found["name"] == "that last"
        rows = "".join(_list_rows(LASTING if lasts else tuple(FAULTS), lasts=lasts))
        return f"{found['head']}{rows}{found['foot']}"

    return _TABLE.sub(fill, text)


def find_words() -> set[str]:
    """Return every word that stands in a cell."""
    once = {find_right(call, column).word for call in CALLS.values() for column in FAULTS}
    return once | {find_right(call, column, lasts=True).word for call in CALLS.values() for column in LASTING}


def find_told_words(text: str) -> set[str]:
    """Return the words that the document ``text`` explains, each the bold first cell of a row."""
    return {one["word"] for one in _WORD.finditer(text)}


def _list_rows(columns: Sequence[str], *, lasts: bool) -> Iterator[str]:
    yield _format_row("Call", columns)
    yield _format_row("---", ["---"] * len(columns))
    for name, call in CALLS.items():
        yield _format_row(name, [find_right(call, column, lasts=lasts).word for column in columns])


def _format_row(head: str, cells: Sequence[str]) -> str:
    return f"| {' | '.join((head, *cells))} |\n"
