"""Loading a configuration: the files of a directory, checked together, and what they ask for.

No network and no state. Every fault of every file is a diagnostic; nothing is raised for what a
user wrote.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import planner
from planner.config.blocks import RawBlocks, build_blocks
from planner.config.digest import build_config_digest
from planner.config.documents import Document, load_documents
from planner.config.faults import MAXIMUM_FAULTS, Fault, build_diagnostics
from planner.config.file_block import FileBlock
from planner.config.later import find_later_keys
from planner.config.link_checks import find_link_faults
from planner.config.pool_checks import find_network_faults, find_pool_faults
from planner.config.request_checks import find_request_faults
from planner.config.resolve import build_desired_state
from planner.config.rule_checks import find_rule_faults
from planner.config.service_checks import find_service_faults
from planner.config.settings_checks import find_settings_faults
from planner.config.severities import find_severities, set_severities
from planner.config.shape_checks import Shape, check_shape
from planner.config.source_map import SourceMap
from planner.config.value_checks import find_value_faults
from planner.core.desired import DesiredState
from planner.core.diagnostics import Diagnostic, SourceLocation, has_errors, make_error


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A configuration: ``desired`` is None where ``diagnostics`` hold an error, and then the digest is empty."""

    desired: DesiredState | None
    diagnostics: tuple[Diagnostic, ...] = ()
    sources: SourceMap = field(default_factory=SourceMap)
    config_digest: str = ""


def load_configuration(
    directory: Path, environment: Mapping[str, str], *, edited: Mapping[str, Document] | None = None
) -> Loaded:
    """Read every ``*.pools.toml`` of ``directory`` and return what they ask for together.

    ``environment`` is only compared with region and project_id (semantics 1.4). ``edited`` are files as they would
    be, by name, in place of those that are there. Diagnostics are sorted by file, line and column.
    """
    found, unread = load_documents(directory)
    documents = tuple((edited or {}).get(one.file, one) for one in found)
    blocks = build_blocks(documents)
    sources = SourceMap(
        documents={one.file: one for one in documents},
        files={address: block.file for address, block in blocks.by_address.items()},
    )
    shapes = {document.file: check_shape(document) for document in documents}
    faults = _find_faults(documents, blocks, shapes=shapes.values(), environment=environment)
    told = (*unread, *_build_diagnostics(set_severities(faults, find_severities(blocks)), sources))
    diagnostics = tuple(sorted(told, key=_find_order))
    files = {file: shape.block for file, shape in shapes.items() if shape.block is not None}
    if has_errors(diagnostics) or len(files) < len(documents):
        return Loaded(desired=None, diagnostics=diagnostics, sources=sources)
    return _resolve(files, diagnostics=diagnostics, sources=sources)


def _resolve(files: Mapping[str, FileBlock], *, diagnostics: tuple[Diagnostic, ...], sources: SourceMap) -> Loaded:
    desired = build_desired_state(files, sources)
    return Loaded(desired=desired, diagnostics=diagnostics, sources=sources, config_digest=build_config_digest(desired))


def _find_faults(
    documents: Iterable[Document], blocks: RawBlocks, *, shapes: Iterable[Shape], environment: Mapping[str, str]
) -> Iterator[Fault]:
    """Yield the faults of all stages; a later one adds nothing to a path that an earlier one named."""
    named: set[tuple[str, tuple[str | int, ...]]] = set()
    stages = (
        (fault for document in documents for fault in _find_value_faults(document)),
        (fault for shape in shapes for fault in shape.faults),
        _find_agreement_faults(blocks, environment),
    )
    for stage in stages:
        fresh = [fault for fault in stage if (fault.file, fault.path) not in named or not fault.is_value]
        named |= {(fault.file, fault.path) for fault in fresh if fault.is_value}
        yield from fresh


def _find_value_faults(document: Document) -> Iterator[Fault]:
    yield from find_later_keys(document)
    yield from find_value_faults(document)


def _find_agreement_faults(blocks: RawBlocks, environment: Mapping[str, str]) -> Iterator[Fault]:
    for block in blocks.declared:
        yield from find_pool_faults(block) if block.address.kind == "pool" else find_network_faults(block)
    yield from find_service_faults(blocks)
    yield from find_rule_faults(blocks)
    yield from find_link_faults(blocks)
    yield from find_request_faults(blocks)
    yield from find_settings_faults(blocks, environment, version=planner.__version__)


def _build_diagnostics(faults: Iterator[Fault], sources: SourceMap) -> Iterator[Diagnostic]:
    yield from build_diagnostics(islice(faults, MAXIMUM_FAULTS), sources)
    if next(faults, None) is not None:
        yield make_error(
            "config.too-many-faults",
            "more faults than are shown",
            detail=f"The first {MAXIMUM_FAULTS} are shown. Correct them and run again.",
        )


def _find_order(diagnostic: Diagnostic) -> tuple[str, int, int, str, str]:
    # Diagnostics without a place, such as the last word of very many, come last.
    place = diagnostic.location or SourceLocation(file="\U0010ffff", line=0)
    return place.file, place.line, place.column, diagnostic.code, diagnostic.detail
