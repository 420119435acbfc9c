"""Where the files write what others have changed, and what is to stand there instead; or why that is not for a tool."""

from collections.abc import Iterable, Mapping
from typing import Final

from planner.config.block_texts import format_value
from planner.config.documents import Document
from planner.config.positions import Place, TomlPath, find_places
from planner.config.source_map import SourceMap
from planner.config.templates import escape_value, has_expression
from planner.config.text_edits import find_spelling
from planner.core.addresses import Address
from planner.core.changes import DriftRow
from planner.core.diagnostics import Diagnostic, make_error
from planner.core.lazy_dataclass import dataclass
from planner.core.trees import ABSENT, Maybe, Tree, Value, as_list, as_tree, find_member, is_same
from planner.kinds.block_bodies import build_value


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftEdits:
    """The spellings by their path in the file of an address, and what has to be written by hand, each with its place.

    Where ``refused`` is not empty, nothing should be edited.
    """

    edits: Mapping[TomlPath, str]
    refused: tuple[Diagnostic, ...] = ()


def find_drift_edits(sources: SourceMap, address: Address, rows: Iterable[DriftRow]) -> DriftEdits:
    """Return what makes the file say what ``rows``, the managed drift of ``address``, found at the service."""
    desk = _Desk(sources=sources, address=address, document=sources.documents[sources.files[address]])
    places = find_places(desk.document.text)
    edits: dict[TomlPath, str] = {}
    refused: list[Diagnostic] = []
    for row in rows:
        path = sources.find_path(address, row.label)
        written = ABSENT if path is None else _find_at(sources.resolved[desk.document.file], desk.restore(path))
        wanted = ABSENT if row.after is ABSENT or path is None else desk.spell(path, row.after)
        if path is None or written is ABSENT or is_same(written, wanted):
            continue
        why = desk.find_obstacle(path, wanted, places)
        if why or wanted is ABSENT:
            refused.append(desk.refuse(row, path, why=why, wanted=wanted))
        else:
            edits[path] = format_value(wanted)
    return DriftEdits(edits=edits, refused=tuple(refused))


_GONE: Final = "the service does not have it any more"
_REPEATED: Final = "its block makes several resources by for_each"
_COMPUTED: Final = "an expression computes it"
_RANGE: Final = "the count is a range, and the service is outside of it"
_REMARKED: Final = "comments stand inside of the value"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Desk:
    """One address and the file that declares it."""

    sources: SourceMap
    address: Address
    document: Document

    def restore(self, path: TomlPath) -> TomlPath:
        """Return ``path`` with the name of the instance, as resolved files have it."""
        return (path[0], str(self.address).partition(".")[2], *path[2:])

    def spell(self, path: TomlPath, live: Value) -> Value:
        """Return a live value as the file writes it, a literal ``${`` escaped."""
        return escape_value(build_value(self.address.kind, path[2:], live))

    def find_obstacle(self, path: TomlPath, wanted: Maybe, places: Mapping[TomlPath, Place]) -> str:
        """Return why the value at ``path`` is not to be replaced; empty where nothing speaks against it."""
        if "for_each" in as_tree(find_member(self.document.tree, *map(str, path[:2]))):
            return _REPEATED
        raw: Maybe = self.document.tree
        for step in path:
            raw = _take(raw, step)
            if isinstance(raw, str) and has_expression(raw):
                return _COMPUTED
        if wanted is ABSENT:
            return _GONE
        if isinstance(raw, dict) and path[-1] == "count":
            return _RANGE
        spelling = find_spelling(self.document.text, places[path]) if path in places else ""
        return _REMARKED if "\n" in spelling and "#" in spelling else ""

    def refuse(self, row: DriftRow, path: TomlPath, *, why: str, wanted: Maybe) -> Diagnostic:
        advice = "Delete the line, or what it belongs to." if wanted is ABSENT else "Write there: "
        spelled = "" if wanted is ABSENT else f"{format_value(wanted)}."
        return make_error(
            "drift.by-hand",
            "A drifted value has to be written by hand",
            detail=f"{row.label}: {why}. {advice}{spelled} Nothing was written.",
            address=str(self.address),
            location=self.sources.locate(self.document.file, path, is_value=True),
        )


def _find_at(tree: Tree, path: TomlPath) -> Maybe:
    value: Maybe = tree
    for step in path:
        value = _take(value, step)
    return value


def _take(value: Maybe, step: str | int) -> Maybe:
    if isinstance(step, int):
        entries = as_list(value)
        return entries[step] if step < len(entries) else ABSENT
    return as_tree(value).get(step, ABSENT)
