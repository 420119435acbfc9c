"""The rows of one change grouped into its block and the blocks of its list entries."""

import re
from typing import Final

from planner.core.changes import Action, Change
from planner.core.field_paths import EntryKey
from planner.core.lazy_dataclass import dataclass
from planner.core.trees import ABSENT, Tree, as_list, as_tree, find_member
from planner.views.differences import Difference, build_differences, find_entry

_ENTRY_LABEL: Final = re.compile(r'(?P<head>[a-z0-9_.]+\[(?:"(?:[^"\\]|\\.)*"|[^\]]*)\])\.(?P<member>.+)', re.DOTALL)
_MEMBER: Final = 3
"""Where the member stands in a path: spec, resources, entry, member."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryBlock:
    """One list entry's rows under its head, such as ``resources[F/np]``; ``hidden`` attributes are unchanged."""

    symbol: str
    head: str
    rows: tuple[tuple[str, Difference], ...]
    hidden: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeBlock:
    """Rows as (label, difference), entry blocks in their order, and how much is not shown."""

    rows: tuple[tuple[str, Difference], ...]
    entries: tuple[EntryBlock, ...]
    hidden: int
    hidden_entries: int


def build_change_block(change: Change) -> ChangeBlock:
    """Return everything between the braces of ``change``, as values."""
    rows: list[tuple[str, Difference]] = []
    groups: dict[str, list[tuple[str, Difference]]] = {}
    differences = build_differences(change)
    for difference in differences:
        head, member = _split_label(difference)
        target = groups.setdefault(head, []) if head else rows
        target.append((member, difference))
    entries = tuple(_make_entry_block(head, tuple(members), change=change) for head, members in groups.items())
    return ChangeBlock(
        rows=tuple(rows),
        entries=entries,
        hidden=_count_hidden(change, differences),
        hidden_entries=_count_hidden_entries(change, entries),
    )


def _split_label(difference: Difference) -> tuple[str, str]:
    has_entry = any(isinstance(step, EntryKey) for step in difference.path[:-1])
    match = _ENTRY_LABEL.fullmatch(difference.label) if has_entry else None
    return (match["head"], match["member"]) if match else ("", difference.label)


def _make_entry_block(head: str, rows: tuple[tuple[str, Difference], ...], *, change: Change) -> EntryBlock:
    key = _find_resources_key(rows[0][1])
    before = find_entry(change.before, key) if key else ABSENT
    after = find_entry(change.after, key) if key else ABSENT
    symbols = {row.symbol for _, row in rows}
    symbol = symbols.pop() if len(symbols) == 1 else "~"
    is_inside = (symbol == "+" and before is not ABSENT) or (symbol == "-" and after is not ABSENT)
    touched = {str(step) for _, row in rows if key for step in row.path[_MEMBER : _MEMBER + 1]}
    hidden = 0 if symbol == "-" else len(as_tree(before).keys() - touched)
    return EntryBlock(symbol="~" if is_inside else symbol, head=head, rows=rows, hidden=hidden)


def _find_resources_key(row: Difference) -> EntryKey | None:
    match row.path:
        case ("spec", "resources", EntryKey() as key, *_):
            return key
        case _:
            return None


def _count_hidden(change: Change, rows: tuple[Difference, ...]) -> int:
    if change.action is Action.CREATE:
        return 0
    touched = set(map(_make_unit, rows))
    return len(_list_units(change.before or {}) - touched)


def _list_units(tree: Tree) -> frozenset[tuple[str, ...]]:
    metadata = (
        ("metadata", member, key)
        for member in ("labels", "annotations")
        for key in as_tree(find_member(tree, "metadata", member))
    )
    spec = (("spec", name) for name in as_tree(find_member(tree, "spec")) if name != "resources")
    return frozenset((*metadata, *spec))


def _make_unit(row: Difference) -> tuple[str, ...]:
    size = 3 if row.path[:1] == ("metadata",) else 2
    return tuple(map(str, row.path[:size]))


def _count_hidden_entries(change: Change, entries: tuple[EntryBlock, ...]) -> int:
    if change.action is Action.CREATE:
        return 0
    touched = sum(entry.symbol != "+" and entry.head.startswith("resources[") for entry in entries)
    there = len(as_list(find_member(change.before, "spec", "resources")))
    return max(0, there - touched - change.kept_entries)
