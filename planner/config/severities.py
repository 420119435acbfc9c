"""The severities that the files set: which fault of a rule stops a command, and which is only told."""

import functools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from planner.config.blocks import RawBlocks
from planner.config.faults import Fault
from planner.config.file_shape import load_shape
from planner.core.diagnostics import Severity
from planner.core.trees import as_tree

_PREFIX: Final = "config"


@functools.cache
def find_adjustable() -> frozenset[str]:
    """Return the codes whose severity the files may set; all others are certain, or keep somebody safe."""
    block = load_shape()["$defs"]["ConfigSeveritiesBlock"]
    return frozenset(f"{_PREFIX}.{name}" for name in block["properties"])


def find_severities(blocks: RawBlocks) -> Mapping[str, Severity]:
    """Return the severities that ``blocks`` set, by code; what is no severity is the models' to tell."""
    rows = blocks.settings[("poolctl",)]
    written = [as_tree(as_tree(row.body.get("severities")).get(_PREFIX)) for row in rows]
    return {
        f"{_PREFIX}.{name}": _LEVELS[level]
        for table in written
        for name, level in table.items()
        if isinstance(level, str) and level in _LEVELS and f"{_PREFIX}.{name}" in find_adjustable()
    }


def set_severities(faults: Iterable[Fault], severities: Mapping[str, Severity]) -> Iterator[Fault]:
    """Yield ``faults`` with the severities of their codes, where there is one."""
    for fault in faults:
        yield replace(fault, severity=severities[fault.code]) if fault.code in severities else fault


_LEVELS: Final = {one.value: one for one in Severity}
