"""The severities that the files set: which fault of a rule stops a command, and which is only told."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from planner.config.blocks import RawBlocks
from planner.config.faults import Fault
from planner.config.severity_blocks import ConfigSeveritiesBlock
from planner.core.diagnostics import Severity
from planner.core.trees import as_tree

_PREFIX: Final = "config"
ADJUSTABLE: Final = frozenset(f"{_PREFIX}.{name.replace('_', '-')}" for name in ConfigSeveritiesBlock.model_fields)
"""Codes whose severity the files may set; all others are certain, or keep somebody safe."""


def find_severities(blocks: RawBlocks) -> Mapping[str, Severity]:
    """Return the severities that ``blocks`` set, by code; what is no severity is the models' to tell."""
    rows = blocks.settings[("poolctl",)]
    written = [as_tree(as_tree(row.body.get("severities")).get(_PREFIX)) for row in rows]
    return {
        f"{_PREFIX}.{name}": _LEVELS[level]
        for table in written
        for name, level in table.items()
        if isinstance(level, str) and level in _LEVELS and f"{_PREFIX}.{name}" in ADJUSTABLE
    }


def set_severities(faults: Iterable[Fault], severities: Mapping[str, Severity]) -> Iterator[Fault]:
    """Yield ``faults`` with the severities of their codes, where there is one."""
    for fault in faults:
        yield replace(fault, severity=severities[fault.code]) if fault.code in severities else fault


_LEVELS: Final = {one.value: one for one in Severity}
