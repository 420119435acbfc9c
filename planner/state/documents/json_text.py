"""JSON texts that people edit and merge: strict reading with places, stable writing."""

import json
import math
import re
from collections.abc import Iterator, Sequence
from typing import Any, Final, NoReturn

from planner.core.diagnostics import Diagnostic, SourceLocation, make_error
from planner.core.lazy_dataclass import dataclass
from planner.state.errors import DocumentError
from planner.state.os_errors import UNTOUCHED

_CONFLICT: Final = re.compile(r"^(?:<{7}|\|{7}|>{7})(?:[ \r].*)?$", re.MULTILINE)
_CONFLICT_MARKS: Final = ("<" * 7, "|" * 7, ">" * 7)
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_SPACE: Final = re.compile(r"[ \t\n\r]*")
_WORDS: Final = ("true", "false", "null")
_SHOWN_CHARACTERS: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceText:
    """A text to read and how to speak of it.

    ``source`` names the file, ``what`` the document ("state file"), ``remedy`` says in sentences
    what to do about a damaged one.
    """

    text: str
    source: str
    what: str
    remedy: str

    def find_location(self, index: int) -> SourceLocation:
        """Return the place of the character ``index``, with its line."""
        start = self.text.rfind("\n", 0, index) + 1
        line = self.text[start : start + _SHOWN_CHARACTERS].partition("\n")[0].rstrip("\r")
        number = self.text.count("\n", 0, index) + 1
        return SourceLocation(file=self.source, line=number, column=index - start + 1, text=line)

    def make_fault(self, code: str, summary: str, *, index: int, detail: str) -> Diagnostic:
        """Return the error that ``detail`` describes at ``index``, with the document's remedy."""
        detail = f"{detail} {UNTOUCHED} {self.remedy}"
        return make_error(code, summary, detail=detail, location=self.find_location(index))


def parse_json(source: SourceText) -> Any:
    """Return the JSON value of the text, strictly: no duplicate names, no NaN, no infinity.

    Raises DocumentError that says what is wrong and at which line.
    """
    text, what = source.text, source.what
    if not text.strip():
        detail = f"The {what} has no content: a write was interrupted, or another program emptied it."
        raise DocumentError(source.make_fault("state.empty", f"The {what} is empty", index=0, detail=detail))
    conflict = _CONFLICT.search(text) if any(mark in text for mark in _CONFLICT_MARKS) else None
    if conflict is not None:
        raise DocumentError(_make_conflict(source, conflict.start()))
    try:
        return _load(text)
    except json.JSONDecodeError as error:
        raise DocumentError(_make_syntax_error(source, error)) from error
    except _DuplicateNameError as error:
        raise DocumentError(_make_duplicate(source, error.name)) from error
    except (ValueError, RecursionError) as error:
        raise DocumentError(_make_bad_value(source, error)) from error


def format_json(document: Any) -> str:
    """Return ``document`` as JSON: indent 2, one member a line, in the order given, non-ASCII as it is.

    Raises DocumentError for a number that JSON cannot hold.
    """
    # Five times as fast as json.dumps, whose indent has no C code; it matters at 10,000 pools.
    from pydantic_core import PydanticSerializationError, to_json

    _refuse_endless(document)
    try:
        return to_json(document, indent=2).decode() + "\n"
    except PydanticSerializationError:
        text = json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False)
        return _SURROGATE.sub(lambda match: f"\\u{ord(match[0]):04x}", text) + "\n"


def find_index(text: str, path: Sequence[str | int]) -> int:
    """Return where the value at ``path`` begins in the sound JSON ``text``, or the last thing on the way to it."""
    index = _skip_space(text, 0)
    for step in path:
        inner = _find_inner(text, index, step=step)
        if inner is None:
            break
        index = inner
    return index


class _DuplicateNameError(ValueError):
    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class _ConstantError(ValueError):
    def __init__(self, word: str) -> None:
        super().__init__(f"{word} is no number")
        self.word = word


def _load(text: str) -> Any:
    return json.loads(text, object_pairs_hook=_build_object, parse_constant=_refuse_constant, parse_float=_parse_float)


def _build_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        names = [name for name, _ in pairs]
        raise _DuplicateNameError(next(name for name in names if names.count(name) > 1))
    return members


def _refuse_constant(word: str) -> NoReturn:
    raise _ConstantError(word)


def _parse_float(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise _ConstantError(digits)
    return number


def _make_conflict(source: SourceText, index: int) -> Diagnostic:
    detail = (
        f"Line {source.find_location(index).line} is a merge-conflict marker: two branches wrote the {source.what}, "
        "and git could not join them. Which of the two is true only the service knows."
    )
    summary = f"The {source.what} holds a merge conflict"
    return source.make_fault("state.merge-conflict", summary, index=index, detail=detail)


def _make_syntax_error(source: SourceText, error: json.JSONDecodeError) -> Diagnostic:
    what, index = source.what, min(error.pos, len(source.text.rstrip()))
    place, rest = source.find_location(index), source.text[index:].rstrip()
    if error.msg.startswith("Unterminated string") or any(word.startswith(rest) for word in _WORDS):
        detail = f"The {what} ends in the middle of a value, at line {place.line}: a copy or a write was cut off."
        return source.make_fault("state.truncated", f"The {what} is cut off", index=index, detail=detail)
    detail = f"Line {place.line}, column {place.column}: {error.msg}. It was edited by hand, or it is another file."
    return source.make_fault("state.not-json", f"The {what} is not JSON", index=index, detail=detail)


def _make_duplicate(source: SourceText, name: str) -> Diagnostic:
    pattern = re.escape(json.dumps(name, ensure_ascii=False)) + r"\s*:"
    places = [match.start() for match in re.finditer(pattern, source.text)]
    # Which of many equal names is the duplicate cannot be told from the name: a place is named only for a pair.
    index = places[-1] if len(places) <= 2 and places else 0  # noqa: PLR2004 - a pair is two
    detail = f"The name {name!r} stands twice in one object, so one of its values would be lost. Two edits were joined."
    summary = f"The {source.what} names a member twice"
    return source.make_fault("state.duplicate-name", summary, index=index, detail=detail)


def _make_bad_value(source: SourceText, error: ValueError | RecursionError) -> Diagnostic:
    index = 0
    reason = "a number has too many digits"
    if isinstance(error, RecursionError):
        reason = "it is nested too deeply"
    elif isinstance(error, _ConstantError):
        match = re.search(rf"[:,\[]\s*({re.escape(error.word)})", source.text)
        index, reason = match.start(1) if match else 0, str(error)
    detail = f"The {source.what} holds a value that this tool never writes: {reason}."
    return source.make_fault("state.bad-value", f"The {source.what} is damaged", index=index, detail=detail)


def _refuse_endless(value: Any) -> None:
    match value:
        case dict():
            for inner in value.values():
                _refuse_endless(inner)
        case list() | tuple():
            for inner in value:
                _refuse_endless(inner)
        case float() if not math.isfinite(value):
            detail = (
                f"A value is {value}, which JSON cannot hold. {UNTOUCHED} Correct it in the files or at the service."
            )
            raise DocumentError(make_error("state.bad-value", "A number cannot be written", detail=detail))


def _skip_space(text: str, index: int) -> int:
    match = _SPACE.match(text, index)
    return match.end() if match else index


def _find_inner(text: str, index: int, *, step: str | int) -> int | None:
    if not text.startswith(("{", "["), index):
        return None
    return next((start for name, start in _walk_members(text, index) if name == step), None)


def _walk_members(text: str, index: int) -> Iterator[tuple[str | int, int]]:
    decoder = json.JSONDecoder()
    is_object = text[index] == "{"
    number = 0
    index = _skip_space(text, index + 1)
    while text[index] not in "}]":
        name: str | int = number
        if is_object:
            name, index = decoder.raw_decode(text, index)
            index = _skip_space(text, _skip_space(text, index) + 1)
        yield name, index
        _, index = decoder.raw_decode(text, index)
        index = _skip_space(text, index)
        index = _skip_space(text, index + 1) if text[index] == "," else index
        number += 1
