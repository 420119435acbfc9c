"""From a block's model to the API-shaped tree of what is written in it (core.desired)."""

import re
from collections.abc import Mapping
from typing import Final

from planner.core.addresses import parse_address
from planner.core.trees import CountRange, Reference, Tree, Value, as_int, as_list, as_text, as_tree
from planner.kinds.block_types import Block
from planner.kinds.default_pools import is_default_pool
from planner.kinds.names import NAMED_ANNOTATIONS, NAMED_LABELS, format_camel
from planner.kinds.network_block import NetworkBlock
from planner.kinds.pool_block import PoolBlock

_REFERENCE: Final = re.compile(r'\$\{\s*((?:network|pool)\.[A-Za-z_][A-Za-z0-9_-]*(?:\["[^"\\]+"\])?)\.id\s*\}')
_RULES: Final = frozenset({"lifecycle", "guards", "freeze", "for_each"})


def build_pool_tree(block: PoolBlock) -> Tree:
    """Return the tree of a pool: metadata labels and annotations, and spec, only what is written."""
    members = _dump(block)
    tree = _split_metadata(members)
    spec = as_tree(tree["spec"])
    for name, build in (("network", _build_network), ("parent", _build_reference)):
        if name in spec:
            spec[name] = build(spec[name])
    spec["resources"] = [_build_entry(as_tree(entry)) for entry in as_list(spec["resources"])]
    return tree


def build_network_tree(block: NetworkBlock) -> Tree:
    """Return the tree of a network: metadata labels and annotations, and spec, only what is written."""
    return _split_metadata(_dump(block))


def parse_reference(text: str) -> Reference | None:
    """Return the reference that ``${network.NAME.id}`` or ``${pool.NAME["KEY"].id}`` spells, else None."""
    match = _REFERENCE.fullmatch(text)
    address = parse_address(match[1]) if match else None
    return None if address is None else Reference(address=address)


def _dump(block: Block) -> Tree:
    dumped: Tree = block.model_dump(by_alias=True, exclude_unset=True, exclude=set(_RULES))
    return dumped


def _split_metadata(members: Tree) -> Tree:
    """Move the keys that are labels or annotations of the API to where the API has them."""
    metadata: Tree = {}
    for kind, named in (("labels", NAMED_LABELS), ("annotations", NAMED_ANNOTATIONS)):
        if values := _take_named(members, named) | as_tree(members.pop(kind, None)):
            metadata[kind] = values
    return {"metadata": metadata, "spec": members} if metadata else {"spec": members}


def _take_named(members: Tree, named: Mapping[str, str]) -> Tree:
    keys = {api: format_camel(key) for api, key in named.items()}
    return {api: members.pop(key) for api, key in keys.items() if key in members}


def _build_network(value: Value) -> Value:
    return {"name": _build_reference(value)} if isinstance(value, str) else value


def _build_reference(value: Value) -> Value:
    return parse_reference(as_text(value)) or value


def _build_entry(entry: Tree) -> Tree:
    if is_default_pool(as_text(entry.get("flavor")), as_text(entry.get("nodePool"))):
        entry.pop("nodePool", None)
    if "count" in entry:
        return entry | {"count": _build_count(entry["count"])}
    return entry | {"count": sum(as_int(as_tree(row).get("count")) for row in as_list(entry.get("azs")))}


def _build_count(value: Value) -> Value:
    if not isinstance(value, dict):
        return value
    minimum = as_int(value["min"])
    return CountRange(minimum=minimum, maximum=as_int(value["max"]), initial=as_int(value.get("initial", minimum)))
