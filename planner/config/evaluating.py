"""Evaluating every text of a value: to plain values for locals and ``for_each``, to TOML spelling for blocks."""

from dataclasses import replace
from typing import Any, Final

from planner.config.evaluation import Scope, TemplateError, evaluate_template
from planner.config.faults import Fault
from planner.config.findings import Findings
from planner.config.language import CODE, is_reference_key
from planner.config.positions import TomlPath
from planner.config.templates import MARK, escape_literal
from planner.config.unknown_ids import UnknownId
from planner.core.lazy_dataclass import dataclass
from planner.kinds.block_trees import parse_reference


class _Failed:
    """Stands for a value whose fault is told."""


FAILED: Final = _Failed()
_LITERALS: Final = frozenset({bool, int, float})


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A file, what is known in it, and what is found."""

    file: str
    scope: Scope
    findings: Findings


def evaluate_value(value: Any, path: TomlPath, *, site: Site) -> Any:
    """Return ``value`` with its expressions evaluated, as plain values; FAILED where one has none."""
    match value:
        case str() if MARK in value:
            return _evaluate_text(value, path, site=site)
        case list():
            rows = [evaluate_value(one, (*path, index), site=site) for index, one in enumerate(value)]
            return FAILED if FAILED in rows else rows
        case dict():
            members = {key: evaluate_value(one, (*path, key), site=site) for key, one in value.items()}
            return FAILED if FAILED in members.values() else members
        case _:
            return value


def resolve_value(value: Any, path: TomlPath, *, site: Site) -> Any:
    """Return ``value`` as the checks read it: no expressions but references to ids, a literal ``${`` escaped.

    None means that the key is left out. A value whose fault is told stays as it is written.
    """
    match value:
        case str() if MARK in value:
            return _resolve_text(value, path, site=site)
        case dict():
            return _resolve_table(value, path, site=site)
        case list():
            rows = [resolve_value(one, (*path, index), site=site) for index, one in enumerate(value)]
            for index in (index for index, row in enumerate(rows) if row is None):
                site.findings.add(_make_fault(site, (*path, index), _NULL_ENTRY))
            return value if all(map(_is_same, rows, value)) else rows
        case _:
            return value


def make_expression_fault(site: Site, path: TomlPath, *, words: str, offset: int | None = None) -> Fault:
    """Return the fault of the expression at ``path``; ``offset`` is the place in the text."""
    return replace(_make_fault(site, path, words), offset=offset)


_NULL_ENTRY: Final = "It comes to null, and a list has no null. Leave the entry out with filter."
_UNKNOWN: Final = (
    "It comes to an id that is known after apply. Only network and parent of a pool take one: write it there, or read "
    "name instead of id."
)


def _is_same(left: Any, right: Any) -> bool:
    return left is right


def _resolve_table(value: dict[str, Any], path: TomlPath, *, site: Site) -> Any:
    changed: dict[str, Any] = {}
    for key, one in value.items():
        if MARK in key and f"${MARK}" not in key:
            words = "An expression stands in a key, and keys are taken as they are written. Use a value, or for_each."
            site.findings.add(replace(_make_fault(site, (*path, key), words), is_value=False))
        if _is_literal(one):
            continue
        found = resolve_value(one, (*path, key), site=site)
        if found is not one:
            changed[key] = found
    if not changed:
        return value
    return {key: one for key, one in (value | changed).items() if one is not None}


def _is_literal(value: Any) -> bool:
    """Tell whether ``value`` holds no expression, by a look that is enough for most values."""
    return MARK not in value if type(value) is str else type(value) in _LITERALS


def _resolve_text(text: str, path: TomlPath, *, site: Site) -> Any:
    if is_reference_key(path) and parse_reference(text):
        return text
    found = _evaluate_text(text, path, site=site)
    if isinstance(found, UnknownId) and is_reference_key(path):
        return str(found)
    if _holds_unknown(found):
        site.findings.add(_make_fault(site, path, _UNKNOWN))
        return text
    return text if found is FAILED else _escape(found)


def _evaluate_text(text: str, path: TomlPath, *, site: Site) -> Any:
    try:
        return evaluate_template(text, site.scope)
    except TemplateError as error:
        if error.is_told:
            site.findings.silence(site.file, path)
        else:
            site.findings.add(make_expression_fault(site, path, words=error.words, offset=error.start))
        return FAILED


def _holds_unknown(value: Any) -> bool:
    match value:
        case UnknownId():
            return True
        case list():
            return any(map(_holds_unknown, value))
        case dict():
            return any(map(_holds_unknown, value.values()))
        case _:
            return False


def _escape(value: Any) -> Any:
    match value:
        case str():
            return escape_literal(value)
        case list():
            return [_escape(one) for one in value]
        case dict():
            return {key: _escape(one) for key, one in value.items() if one is not None}
        case _:
            return value


def _make_fault(site: Site, path: TomlPath, words: str) -> Fault:
    return Fault(
        file=site.file, path=path, code=CODE, summary="expression has no value here", detail=words, is_value=True
    )
