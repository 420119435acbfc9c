"""The text of a world's file: indented and sorted, and cheap to write again after a small change."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from planner.simulator.documents import World

_KEYED = frozenset({"networks", "nodes", "pools", "workloads"})
_LISTED = frozenset({"deleted", "events", "flavors", "killed", "orders", "removed", "requests"})


@dataclass(slots=True, kw_only=True)
class _Section:
    """The text of one member, and of its records by their identity; the records are kept, so that ids stay unique."""

    value: object = None
    text: str = ""
    records: dict[int, tuple[object, str]] = field(default_factory=dict)


class WorldFormatter:
    """Formats one world after the other, and keeps the text of what has not changed since.

    Records are immutable by agreement and shared between worlds: the same object has the same text.
    """

    def __init__(self) -> None:
        """Start with nothing remembered."""
        self._sections: dict[str, _Section] = {}

    def format(self, world: World) -> str:
        """Return the text of ``world``; ``documents.parse_world`` reads it back."""
        members = sorted(world.document.items())
        return "{\n" + ",\n".join(self._format_member(name, value) for name, value in members) + "\n}\n"

    def _format_member(self, name: str, value: Any) -> str:
        known = self._sections.get(name, _Section())
        if known.value is not value or not known.text:
            known = _format_section(name, value, known=known)
            self._sections[name] = known
        return known.text


def _format_section(name: str, value: Any, *, known: _Section) -> _Section:
    section = _Section(value=value)
    label = json.dumps(name)
    if name in _KEYED and value:
        keyed = (f"  {json.dumps(key)}: {_format_record(value[key], known, section=section)}" for key in sorted(value))
        section.text = f" {label}: {{\n{_join(keyed)}\n }}"
    elif name in _LISTED and value:
        listed = (f"  {_format_record(one, known, section=section)}" for one in value)
        section.text = f" {label}: [\n{_join(listed)}\n ]"
    else:
        section.text = f" {label}: {_indent(value, 1)}"
    return section


def _format_record(record: object, known: _Section, *, section: _Section) -> str:
    found = known.records.get(id(record))
    text = found[1] if found is not None and found[0] is record else _indent(record, 2)
    section.records[id(record)] = (record, text)
    return text


def _join(parts: Iterable[str]) -> str:
    return ",\n".join(parts)


def _indent(value: object, depth: int) -> str:
    return json.dumps(value, indent=1, sort_keys=True).replace("\n", "\n" + " " * depth)
