"""The tokens of an expression: enough of CEL's lexis to find where it ends and which names it reads."""

import re
from collections.abc import Iterator
from typing import Final

from planner.core.lazy_dataclass import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A piece of an expression: ``kind`` is text, quote (one that is not closed), number, name or sign."""

    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        """Return where the next character stands."""
        return self.start + len(self.text)


def find_tokens(text: str, start: int = 0) -> Iterator[Token]:
    """Yield the tokens of ``text`` from ``start`` on, blanks and comments left out."""
    for match in _TOKEN.finditer(text, start):
        kind = match.lastgroup or ""
        if kind != "blank":
            yield Token(kind=kind, text=match[0], start=match.start())


OPENING: Final = {"(": ")", "[": "]", "{": "}"}
_RAW: Final = r"""(?:[rR][bB]?|[bB][rR])(?:\"{3}.*?\"{3}|'{3}.*?'{3}|"[^"\n]*"|'[^'\n]*')"""
_COOKED: Final = (
    r"""[bB]?(?:\"{3}(?:\\.|[^\\])*?\"{3}|'{3}(?:\\.|[^\\])*?'{3}|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')"""
)
_TOKEN: Final = re.compile(
    rf"(?P<blank>\s+|//[^\n]*)|(?P<text>{_RAW}|{_COOKED})|(?P<number>[0-9][0-9A-Za-z_]*(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*)|(?P<quote>[\"'])|(?P<sign>&&|\|\||[=!<>]=|.)",
    re.DOTALL,
)
