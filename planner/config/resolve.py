"""From typed blocks to the desired state; nothing can fail here that the checks let pass."""

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any, Final

from planner.config.backends import find_backend
from planner.config.durations import parse_duration
from planner.config.file_block import FileBlock
from planner.config.guards import build_guards
from planner.config.rollouts import build_rollouts
from planner.config.settings_blocks import ModelArtsBlock
from planner.config.source_map import SourceMap
from planner.config.templates import unescape_literal
from planner.core import desired
from planner.core.addresses import Address, parse_address
from planner.core.money import Prices, make_amount
from planner.core.trees import Value, as_tree
from planner.kinds.block_trees import build_network_tree, build_pool_tree
from planner.kinds.pool_block import PoolBlock
from planner.kinds.rule_blocks import FreezeBlock, LifecycleBlock


def build_desired_state(files: Mapping[str, FileBlock], sources: SourceMap) -> desired.DesiredState:
    """Return what ``files`` ask for, by file name; ``sources`` places removed and import blocks."""
    blocks = tuple(files.values())
    outer = next((build_guards(one.guards, outer=desired.Guards()) for one in blocks if one.guards), desired.Guards())
    resources = [one for block in blocks for one in (*_build_networks(block, outer), *_build_pools(block, outer))]
    return desired.DesiredState(
        provider=_build_provider(blocks),
        **find_backend(one.backend for one in blocks),
        guards=outer,
        run_guards=_build_run_guards(blocks),
        prices=_build_prices(blocks),
        resources={one.address: one for one in resources},
        removed=tuple(_build_removed(files, sources)),
        moved=tuple(_build_moved(files, sources)),
        imports=tuple(_build_imports(files, sources)),
        permissions=tuple(_build_permissions(blocks)),
        rollouts=build_rollouts(files, sources),
    )


def _build_run_guards(blocks: tuple[FileBlock, ...]) -> desired.Guards:
    written = (one.guards.run for one in blocks if one.guards and one.guards.run)
    return build_guards(next(written, None), outer=desired.NO_LIMITS)


def _build_prices(blocks: tuple[FileBlock, ...]) -> Prices:
    return {flavor: make_amount(price) for block in blocks for flavor, price in (block.prices or {}).items()}


_DURATIONS: Final = frozenset({"poll_interval", "request_timeout", "wait_timeout"})


def _build_networks(block: FileBlock, outer: desired.Guards) -> Iterator[desired.DesiredResource]:
    for name, network in (block.network or {}).items():
        yield desired.DesiredResource(
            address=_read_address("network", name),
            tree=as_tree(_unescape(build_network_tree(network))),
            lifecycle=_build_lifecycle(network.lifecycle),
            guards=outer,
        )


def _build_pools(block: FileBlock, outer: desired.Guards) -> Iterator[desired.DesiredResource]:
    for name, pool in (block.pool or {}).items():
        yield desired.DesiredResource(
            address=_read_address("pool", name),
            tree=as_tree(_unescape(build_pool_tree(pool))),
            lifecycle=_build_lifecycle(pool.lifecycle),
            guards=build_guards(pool.guards, outer=outer),
            freeze=_build_freeze(pool),
        )


def _read_address(kind: str, name: str) -> Address:
    """Return the address of a block, or of an instance, whose name is ``team["a"]``."""
    return parse_address(f"{kind}.{name}") or Address(kind=kind, name=name)


def _unescape(value: Value) -> Value:
    """Turn ``$${``, the literal spelling of ``${``, into what is meant."""
    match value:
        case str():
            return unescape_literal(value)
        case list():
            return [_unescape(one) for one in value]
        case dict():
            return {key: _unescape(one) for key, one in value.items()}
        case _:
            return value


_USUAL_LIFECYCLE: Final = desired.Lifecycle()


def _build_lifecycle(block: LifecycleBlock | None) -> desired.Lifecycle:
    if block is None:
        return _USUAL_LIFECYCLE
    return desired.Lifecycle(
        prevent_destroy=block.prevent_destroy or False, ignore_changes=tuple(block.ignore_changes or ())
    )


def _build_freeze(pool: PoolBlock) -> desired.Freeze | None:
    block: FreezeBlock | None = pool.freeze
    return None if block is None else desired.Freeze(until=block.until, reason=unescape_literal(block.reason))


def _build_provider(blocks: tuple[FileBlock, ...]) -> desired.ProviderSettings:
    block = next((one.provider.modelarts for one in blocks if one.provider and one.provider.modelarts), None)
    written: dict[str, Any] = (block or ModelArtsBlock()).model_dump(exclude_unset=True)
    seconds = {key: parse_duration(written[key]) for key in _DURATIONS & written.keys()}
    return dataclasses.replace(desired.ProviderSettings(), **(written | seconds))


def _build_removed(files: Mapping[str, FileBlock], sources: SourceMap) -> Iterator[desired.RemovedBlock]:
    for file, block in files.items():
        for index, row in enumerate(block.removed or ()):
            if address := parse_address(row.from_):
                location = sources.locate(file, ("removed", index))
                yield desired.RemovedBlock(
                    address=address, destroy=row.destroy, reason=unescape_literal(row.reason or ""), location=location
                )


def _build_moved(files: Mapping[str, FileBlock], sources: SourceMap) -> Iterator[desired.MovedBlock]:
    for file, block in files.items():
        for index, row in enumerate(block.moved or ()):
            source, target = parse_address(row.from_), parse_address(row.to)
            if source is not None and target is not None:
                location = sources.locate(file, ("moved", index))
                yield desired.MovedBlock(source=source, target=target, location=location)


def _build_imports(files: Mapping[str, FileBlock], sources: SourceMap) -> Iterator[desired.ImportBlock]:
    for file, block in files.items():
        for index, row in enumerate(block.import_ or ()):
            if address := parse_address(row.to):
                yield desired.ImportBlock(address=address, id=row.id, location=sources.locate(file, ("import", index)))


def _build_permissions(blocks: tuple[FileBlock, ...]) -> Iterator[desired.Permission]:
    for block in blocks:
        for row in block.allow or ():
            yield desired.Permission(
                address=row.address,
                class_name=row.class_ or "",
                max_nodes_removed=row.max_nodes_removed,
                until=row.until,
                reason=unescape_literal(row.reason or ""),
            )
