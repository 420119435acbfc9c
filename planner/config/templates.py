"""Texts with ``${...}`` in them, taken apart: literal text and expressions, each with its place."""

import functools
from collections.abc import Iterator
from typing import Final

from planner.config.expression_tokens import OPENING, find_tokens
from planner.core.lazy_dataclass import dataclass
from planner.core.trees import Value

MARK: Final = "${"
ESCAPED: Final = "$${"
"""How a literal ``${`` is written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expression:
    """What stands between ``${`` and its ``}``; ``start`` is its place in the text."""

    text: str
    start: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """An expression that does not end; ``start`` is the place of what was opened last."""

    why: str
    start: int


Part = str | Expression | Broken


@functools.lru_cache(maxsize=4096)
def parse_template(text: str) -> tuple[Part, ...]:
    """Return the parts of ``text`` in their order; ``$${`` is the literal ``${``."""
    return tuple(_find_parts(text))


def has_expression(text: str) -> bool:
    """Tell whether ``text`` holds an expression."""
    return MARK in text and any(not isinstance(part, str) for part in parse_template(text))


def escape_literal(text: str) -> str:
    """Return ``text`` as it is written where every ``${`` in it is meant as it stands."""
    return text.replace(MARK, ESCAPED)


def escape_value(value: Value) -> Value:
    """Return ``value`` with every text in it spelt so that it is no expression."""
    match value:
        case str():
            return escape_literal(value)
        case list():
            return [escape_value(one) for one in value]
        case dict():
            return {key: escape_value(one) for key, one in value.items()}
        case _:
            return value


def unescape_literal(text: str) -> str:
    """Return what ``text``, which holds no expression, means."""
    return text.replace(ESCAPED, MARK)


def _find_parts(text: str) -> Iterator[Part]:
    position, literal = 0, ""
    while (mark := text.find(MARK, position)) >= 0:
        if mark > position and text[mark - 1] == "$":
            literal, position = f"{literal}{text[position : mark - 1]}{MARK}", mark + len(MARK)
            continue
        if before := literal + text[position:mark]:
            yield before
        part = _find_expression(text, mark + len(MARK))
        yield part
        if isinstance(part, Broken):
            return
        position, literal = part.start + len(part.text) + 1, ""
    if rest := literal + text[position:]:
        yield rest


def _find_expression(text: str, start: int) -> Expression | Broken:
    opened: list[tuple[str, int]] = []
    for token in find_tokens(text, start):
        if token.kind == "quote":
            return Broken(why="a text in it is not closed: its quote has no second one.", start=token.start)
        if token.kind != "sign":
            continue
        if token.text == "}" and not opened:
            return Expression(text=text[start : token.start], start=start)
        if token.text in OPENING:
            opened.append((OPENING[token.text], token.start))
        elif opened and token.text == opened[-1][0]:
            opened.pop()
    place = opened[-1][1] if opened else start - len(MARK)
    return Broken(why="a bracket that is opened in it is not closed, or its } is missing.", start=place)
