"""The tokens of a TOML text that ``tomli`` has read: nothing is lost, not even a space."""

import enum
import re
from collections.abc import Iterator
from typing import Final

from planner.core.lazy_dataclass import dataclass


class TokenKind(enum.Enum):
    """What a piece of text is; a mark is one of ``[ ] { } , = .``, a word all that needs no quotes."""

    SPACE = "space"
    NEWLINE = "newline"
    COMMENT = "comment"
    STRING = "string"
    MARK = "mark"
    WORD = "word"


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """One piece of the text, as it is written."""

    kind: TokenKind
    text: str


def find_tokens(text: str) -> Iterator[Token]:
    r"""Yield the tokens of ``text``, a valid document with ``\n`` at its line ends; together they are the text."""
    for found in _TOKEN.finditer(text):
        yield Token(kind=_KINDS[found.lastgroup or ""], text=found[0])


def find_comments(text: str) -> list[str]:
    """Return the comments of ``text``, each from its ``#`` on, less the spaces at its end."""
    comment = TokenKind.COMMENT.value
    return [found[0].rstrip() for found in _TOKEN.finditer(text) if found.lastgroup == comment]


_KINDS: Final = {one.value: one for one in TokenKind}

# A string ends at the first three quotes; up to two more before them belong to its value.
_TOKEN: Final = re.compile(
    r"""
    (?P<space>[ \t]+)
    | (?P<newline>\n)
    | (?P<comment>\#[^\n]*)
    | (?P<string>
        \"\"\"(?:[^\\]|\\.)*?\"\"\"\"{0,2}
        | '''.*?''''{0,2}
        | "(?:[^"\\\n]|\\.)*"
        | '[^'\n]*'
      )
    | (?P<mark>[][{},=.])
    | (?P<word>[^][{},=.\s\#"']+)
    """,
    re.VERBOSE | re.DOTALL,
)
