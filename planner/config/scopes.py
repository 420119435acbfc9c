"""What expressions read, evaluated in the order in which one needs the other: locals, instances, names of blocks."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field, replace
from graphlib import CycleError, TopologicalSorter
from typing import Any, Final

from planner.config.blocks import RawBlock
from planner.config.evaluating import FAILED, Site, evaluate_value
from planner.config.evaluation import Instances, Scope, find_template_names
from planner.config.faults import Fault
from planner.config.findings import Findings
from planner.config.instances import Repetition, find_repetition
from planner.config.templates import MARK
from planner.config.unknown_ids import UnknownId
from planner.config.variables import Variables
from planner.core.addresses import Address
from planner.core.lazy_dataclass import dataclass
from planner.kinds.names import BLOCK_KINDS

Node = tuple[str, str]
"""A local (``("local", name)``) or a block (``("pool", name)``)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Declarations:
    """What the files declare by name: locals, and the blocks of each kind."""

    locals: Mapping[str, RawBlock]
    blocks: Mapping[Node, RawBlock]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scopes:
    """The scope of the files, and the instances of each block with ``for_each``; None where that failed."""

    scope: Scope
    repetitions: Mapping[Node, Repetition | None] = field(default_factory=dict)


def build_scopes(declared: Declarations, variables: Variables, findings: Findings) -> Scopes:
    """Evaluate all locals, all ``for_each``, and those names of blocks that are computed."""
    values: dict[str, dict[str, Any]] = {"var": variables.values, "local": {}, "network": {}, "pool": {}}
    failed: dict[str, set[str]] = {"var": set(variables.failed), "local": set(), "network": set(), "pool": set()}
    building = _Building(declared=declared, findings=findings, values=values, failed=failed)
    building.add_literal_blocks()
    nodes = _find_nodes(declared)
    for node in _sort(nodes, building):
        building.add(node)
    return Scopes(scope=building.scope, repetitions=building.repetitions)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Building:
    declared: Declarations
    findings: Findings
    values: dict[str, dict[str, Any]]
    failed: dict[str, set[str]]
    repetitions: dict[Node, Repetition | None] = field(default_factory=dict)

    @property
    def scope(self) -> Scope:
        """Return what is known so far."""
        return Scope(values=self.values, failed={root: frozenset(names) for root, names in self.failed.items()})

    def add_literal_blocks(self) -> None:
        for (kind, name), block in self.declared.blocks.items():
            if not _is_computed(block):
                address = Address(kind=kind, name=name)
                self.values[kind][name] = _make_block_value(address, block.body.get("name"))

    def add(self, node: Node) -> None:
        root, name = node
        found = self.evaluate_local(name) if root == "local" else self.evaluate_block(node)
        if found is FAILED:
            self.failed[root].add(name)
        else:
            self.values[root][name] = found

    def evaluate_local(self, name: str) -> Any:
        block = self.declared.locals[name]
        return evaluate_value(block.body, block.path, site=self.make_site(block))

    def evaluate_block(self, node: Node) -> Any:
        """Return the id and name of a block, or those of its instances."""
        block = self.declared.blocks[node]
        kind, name = node
        if "for_each" not in block.body:
            return self.name_block(block, Address(kind=kind, name=name), each=None)
        repetition = find_repetition(block, site=self.make_site(block))
        self.repetitions[node] = repetition
        if repetition is None:
            return FAILED
        named = {
            key: self.name_block(block, Address(kind=kind, name=name, key=key), each={"key": key, "value": value})
            for key, value in repetition.values.items()
        }
        return FAILED if FAILED in named.values() else Instances(members=named)

    def name_block(self, block: RawBlock, address: Address, *, each: Mapping[str, Any] | None) -> Any:
        # What is wrong with the name is told where the block is resolved.
        site = replace(self.make_site(block), findings=Findings())
        if each is not None:
            site = replace(site, scope=add_each(site.scope, each))
        found = evaluate_value(block.body.get("name"), (*block.path, "name"), site=site)
        return FAILED if found is FAILED else _make_block_value(address, found)

    def make_site(self, block: RawBlock) -> Site:
        return Site(file=block.file, scope=self.scope, findings=self.findings)


def add_each(scope: Scope, each: Mapping[str, Any]) -> Scope:
    """Return ``scope`` within one instance."""
    return replace(scope, values={**scope.values, "each": each})


_SHOWN: Final = 8


def _make_block_value(address: Address, name: Any) -> Mapping[str, Any]:
    known = {"id": UnknownId(address=address)}
    return {**known, "name": name} if isinstance(name, str) else known


def _is_computed(block: RawBlock) -> bool:
    name = block.body.get("name")
    return "for_each" in block.body or (isinstance(name, str) and MARK in name)


def _find_nodes(declared: Declarations) -> dict[Node, RawBlock]:
    computed = {node: block for node, block in declared.blocks.items() if _is_computed(block)}
    return {**{("local", name): block for name, block in declared.locals.items()}, **computed}


def _sort(nodes: Mapping[Node, RawBlock], building: _Building) -> Iterator[Node]:
    """Yield the nodes so that each stands behind those that it reads; those of a circle fail, and are left out."""
    every = Scope(values={root: dict.fromkeys(names) for root, names in _list_names(building).items()})
    graph = {node: _find_needs(node, block, every) & nodes.keys() for node, block in nodes.items()}
    while True:
        try:
            order = tuple(TopologicalSorter(graph).static_order())
        except CycleError as error:
            circle: list[Node] = error.args[1][:0:-1]
            building.findings.faults.append(_make_circle_fault(nodes[circle[0]], circle))
            for root, name in circle:
                building.failed[root].add(name)
            graph = {node: needs - {*circle} for node, needs in graph.items() if node not in circle}
        else:
            yield from order
            return


def _list_names(building: _Building) -> dict[str, Iterable[str]]:
    blocks = {kind: [name for one, name in building.declared.blocks if one == kind] for kind in BLOCK_KINDS}
    known = {*building.values["var"], *building.failed["var"]}
    return {"var": known, "local": building.declared.locals, **blocks}


def _find_needs(node: Node, block: RawBlock, every: Scope) -> set[Node]:
    read = [block.body] if node[0] == "local" else [block.body.get("for_each"), block.body.get("name")]
    names = [name for value in read for text in _find_texts(value) for name in find_template_names(text, every)]
    return {(name.root, name.name) for name in names}


def _find_texts(value: Any) -> Iterator[str]:
    match value:
        case str() if MARK in value:
            yield value
        case list():
            for one in value:
                yield from _find_texts(one)
        case dict():
            for one in value.values():
                yield from _find_texts(one)
        case _:
            return


def _make_circle_fault(block: RawBlock, circle: list[Node]) -> Fault:
    shown = " -> ".join(f"{root}.{name}" for root, name in [*circle[:_SHOWN], circle[0]][: _SHOWN + 1])
    return block.make_fault(
        code="config.expression-circle",
        summary="expressions go round in a circle",
        detail=f"{shown}: each would have to be known before the other. Write one of them without the others.",
        is_value=False,
    )
