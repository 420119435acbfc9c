"""List entries by key: how entries of files, state and service find each other (semantics 3)."""

from collections.abc import Iterable

from planner.core.field_paths import EntryKey
from planner.core.kind_rules import ListRule
from planner.core.trees import Maybe, Tree, Value, as_tree


def make_key(entry: Value, rule: ListRule) -> EntryKey:
    """Return the full key of an entry: one part a key member, then one an optional key member."""
    return EntryKey(parts=make_parts(entry, rule))


def make_parts(entry: Value, rule: ListRule) -> tuple[str, ...]:
    """Return the parts of the full key of an entry."""
    tree = as_tree(entry)
    return tuple([_format_part(tree, name, rule) for name in (*rule.keys, *rule.optional_keys)])


def find_refined(lists: Iterable[list[Value]], rule: ListRule) -> frozenset[tuple[str, ...]]:
    """Return the short keys whose optional members some entry of ``lists`` sets."""
    if not rule.optional_keys:
        return frozenset()
    size = len(rule.keys)
    keys = (make_parts(entry, rule) for one in lists for entry in one if _has_optional(entry, rule))
    return frozenset(parts[:size] for parts in keys if any(parts[size:]))


def _has_optional(entry: Value, rule: ListRule) -> bool:
    return isinstance(entry, dict) and any(name in entry for name in rule.optional_keys)


def index_entries(
    entries: list[Value], rule: ListRule, *, refined: frozenset[tuple[str, ...]] = frozenset()
) -> dict[EntryKey, Value]:
    """Return entries by key, in their order; a key that comes again gets an ordinal of its own.

    The optional members take part only for the short keys in ``refined``.
    """
    indexed: dict[EntryKey, Value] = {}
    size = len(rule.keys)
    for entry in entries:
        parts = make_parts(entry, rule)
        key = EntryKey(parts=parts if parts[:size] in refined else parts[:size])
        number = 2
        unique = key
        while unique in indexed:
            unique = EntryKey(parts=(*key.parts, f"#{number}"))
            number += 1
        indexed[unique] = entry
    return indexed


def find_entry(entries: list[Value], rule: ListRule, *, key: EntryKey) -> list[int]:
    """Return the indexes of the entries that ``key`` names; a key without optional parts names them all."""
    return [index for index, entry in enumerate(entries) if make_parts(entry, rule)[: len(key.parts)] == key.parts]


def make_entry(rule: ListRule, key: EntryKey) -> Tree:
    """Return a new entry that holds its key members and nothing else."""
    size = len(rule.keys)
    entry: Tree = {name: part for name, part in zip(rule.keys, key.parts, strict=False) if part}
    optional = zip(rule.optional_keys, key.parts[size:], strict=False)
    return entry | {name: _parse_members(part) for name, part in optional if part}


def _format_part(entry: Tree, name: str, rule: ListRule) -> str:
    value: Maybe = entry.get(name)
    if value is None or rule.is_default(entry, name):
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return ":".join(f"{member}={value[member]}" for member in sorted(value))
    return str(value)


def _parse_members(part: str) -> Tree:
    pairs = (piece.partition("=") for piece in part.split(":"))
    return {name: int(text) if text.isdecimal() else text for name, _, text in pairs}
