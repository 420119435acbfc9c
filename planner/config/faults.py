"""Faults: what is wrong at one path of one file, before its line is looked up."""

from collections.abc import Iterable, Iterator
from typing import Final

from planner.config.positions import TomlPath, strip_instance
from planner.config.source_map import SourceMap
from planner.config.wording import format_path
from planner.core.addresses import parse_address
from planner.core.diagnostics import Diagnostic, Severity
from planner.core.lazy_dataclass import dataclass
from planner.core.trees import ABSENT, Maybe, as_list, find_member
from planner.kinds.names import BLOCK_KINDS

MAXIMUM_FAULTS: Final = 1000
"""How many faults of one run are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault; ``is_value`` says that the value is meant and not its key, ``offset`` the place in its text."""

    file: str
    path: TomlPath
    code: str
    summary: str
    detail: str
    is_value: bool = False
    offset: int | None = None
    severity: Severity = Severity.ERROR


def build_diagnostics(faults: Iterable[Fault], sources: SourceMap) -> Iterator[Diagnostic]:
    """Yield the diagnostics of ``faults``, with address, file, line, column and source line."""
    for fault in faults:
        yield Diagnostic(
            severity=fault.severity,
            code=fault.code,
            summary=fault.summary,
            detail=f"{_name_inner(sources, fault)}{fault.detail}",
            address=_find_address(fault.path),
            location=sources.locate(fault.file, fault.path, is_value=fault.is_value, offset=fault.offset),
        )


def _name_inner(sources: SourceMap, fault: Fault) -> str:
    """Return words for the part of a computed value that is meant; empty where the file itself has its place."""
    document = sources.documents.get(fault.file)
    value: Maybe = document.tree if document else ABSENT
    path = strip_instance(fault.path)
    for depth, step in enumerate(path):
        if isinstance(value, str):
            return f"In {format_path(path[depth:])} of what it comes to: "
        value = _step_into(value, step)
    return ""


def _step_into(value: Maybe, step: str | int) -> Maybe:
    if isinstance(step, str):
        return find_member(value, step)
    rows = as_list(value)
    return rows[step] if step < len(rows) else ABSENT


def _find_address(path: TomlPath) -> str:
    match path:
        case (str(kind), str(name), *_) if kind in BLOCK_KINDS and parse_address(f"{kind}.{name}"):
            return f"{kind}.{name}"
        case _:
            return ""
