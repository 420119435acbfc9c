"""Changing values in the text of a file: comments, layout and everything else stay as they are."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import accumulate
from typing import Final, cast

import tomli

from planner.config.documents import Document
from planner.config.positions import Place, TomlPath, find_places
from planner.core.lazy_dataclass import dataclass
from planner.core.trees import Tree, Value, is_same

_NUMBER: Final = re.compile(r"[+-]?[0-9][0-9A-Fa-f_xo]*", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberEdit:
    """A whole number of a file that becomes another; ``label`` names it within its block, ``line`` counts from 1."""

    file: str
    path: TomlPath
    label: str
    line: int
    before: int
    after: int


def edit_numbers(document: Document, edits: Iterable[NumberEdit]) -> Document | None:
    """Return ``document`` with ``edits`` made in its text; None where that cannot be done to the letter.

    The text is read again afterwards: nothing but the numbers may have changed.
    """
    places = find_places(document.text)
    text, tree = document.text, document.tree
    for edit in sorted(edits, key=lambda one: _find_order(places.get(one.path)), reverse=True):
        place = places.get(edit.path)
        edited = None if place is None else _replace_number(text, place, edit)
        if edited is None:
            return None
        text, tree = edited, cast("Tree", _set(tree, edit.path, edit.after))
    try:
        is_meant = is_same(cast("Tree", tomli.loads(text)), tree)
    except tomli.TOMLDecodeError:
        return None
    return replace(document, text=text, tree=tree) if is_meant else None


def edit_values(document: Document, edits: Mapping[TomlPath, str]) -> Document | None:
    """Return ``document`` with the values at ``edits`` spelled as those say; None where that cannot be done.

    The text is read again afterwards: nothing but these values may have changed.
    """
    places = find_places(document.text)
    text, tree = document.text, document.tree
    for path in sorted(edits, key=lambda one: _find_order(places.get(one)), reverse=True):
        place = places.get(path)
        if place is None:
            return None
        text = _replace_span(text, place, edits[path])
        tree = cast("Tree", _set(tree, path, cast("Value", tomli.loads(f"value = {edits[path]}")["value"])))
    try:
        is_meant = is_same(cast("Tree", tomli.loads(text)), tree)
    except tomli.TOMLDecodeError:
        return None
    return replace(document, text=text, tree=tree) if is_meant else None


def find_spelling(text: str, place: Place) -> str:
    """Return how the value at ``place`` is spelled in ``text``."""
    start, end = _find_span(text, place)
    return text[start:end]


def _replace_span(text: str, place: Place, spelling: str) -> str:
    start, end = _find_span(text, place)
    return f"{text[:start]}{spelling}{text[end:]}"


def _find_span(text: str, place: Place) -> tuple[int, int]:
    lines = text.split("\n")
    ends = [0, *accumulate(len(line) + 1 for line in lines)]
    start = ends[place.value_line - 1] + place.value_column - 1
    return start, ends[place.end_line - 1] + place.end_column - 1


def _find_order(place: Place | None) -> tuple[int, int]:
    return (0, 0) if place is None else (place.value_line, place.value_column)


def _replace_number(text: str, place: Place, edit: NumberEdit) -> str | None:
    lines = text.split("\n")
    line, start = lines[place.value_line - 1], place.value_column - 1
    match = _NUMBER.match(line, start)
    if match is None:
        return None
    lines[place.value_line - 1] = f"{line[:start]}{edit.after}{line[match.end() :]}"
    return "\n".join(lines)


def _set(value: Value, path: TomlPath, new: Value) -> Value:
    """Return ``value`` with ``new`` at ``path``, which is there."""
    if not path:
        return new
    step, *rest = path
    if isinstance(step, int):
        entries = cast("list[Value]", value)
        return [_set(one, tuple(rest), new) if index == step else one for index, one in enumerate(entries)]
    members = cast("Tree", value)
    return {**members, step: _set(members[step], tuple(rest), new)}
