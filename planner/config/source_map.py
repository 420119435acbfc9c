"""From an address and a config path to the line that sets it."""

from collections.abc import Iterator, Mapping
from dataclasses import field

from planner.config.documents import Document
from planner.config.headers import Headers, find_headers
from planner.config.positions import Place, TomlPath, find_places, strip_instance
from planner.config.source_lines import make_location
from planner.config.text_places import find_text_place
from planner.core.addresses import Address
from planner.core.diagnostics import SourceLocation
from planner.core.lazy_dataclass import dataclass
from planner.core.trees import Maybe, Tree, Value, as_list, as_text, as_tree, find_member
from planner.kinds.names import LIST_KEYS, Bracket, PatternStep, find_entry_texts, parse_pattern


@dataclass(frozen=True, slots=True, kw_only=True)
class _Indexed:
    lines: tuple[str, ...]
    places: Mapping[TomlPath, Place]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Headed:
    lines: tuple[str, ...]
    headers: Headers


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceMap:
    """The files that were read; positions are computed when they are asked for, once a file.

    ``resolved`` holds their values without expressions, by file: entries are found by those.
    """

    documents: Mapping[str, Document] = field(default_factory=dict, repr=False)
    resolved: Mapping[str, Tree] = field(default_factory=dict, repr=False)
    files: Mapping[Address, str] = field(default_factory=dict)
    _headed: dict[str, _Headed] = field(default_factory=dict, repr=False, compare=False)
    _indexed: dict[str, _Indexed] = field(default_factory=dict, repr=False, compare=False)

    def find(self, address: Address, label: str = "") -> SourceLocation | None:
        """Return the line that sets ``label`` of ``address``, or the nearest that encloses it.

        ``label`` is a config path such as ``resources[F].count``. None where no file has the block.
        """
        file = self.files.get(address)
        if file is None:
            return None
        name = str(address).partition(".")[2]
        if not label:
            return self.locate(file, (address.kind, name))
        body = find_member(self.resolved[file], address.kind, name)
        pattern = parse_pattern(label)
        steps = () if pattern is None else pattern.steps
        return self.locate(file, (address.kind, name, *_find_toml_steps(body, steps)))

    def find_path(self, address: Address, label: str) -> TomlPath | None:
        """Return where ``label`` of ``address`` stands in its file, or would stand; None for no way to go there."""
        name = str(address).partition(".")[2]
        body = find_member(self.resolved[self.files[address]], address.kind, name)
        pattern = parse_pattern(label)
        steps = () if pattern is None else tuple(_find_toml_steps(body, pattern.steps))
        is_whole = pattern is not None and len(steps) == len(pattern.steps)
        return strip_instance((address.kind, name, *steps)) if is_whole else None

    def locate(self, file: str, path: TomlPath, *, is_value: bool = False, offset: int | None = None) -> SourceLocation:
        """Return where ``path`` stands in ``file``, or the nearest that encloses it, else line 1.

        ``offset`` is a place in the text that is the value. An instance stands where its block does.
        """
        path = strip_instance(path)
        if not is_value and (found := self._find_header(file, path)) is not None:
            return found
        indexed = self._index(file)
        for length in range(len(path), 0, -1):
            if place := indexed.places.get(path[:length]):
                is_exact = is_value and length == len(path)
                line, column = (place.value_line, place.value_column) if is_exact else (place.line, place.column)
                if is_exact and offset is not None:
                    line, column = find_text_place(indexed.lines, (line, column), offset=offset)
                return make_location(indexed.lines[line - 1], file=file, line=line, column=column, is_line=True)
        return make_location(indexed.lines[0], file=file, line=1, column=1, is_line=True)

    def _find_header(self, file: str, path: TomlPath) -> SourceLocation | None:
        headed = self._headed.get(file)
        if headed is None:
            text = self.documents[file].text
            headed = self._headed[file] = _Headed(lines=tuple(text.split("\n")), headers=find_headers(text))
        if path not in headed.headers:
            return None
        line, column = headed.headers[path]
        return make_location(headed.lines[line - 1], file=file, line=line, column=column, is_line=True)

    def _index(self, file: str) -> _Indexed:
        # The cache is filled on first use: a run without diagnostics never pays for positions.
        if file not in self._indexed:
            text = self.documents[file].text
            self._indexed[file] = _Indexed(lines=tuple(text.split("\n")), places=find_places(text))
        return self._indexed[file]


def _find_toml_steps(body: Maybe, steps: tuple[PatternStep, ...]) -> Iterator[str | int]:
    value, name = body, ""
    for step in steps:
        match step:
            case str():
                value, name = find_member(value, step), step
                yield step
            case Bracket() if isinstance(value, dict):
                value = value.get(step.text, "")
                yield step.text
            case Bracket():
                entry = _find_entry(as_list(value), name=name, text=step.text)
                if entry is None:
                    return
                value = as_list(value)[entry]
                yield entry


def _find_entry(entries: list[Value], *, name: str, text: str) -> int | None:
    """Return the index of the entry that ``text`` names: its whole key, else the first that it starts."""
    if name not in LIST_KEYS:
        return int(text) if text.isdecimal() and text.isascii() and int(text) < len(entries) else None
    spellings = [tuple(find_entry_texts(_read_key(entry, name=name))) for entry in entries]
    whole = [index for index, texts in enumerate(spellings) if texts[0] == text]
    partly = [index for index, texts in enumerate(spellings) if text in texts]
    return next(iter(whole + partly), None)


def _read_key(entry: Value, *, name: str) -> tuple[str, ...]:
    return tuple(as_text(as_tree(entry).get(key, "")) for key in LIST_KEYS[name])
