"""The canonical layout of the files: spaces, blank lines, columns and quotes; no value and no comment changes.

The rules are told in ``docs/fmt.md``.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Final, assert_never

import tomli

from planner.config.layout_tokens import find_comments, find_tokens
from planner.config.layout_tree import (
    Blank,
    Brackets,
    Comment,
    Element,
    Header,
    LayoutError,
    Line,
    Pair,
    Plain,
    Written,
    parse_lines,
)


def format_text(text: str) -> str | None:
    """Return ``text``, a valid TOML document, in the canonical layout; None where its meaning might change.

    The result is read again: its values, their types and their order, and every comment, are those of ``text``.
    """
    plain = text.replace("\r\n", "\n")
    try:
        laid_out = "".join(f"{line}\n" for line in _format_lines(parse_lines(find_tokens(plain))))
        return laid_out if _read_meaning(laid_out) == _read_meaning(plain) else None
    except (LayoutError, RecursionError, tomli.TOMLDecodeError):
        return None


_STEP: Final = "  "
_GAP: Final = "  "
_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")
_KEPT: Final = re.compile(r"[\\\"\x00-\x1f\x7f]")
_CLOSING: Final = {"[": "]", "{": "}"}


def _read_meaning(text: str) -> tuple[str, list[str]]:
    # repr tells 1 from 1.0 and from true, and a nan is equal to itself in it.
    return repr(tomli.loads(text)), find_comments(text)


def _format_lines(lines: tuple[Line, ...]) -> Iterator[str]:
    run: list[Pair] = []
    for line in _space_blocks(lines):
        if run and not isinstance(line, Pair):
            yield from _format_run(run)
            run = []
        match line:
            case Blank():
                yield ""
            case Comment():
                yield line.text
            case Header():
                yield _format_header(line)
            case Pair():
                run.append(line)
                if "\n" in _format_value(line.value):
                    yield from _format_run(run)
                    run = []
            case _:
                assert_never(line)
    yield from _format_run(run)


def _space_blocks(lines: tuple[Line, ...]) -> Iterator[Line]:
    """Put an empty line before each header and the comments that stand right on it, but for the first line."""
    starts = {_find_start(lines, index) for index, line in enumerate(lines) if isinstance(line, Header)}
    for index, line in enumerate(lines):
        if index in starts and index > 0 and not isinstance(lines[index - 1], Blank):
            yield Blank()
        yield line


def _find_start(lines: tuple[Line, ...], index: int) -> int:
    while index > 0 and isinstance(lines[index - 1], Comment):
        index -= 1
    return index


def _format_header(header: Header) -> str:
    keys = _format_keys(header.keys)
    return _add_comment(f"[[{keys}]]" if header.is_list else f"[{keys}]", header.comment)


def _format_run(run: Iterable[Pair]) -> Iterator[str]:
    """Yield pairs that stand under each other, their ``=`` and their comments in columns."""
    pairs = tuple(run)
    width = max((len(_format_keys(one.keys)) for one in pairs), default=0)
    rows = [f"{_format_keys(one.keys):<{width}} = {_format_value(one.value)}" for one in pairs]
    for first, end in pairwise(_find_cuts(pairs)):
        column = max(map(len, rows[first:end])) if "\n" not in rows[first] else 0
        for row, pair in zip(rows[first:end], pairs[first:end], strict=True):
            yield _add_comment(f"{row:<{column}}" if pair.comment else row, pair.comment)


def _find_cuts(pairs: tuple[Pair, ...]) -> list[int]:
    """Return where comments of ``pairs`` cease to stand under each other."""
    starts = [
        index
        for index, pair in enumerate(pairs)
        if index == 0 or bool(pair.comment) != bool(pairs[index - 1].comment) or "\n" in _format_value(pair.value)
    ]
    return [*starts, len(pairs)]


def _add_comment(text: str, comment: str) -> str:
    return f"{text}{_GAP}{comment}" if comment else text


def _format_value(value: Written, *, indent: str = "") -> str:
    match value:
        case Plain():
            return _format_plain(value.text)
        case Brackets() if value.is_open:
            return _format_open(value, indent=indent)
        case Brackets():
            return _format_closed(value, indent=indent)
        case _:
            assert_never(value)


def _format_closed(value: Brackets, *, indent: str) -> str:
    inner = ", ".join(_format_element(one, indent=indent) for one in value.parts if isinstance(one, Element))
    space = " " if value.opening == "{" and inner else ""
    return f"{value.opening}{space}{inner}{space}{_CLOSING[value.opening]}"


def _format_open(value: Brackets, *, indent: str) -> str:
    inner = indent + _STEP
    lines = [_add_comment(value.opening, value.comment)]
    for part in value.parts:
        lines.extend(_format_part(part, indent=inner))
    return "\n".join([*lines, f"{indent}{_CLOSING[value.opening]}"])


def _format_part(part: Element | Comment | Blank, *, indent: str) -> Iterator[str]:
    match part:
        case Blank():
            yield ""
        case Comment():
            yield f"{indent}{part.text}"
        case Element():
            first, *rest = part.comments or ("",)
            yield _add_comment(f"{indent}{_format_element(part, indent=indent)},", first)
            yield from (f"{indent}{one}" for one in rest)
        case _:
            assert_never(part)


def _format_element(element: Element, *, indent: str) -> str:
    if isinstance(element.value, Pair):
        return f"{_format_keys(element.value.keys)} = {_format_value(element.value.value, indent=indent)}"
    return _format_value(element.value, indent=indent)


def _format_keys(keys: tuple[str, ...]) -> str:
    return ".".join(_format_key(key) for key in keys)


def _format_key(key: str) -> str:
    is_bare = key[0] in "\"'" and _BARE.fullmatch(key[1:-1])
    return key[1:-1] if is_bare else _format_plain(key)


def _format_plain(text: str) -> str:
    """Return a text in single quotes with double ones where that needs no backslash; all else as it is written."""
    is_literal = text.startswith("'") and not text.startswith("'''")
    return f'"{text[1:-1]}"' if is_literal and not _KEPT.search(text[1:-1]) else text
