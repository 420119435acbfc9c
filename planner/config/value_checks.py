"""What holds for every value of a file, whatever its key: no control characters, no endless nesting."""

import datetime as dt
import math
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Final

from planner.config.documents import Document
from planner.config.faults import Fault
from planner.config.positions import TomlPath

MAXIMUM_DEPTH: Final = 24
_INT64: Final = 2**63
_UNSAFE: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})
_BIDIRECTIONAL: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def find_value_faults(document: Document) -> Iterator[Fault]:
    """Yield a fault for each value that no key can take."""
    if _is_sound(document.tree, MAXIMUM_DEPTH):
        return
    stack: list[tuple[TomlPath, object]] = [((), document.tree)]
    while stack:
        path, value = stack.pop()
        if len(path) > MAXIMUM_DEPTH:
            yield _make(document, path[:MAXIMUM_DEPTH], _DEEP)
            continue
        yield from _find_faults_at(document, path, value=value)
        stack.extend(
            ((*path, step), member) for step, member in _list_members(value, is_deep=len(path) >= MAXIMUM_DEPTH)
        )


def _is_sound(value: object, depth: int) -> bool:
    """Tell whether ``value`` surely has no fault, without a path to each: most files have none."""
    match value:
        case dict():
            return depth > 0 and all(_is_plain(name) and _is_sound(one, depth - 1) for name, one in value.items())
        case str():
            return _is_plain(value)
        case bool():
            return True
        case int():
            return -_INT64 <= value < _INT64
        case list():
            return depth > 0 and all(_is_sound(one, depth - 1) for one in value)
        case _:
            return False


def _list_members(value: object, *, is_deep: bool) -> Iterator[tuple[str | int, object]]:
    """Yield what stands in a container, less plain texts under plain keys: most of a file, and never a fault."""
    if isinstance(value, dict):
        members: Iterable[tuple[str | int, object]] = value.items()
    elif isinstance(value, list):
        members = enumerate(value)
    else:
        return
    for step, member in members:
        is_plain = type(member) is str and _is_plain(member) and (type(step) is int or _is_plain(str(step)))
        if is_deep or not is_plain:
            yield step, member


def _is_plain(text: str) -> bool:
    return text.isascii() and text.isprintable()


def is_unsafe_text(text: str) -> bool:
    """Tell whether ``text`` holds characters that move a cursor or turn the direction of writing."""
    if _is_plain(text):
        return False
    return any(one in _BIDIRECTIONAL or unicodedata.category(one) in _UNSAFE for one in text)


_Words = tuple[str, str, str]
_DEEP: Final[_Words] = (
    "config.too-deep",
    "values are nested too deeply",
    "No key needs more than a few levels. Look for brackets that are not closed where they should be.",
)
_CONTROL: Final[_Words] = (
    "config.control-character",
    "control character in a text",
    "Line breaks, escape and direction characters can show a reviewer something else than what is sent. Delete them.",
)
_INTEGER: Final[_Words] = (
    "config.out-of-range",
    "number is too large",
    "Whole numbers have at most 64 bits; beyond that they are not the same on every machine.",
)
_DATE: Final[_Words] = (
    "config.out-of-range",
    "date is out of range",
    "Dates lie between the years 2000 and 8999; this one is a slip of a digit.",
)
_EARLIEST: Final = 2000
_LATEST: Final = 8999
_FLOAT: Final[_Words] = (
    "config.out-of-range",
    "not a finite number",
    "inf and nan cannot be sent to the service. Write a number.",
)


def _find_faults_at(document: Document, path: TomlPath, *, value: object) -> Iterator[Fault]:
    if path and isinstance(path[-1], str) and is_unsafe_text(path[-1]):
        yield _make(document, path, _CONTROL)
    match value:
        case str():
            yield from _find_text_faults(document, path, text=value)
        case bool():
            return
        case int() if not -_INT64 <= value < _INT64:
            yield _make(document, path, _INTEGER, is_value=True)
        case dt.datetime() if not _EARLIEST <= value.year <= _LATEST:
            yield _make(document, path, _DATE, is_value=True)
        case float() if not math.isfinite(value):
            yield _make(document, path, _FLOAT, is_value=True)


def _find_text_faults(document: Document, path: TomlPath, *, text: str) -> Iterator[Fault]:
    if is_unsafe_text(text):
        yield _make(document, path, _CONTROL, is_value=True)


def _make(document: Document, path: TomlPath, words: _Words, *, is_value: bool = False) -> Fault:
    code, summary, detail = words
    return Fault(file=document.file, path=path, code=code, summary=summary, detail=detail, is_value=is_value)
