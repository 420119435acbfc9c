"""The shape of a file: keys, types, ranges and patterns, as the block models say."""

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

from planner.config.documents import Document
from planner.config.faults import MAXIMUM_FAULTS, Fault
from planner.config.file_shape import is_plain
from planner.config.positions import TomlPath, strip_instance
from planner.config.schema import Schema, load_schema
from planner.config.wording import find_wording

if TYPE_CHECKING:
    from pydantic import ValidationError


def find_shape_faults(document: Document) -> tuple[Fault, ...]:
    """Return what is wrong with the keys and values of a file; the models are loaded only where something may be."""
    return () if is_plain(document.tree) else _ask_models(document)


def _ask_models(document: Document) -> tuple[Fault, ...]:
    from pydantic import ValidationError

    from planner.config.file_block import FileBlock

    try:
        FileBlock.model_validate(document.tree)
    except ValidationError as error:
        return tuple(_find_faults(document, error))
    return ()


def _find_faults(document: Document, error: "ValidationError") -> Iterator[Fault]:
    schema = load_schema()
    # Words for a fault are slow to find; beyond this many, nobody reads them.
    for row in islice(error.errors(include_url=False), MAXIMUM_FAULTS + 1):
        yield _make_fault(document, _read_path(row["loc"]), row=dict(row), schema=schema)


def _read_path(location: tuple[int | str, ...]) -> TomlPath:
    from planner.kinds.block_types import PLAIN, TABLE

    return tuple(step for step in location if step not in {PLAIN, TABLE, "[key]"})


def _make_fault(document: Document, path: TomlPath, *, row: dict[str, Any], schema: Schema) -> Fault:
    kind = "key" if row["loc"][-1] == "[key]" else row["type"]
    written = strip_instance(path)
    words = find_wording(schema, written, kind=kind, context=row.get("ctx", {}), value=row["input"])
    return Fault(
        file=document.file,
        path=path[:-1] if row["type"] == "missing" else path,
        code=words.code,
        summary=words.summary,
        detail=words.detail,
        is_value=words.is_value,
    )
