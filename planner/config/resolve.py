"""From sound files to the desired state; nothing can fail here that the checks let pass."""

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any, Final

from planner.config.backends import find_backend
from planner.config.durations import parse_duration
from planner.config.guards import build_guards
from planner.config.rollouts import build_rollouts
from planner.config.source_map import SourceMap
from planner.config.templates import ESCAPED, unescape_literal
from planner.core import desired
from planner.core.addresses import Address, parse_address
from planner.core.money import Prices, make_amount
from planner.core.trees import Tree, Value, as_list, as_text, as_tree, find_member
from planner.kinds.block_trees import build_network_tree, build_pool_tree


def build_desired_state(files: Mapping[str, Tree], sources: SourceMap) -> desired.DesiredState:
    """Return what ``files``, sound tables by file name, ask for; ``sources`` places removed and import blocks."""
    trees = tuple(files.values())
    outer = build_guards(_find_first(trees, "guards"), outer=desired.Guards())
    resources = [one for tree in trees for one in (*_build_networks(tree, outer), *_build_pools(tree, outer))]
    return desired.DesiredState(
        provider=_build_provider(trees),
        **find_backend(as_tree(one.get("backend")) for one in trees),
        guards=outer,
        run_guards=build_guards(_find_first(trees, "guards", "run"), outer=desired.NO_LIMITS),
        prices=_build_prices(trees),
        resources={one.address: one for one in resources},
        removed=tuple(_build_removed(files, sources)),
        moved=tuple(_build_moved(files, sources)),
        imports=tuple(_build_imports(files, sources)),
        permissions=tuple(_build_permissions(trees)),
        rollouts=build_rollouts(files, sources),
    )


def _find_first(trees: tuple[Tree, ...], *names: str) -> dict[str, Any]:
    """Return the first table at ``names`` that holds something; an empty one where no file has it."""
    return next((found for one in trees if (found := as_tree(find_member(one, *names)))), {})


def _find_rows(files: Mapping[str, Tree], name: str) -> Iterator[tuple[str, int, dict[str, Any]]]:
    """Yield each table of the lists ``name`` with its file and place."""
    for file, tree in files.items():
        for index, row in enumerate(as_list(tree.get(name, None))):
            yield file, index, as_tree(row)


def _build_prices(trees: tuple[Tree, ...]) -> Prices:
    written: Iterator[tuple[str, Any]] = (row for one in trees for row in as_tree(one.get("prices")).items())
    return {flavor: make_amount(float(price)) for flavor, price in written}


_DURATIONS: Final = frozenset({"poll_interval", "request_timeout", "wait_timeout"})


def _build_networks(tree: Tree, outer: desired.Guards) -> Iterator[desired.DesiredResource]:
    for name, value in as_tree(tree.get("network")).items():
        body = as_tree(value)
        yield desired.DesiredResource(
            address=_read_address("network", name),
            tree=as_tree(_unescape(build_network_tree(body))),
            lifecycle=_build_lifecycle(as_tree(body.get("lifecycle"))),
            guards=outer,
        )


def _build_pools(tree: Tree, outer: desired.Guards) -> Iterator[desired.DesiredResource]:
    for name, value in as_tree(tree.get("pool")).items():
        body = as_tree(value)
        yield desired.DesiredResource(
            address=_read_address("pool", name),
            tree=as_tree(_unescape(build_pool_tree(body))),
            lifecycle=_build_lifecycle(as_tree(body.get("lifecycle"))),
            guards=build_guards(as_tree(body.get("guards")), outer=outer),
            freeze=_build_freeze(as_tree(body.get("freeze"))),
        )


def _read_address(kind: str, name: str) -> Address:
    """Return the address of a block, or of an instance, whose name is ``team["a"]``."""
    return parse_address(f"{kind}.{name}") or Address(kind=kind, name=name)


def _unescape(value: Value) -> Value:
    """Turn ``$${``, the literal spelling of ``${``, into what is meant; few trees hold one."""
    return _rewrite(value) if _is_escaped(value) else value


def _is_escaped(value: Value) -> bool:
    if isinstance(value, str):
        return ESCAPED in value
    if isinstance(value, dict):
        return any(map(_is_escaped, value.values()))
    return isinstance(value, list) and any(map(_is_escaped, value))


def _rewrite(value: Value) -> Value:
    match value:
        case str():
            return unescape_literal(value)
        case list():
            return [_rewrite(one) for one in value]
        case dict():
            return {key: _rewrite(one) for key, one in value.items()}
        case _:
            return value


_USUAL_LIFECYCLE: Final = desired.Lifecycle()


def _build_lifecycle(table: Tree) -> desired.Lifecycle:
    if not table:
        return _USUAL_LIFECYCLE
    return desired.Lifecycle(
        prevent_destroy=bool(table.get("prevent_destroy")),
        ignore_changes=tuple(map(as_text, as_list(table.get("ignore_changes")))),
    )


def _build_freeze(table: dict[str, Any]) -> desired.Freeze | None:
    return desired.Freeze(until=table["until"], reason=unescape_literal(table["reason"])) if table else None


def _build_provider(trees: tuple[Tree, ...]) -> desired.ProviderSettings:
    written = _find_first(trees, "provider", "modelarts")
    seconds = {key: parse_duration(written[key]) for key in _DURATIONS & written.keys()}
    return dataclasses.replace(desired.ProviderSettings(), **(written | seconds))


def _build_removed(files: Mapping[str, Tree], sources: SourceMap) -> Iterator[desired.RemovedBlock]:
    for file, index, row in _find_rows(files, "removed"):
        if address := parse_address(row["from"]):
            yield desired.RemovedBlock(
                address=address,
                destroy=row["destroy"],
                reason=unescape_literal(row.get("reason", "")),
                location=sources.locate(file, ("removed", index)),
            )


def _build_moved(files: Mapping[str, Tree], sources: SourceMap) -> Iterator[desired.MovedBlock]:
    for file, index, row in _find_rows(files, "moved"):
        source, target = parse_address(row["from"]), parse_address(row["to"])
        if source is not None and target is not None:
            location = sources.locate(file, ("moved", index))
            yield desired.MovedBlock(source=source, target=target, location=location)


def _build_imports(files: Mapping[str, Tree], sources: SourceMap) -> Iterator[desired.ImportBlock]:
    for file, index, row in _find_rows(files, "import"):
        if address := parse_address(row["to"]):
            location = sources.locate(file, ("import", index))
            yield desired.ImportBlock(address=address, id=row["id"], location=location)


def _build_permissions(trees: tuple[Tree, ...]) -> Iterator[desired.Permission]:
    rows: Iterator[dict[str, Any]] = (as_tree(row) for one in trees for row in as_list(one.get("allow")))
    for row in rows:
        yield desired.Permission(
            address=row["address"],
            class_name=row.get("class", ""),
            max_nodes_removed=row.get("max_nodes_removed"),
            until=row["until"],
            reason=unescape_literal(row.get("reason", "")),
        )
