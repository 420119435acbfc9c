"""Loading a configuration: the files of a directory, checked together, and what they ask for.

No network and no state. Every fault of every file is a diagnostic; nothing is raised for what a
user wrote.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field, replace
from itertools import islice
from pathlib import Path

import planner
from planner.config.backends import find_backend
from planner.config.blocks import RawBlocks, build_blocks
from planner.config.digest import build_config_digest
from planner.config.documents import NO_FILES, Document, load_documents
from planner.config.faults import MAXIMUM_FAULTS, Fault, build_diagnostics
from planner.config.findings import drop_shared
from planner.config.included import load_included
from planner.config.link_checks import find_link_faults
from planner.config.move_checks import find_move_faults
from planner.config.policies import build_policies
from planner.config.pool_checks import find_network_faults, find_pool_faults
from planner.config.positions import TomlPath
from planner.config.request_checks import find_request_faults
from planner.config.resolve import build_desired_state
from planner.config.resolving import Resolved, resolve_documents
from planner.config.rollout_checks import find_rollout_faults, find_rollout_link_faults
from planner.config.rule_checks import find_rule_faults
from planner.config.service_checks import find_service_faults
from planner.config.settings_checks import find_settings_faults
from planner.config.severities import find_severities, set_severities
from planner.config.shape_checks import find_shape_faults
from planner.config.source_map import SourceMap
from planner.config.value_checks import find_value_faults
from planner.config.variable_inputs import VariableInputs
from planner.config.variables import WITHOUT_VALUE
from planner.core.desired import DesiredState
from planner.core.diagnostics import Diagnostic, Severity, SourceLocation, has_errors, make_error
from planner.core.inputs import InputVariable
from planner.core.lazy_dataclass import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A configuration: ``desired`` is None where ``diagnostics`` hold an error, and then the digest is empty.

    ``variables`` are the values that it was resolved with. Where nothing is wrong but that variables have no value,
    ``place`` says where the state is: that is written literally, and enough for those who only look at it.
    """

    desired: DesiredState | None
    diagnostics: tuple[Diagnostic, ...] = ()
    sources: SourceMap = field(default_factory=SourceMap)
    config_digest: str = ""
    variables: tuple[InputVariable, ...] = ()
    place: DesiredState | None = None


NO_INPUTS = VariableInputs()


def load_configuration(
    directory: Path,
    environment: Mapping[str, str],
    *,
    variables: VariableInputs = NO_INPUTS,
    edited: Mapping[str, Document] | None = None,
) -> Loaded:
    """Read every ``*.pools.toml`` of ``directory`` and return what they ask for together.

    ``environment`` is compared with region and project_id (semantics 1.4), and gives values to variables;
    ``variables`` are those of the command line. ``edited`` are files as they would be, by name, in place of those
    that are there or beside them. Diagnostics are sorted by file, line and column.
    """
    read, unread = load_documents(directory)
    if edited:
        unread = tuple(one for one in unread if one.code != NO_FILES)
    included = load_included(directory, read)
    unread = (*unread, *included.unread)
    documents = _put_together((*included.documents, *read), edited or {})
    resolved = resolve_documents(
        documents, directory, environment, inputs=variables, variable_files=included.variable_files
    )
    blocks = build_blocks(resolved.documents)
    sources = SourceMap(
        documents={one.file: one for one in (*resolved.variable_files, *documents)},
        resolved={one.file: one.tree for one in resolved.documents},
        files={address: block.file for address, block in blocks.by_address.items()},
    )
    shapes = tuple(fault for document in resolved.documents for fault in find_shape_faults(document))
    checked = _Checked(raw=documents, resolved=resolved, blocks=blocks, shapes=shapes, included=included.faults)
    faults = set_severities(_find_faults(checked, environment), find_severities(blocks))
    told = (*unread, *(() if unread else resolved.diagnostics), *_build_diagnostics(faults, sources))
    diagnostics = tuple(sorted(told, key=_find_order))
    if has_errors(diagnostics) or shapes:
        place = _find_place(diagnostics, blocks)
        return Loaded(desired=None, diagnostics=diagnostics, sources=sources, place=place)
    policies = build_policies(resolved.policies, resolved.scope, sources)
    files = {document.file: document.tree for document in resolved.documents}
    desired = replace(build_desired_state(files, sources), policies=policies)
    return Loaded(
        desired=desired,
        diagnostics=diagnostics,
        sources=sources,
        config_digest=build_config_digest(desired),
        variables=resolved.variables,
    )


def _find_place(diagnostics: Iterable[Diagnostic], blocks: RawBlocks) -> DesiredState | None:
    if {one.code for one in diagnostics if one.severity is Severity.ERROR} != {WITHOUT_VALUE}:
        return None
    # Its shape is sound, for a fault of it would be another error.
    return DesiredState(**find_backend(row.body for row in blocks.settings[("backend",)]))


def _put_together(read: tuple[Document, ...], edited: Mapping[str, Document]) -> tuple[Document, ...]:
    by_name = {one.file: one for one in read} | dict(edited)
    return tuple(by_name[file] for file in sorted(by_name))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Checked:
    """The files as they are written and as they resolve, and what was made of them."""

    raw: tuple[Document, ...]
    resolved: Resolved
    blocks: RawBlocks
    shapes: tuple[Fault, ...]
    included: tuple[Fault, ...]


def _find_faults(checked: _Checked, environment: Mapping[str, str]) -> Iterator[Fault]:
    """Yield the faults of all stages; a later one adds nothing to a path that an earlier one named."""
    named: set[tuple[str, TomlPath]] = set()
    stages = (
        _find_value_faults(checked),
        iter((*checked.included, *checked.resolved.faults)),
        _drop_silent(checked.shapes, checked.resolved.silent),
        _drop_silent(_find_agreement_faults(checked, environment), checked.resolved.silent),
    )
    for stage in stages:
        fresh = [fault for fault in drop_shared(stage) if (fault.file, fault.path) not in named or not fault.is_value]
        named |= {(fault.file, fault.path) for fault in fresh if fault.is_value}
        yield from fresh


def _drop_silent(faults: Iterable[Fault], silent: frozenset[tuple[str, TomlPath]]) -> Iterator[Fault]:
    """Yield ``faults`` less those at or below a place whose own fault is told."""
    for fault in faults:
        if not silent or not any((fault.file, fault.path[:depth]) in silent for depth in range(len(fault.path) + 1)):
            yield fault


def _find_value_faults(checked: _Checked) -> Iterator[Fault]:
    for document in checked.raw:
        yield from find_value_faults(document)
    for document in checked.resolved.variable_files:
        yield from find_value_faults(document)
    known = {id(document) for document in checked.raw}
    for document in checked.resolved.documents:
        if id(document) not in known:
            yield from find_value_faults(document)


def _find_agreement_faults(checked: _Checked, environment: Mapping[str, str]) -> Iterator[Fault]:
    blocks = checked.blocks
    for block in blocks.declared:
        yield from find_pool_faults(block) if block.address.kind == "pool" else find_network_faults(block)
    yield from find_service_faults(blocks)
    yield from find_rule_faults(blocks)
    yield from find_rollout_faults(blocks)
    if checked.resolved.is_whole:
        yield from find_link_faults(blocks)
        yield from find_request_faults(blocks)
        yield from find_move_faults(blocks)
        yield from find_rollout_link_faults(blocks, checked.raw)
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
