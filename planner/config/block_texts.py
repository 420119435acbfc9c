"""Blocks as the text of a file: TOML that a person would have written, in the layout of ``fmt``."""

from collections.abc import Iterable, Iterator
from typing import Final

from planner.config.adoption import AdoptedBlock
from planner.config.layout import format_text
from planner.core.trees import Tree, Value, as_tree


def format_blocks(blocks: Iterable[AdoptedBlock], *, heading: Iterable[str]) -> str:
    """Return a file with ``heading`` as its comment and ``blocks`` in their order, each with its id."""
    return _lay_out(_format_file(blocks, heading=heading))


def format_imports(blocks: Iterable[AdoptedBlock], *, heading: Iterable[str]) -> str:
    """Return a file with the ``[[import]]`` of each block."""
    lines = [f"# {line}" for line in heading]
    for block in blocks:
        lines += ["", "[[import]]", _format_pair("to", str(block.address)), _format_pair("id", block.id)]
    return _lay_out(lines)


def format_value(value: Value) -> str:
    """Return ``value`` as TOML spells it on one line."""
    match value:
        case dict():
            return f"{{ {', '.join(_format_pair(key, one) for key, one in value.items())} }}"
        case list():
            return f"[{', '.join(map(format_value, value))}]"
        case _:
            return _spell(value)


_WIDTH: Final = 100


def _lay_out(lines: Iterable[str]) -> str:
    text = "".join(f"{line}\n" for line in lines)
    return format_text(text) or text


def _format_file(blocks: Iterable[AdoptedBlock], *, heading: Iterable[str]) -> Iterator[str]:
    yield from (f"# {line}" for line in heading)
    for block in blocks:
        yield ""
        yield from (f"# {line}" for line in (block.id, *block.found.remarks))
        yield from _format_table(block.body, path=(block.address.kind, block.address.name))


def _format_table(table: Tree, *, path: tuple[str, ...], is_entry: bool = False) -> Iterator[str]:
    """Yield a header and the pairs of ``table``, and after them what needs headers of its own."""
    header = ".".join(map(_format_key, path))
    yield f"[[{header}]]" if is_entry else f"[{header}]"
    below: list[tuple[str, Value]] = []
    for key, value in table.items():
        if _needs_header(key, value):
            below.append((key, value))
        else:
            yield from _format_lines(key, value)
    for key, value in below:
        for one in value if isinstance(value, list) else [value]:
            yield ""
            yield from _format_table(as_tree(one), path=(*path, key), is_entry=isinstance(value, list))


def _needs_header(key: str, value: Value) -> bool:
    is_long = isinstance(value, dict) and len(_format_pair(key, value)) > _WIDTH
    # Labels and annotations may have any name, such as this one.
    return (key == "resources" and isinstance(value, list)) or is_long


def _format_lines(key: str, value: Value) -> Iterator[str]:
    """Yield a pair on one line, or a long list with one entry a line."""
    line = _format_pair(key, value)
    if len(line) <= _WIDTH or not isinstance(value, list):
        yield line
        return
    yield f"{_format_key(key)} = ["
    yield from (f"  {format_value(one)}," for one in value)
    yield "]"


def _format_pair(key: str, value: Value) -> str:
    return f"{_format_key(key)} = {format_value(value)}"


def _spell(value: Value) -> str:
    from tomlkit import item

    return item(value).as_string()


def _format_key(key: str) -> str:
    from tomlkit.items import SingleKey

    return SingleKey(key).as_string()
