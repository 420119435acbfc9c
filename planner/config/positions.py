"""Where each key of a TOML text stands; tree-sitter is loaded only when somebody asks.

``tomli`` stays the authority on values. What tree-sitter cannot read has no place of its own
and is looked up at whatever encloses it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Final, TypeAlias

import tomli

from planner.core.lazy_dataclass import dataclass

if TYPE_CHECKING:
    from tree_sitter import Node

TomlPath: TypeAlias = tuple[str | int, ...]
"""Keys and list indexes from the root of a file, such as ``("pool", "a", "resources", 0)``."""


def strip_instance(path: TomlPath) -> TomlPath:
    """Return the path in the file for that of an instance: ``("pool", 'a["k"]', …)`` is ``("pool", "a", …)``."""
    match path:
        case (("pool" | "network") as kind, str(name), *rest) if "[" in name:
            return (kind, name.partition("[")[0], *rest)
        case _:
            return path


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Line and column of a key and of its value, from 1, columns in characters; the end is behind the value."""

    line: int
    column: int
    value_line: int
    value_column: int
    end_line: int
    end_column: int


def find_places(text: str) -> Mapping[TomlPath, Place]:
    """Return the place of every key, block header and list entry of ``text``."""
    import tree_sitter_toml
    from tree_sitter import Language, Parser

    content = text.encode("utf-8")
    root = Parser(Language(tree_sitter_toml.language())).parse(content).root_node
    index = _Index(lines=content.split(b"\n"))
    for node in root.children:
        index.add_statement(node)
    return index.places


def find_double(text: str, *, line: int) -> tuple[Place, Place] | None:
    """Return the first and the second place of the key that ``line`` writes once more; None if none is found."""
    earlier = find_places("\n".join(text.split("\n")[: line - 1]))
    places = find_places(text)
    paths = [path for path, place in places.items() if place.line == line and path in earlier]
    path = max(paths, key=len, default=())
    return (earlier[path], places[path]) if paths else None


_DEPTH: Final = 64


class _Columns:
    """Turns byte offsets into columns from the one found last, so that a long line costs no more than its length."""

    def __init__(self) -> None:
        self._row, self._offset, self._column = -1, 0, 1

    def find_column(self, line: bytes, *, row: int, offset: int) -> int:
        if row != self._row:
            self._row, self._offset, self._column = row, 0, 1
        low, high = sorted((self._offset, offset))
        letters = len(line[low:high].decode("utf-8", "replace"))
        self._column += letters if offset >= self._offset else -letters
        self._offset = offset
        return self._column


@dataclass(frozen=True, slots=True, kw_only=True)
class _Index:
    """The places found so far, and how many entries each ``[[array]]`` has."""

    lines: list[bytes]
    places: dict[TomlPath, Place] = field(default_factory=dict)
    last_entries: dict[TomlPath, int] = field(default_factory=dict)
    columns: _Columns = field(default_factory=_Columns)

    def add_statement(self, node: "Node") -> None:
        match node.type:
            case "pair":
                self.add_pair(node, parent=())
            case "table":
                self.add_pairs(node, parent=self.add_header(node))
            case "table_array_element":
                self.add_pairs(node, parent=self.add_array_header(node))
            case _:
                return

    def add_header(self, node: "Node") -> TomlPath:
        return self.add_keys(node, parent=(), value=None)

    def add_array_header(self, node: "Node") -> TomlPath:
        path = self.add_keys(node, parent=(), value=None, is_array=True)
        entry = self.last_entries.get(path, -1) + 1
        self.last_entries[path] = entry
        self.places[*path, entry] = self.make_place(node, value=node)
        return (*path, entry)

    def add_pairs(self, node: "Node", *, parent: TomlPath) -> None:
        for child in node.children:
            if child.type == "pair":
                self.add_pair(child, parent=parent)

    def add_pair(self, node: "Node", *, parent: TomlPath) -> None:
        # The comment that ends a line is the last child of its pair.
        value = next(one for one in reversed(node.children) if one.type != "comment")
        path = self.add_keys(node, parent=parent, value=value)
        self.add_value(value, path=path)

    def add_value(self, node: "Node", *, path: TomlPath) -> None:
        if len(path) > _DEPTH:
            return
        if node.type == "inline_table":
            self.add_pairs(node, parent=path)
        if node.type == "array":
            for entry, child in enumerate(one for one in node.children if one.is_named and one.type != "comment"):
                self.places[*path, entry] = self.make_place(child, value=child)
                self.add_value(child, path=(*path, entry))

    def add_keys(self, node: "Node", *, parent: TomlPath, value: "Node | None", is_array: bool = False) -> TomlPath:
        """Record each segment of the statement's key and return the path that it spells."""
        keys = [key for child in node.children[:2] for key in _find_keys(child)]
        path = parent
        for position, key in enumerate(keys):
            path = (*path, _read_key(key))
            is_last = position == len(keys) - 1
            place = self.make_place(key, value=value or key)
            if is_last and not is_array:
                self.places[path] = place
            else:
                self.places.setdefault(path, place)
            if path in self.last_entries and not (is_last and is_array):
                path = (*path, self.last_entries[path])
        return path

    def make_place(self, key: "Node", *, value: "Node") -> Place:
        line, column = self.find_position(*key.start_point)
        value_line, value_column = self.find_position(*value.start_point)
        end_line, end_column = self.find_position(*value.end_point)
        return Place(
            line=line,
            column=column,
            value_line=value_line,
            value_column=value_column,
            end_line=end_line,
            end_column=end_column,
        )

    def find_position(self, row: int, offset: int) -> tuple[int, int]:
        return row + 1, self.columns.find_column(self.lines[row], row=row, offset=offset)


def _find_keys(node: "Node") -> Iterator["Node"]:
    stack = [node]
    while stack:
        one = stack.pop()
        if one.type == "dotted_key":
            stack.extend(reversed(one.children))
        elif one.type in {"bare_key", "quoted_key"}:
            yield one


def _read_key(node: "Node") -> str:
    text = (node.text or b"").decode("utf-8", "replace")
    if node.type == "bare_key":
        return text
    try:
        return next(iter(tomli.loads(f"{text} = 0")))
    except (tomli.TOMLDecodeError, ValueError):
        return text
