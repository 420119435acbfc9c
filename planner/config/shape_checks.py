"""The shape of a file: keys, types, ranges and patterns, as the block models say."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from pydantic import ValidationError

from planner.config.documents import Document
from planner.config.faults import MAXIMUM_FAULTS, Fault
from planner.config.file_block import FileBlock
from planner.config.positions import TomlPath, strip_instance
from planner.config.schema import Schema, load_schema
from planner.config.wording import find_wording
from planner.core.lazy_dataclass import dataclass
from planner.kinds.block_types import PLAIN, TABLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What the models made of a file: ``block`` is None where there are faults."""

    block: FileBlock | None
    faults: tuple[Fault, ...] = ()


def check_shape(document: Document) -> Shape:
    """Return the file as typed blocks, or what is wrong with its keys and values."""
    try:
        return Shape(block=FileBlock.model_validate(document.tree))
    except ValidationError as error:
        return Shape(block=None, faults=tuple(_find_faults(document, error)))


def _find_faults(document: Document, error: ValidationError) -> Iterator[Fault]:
    schema = load_schema()
    # Words for a fault are slow to find; beyond this many, nobody reads them.
    for row in islice(error.errors(include_url=False), MAXIMUM_FAULTS + 1):
        yield _make_fault(document, _read_path(row["loc"]), row=dict(row), schema=schema)


def _read_path(location: tuple[int | str, ...]) -> TomlPath:
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
