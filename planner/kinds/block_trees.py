"""From a block's table to the API-shaped tree of what is written in it (core.desired)."""

import functools
import re
from collections.abc import Mapping
from typing import Final

from planner.core.addresses import parse_address
from planner.core.trees import CountRange, Reference, Tree, Value, as_int, as_list, as_text, as_tree
from planner.kinds.default_pools import is_default_pool
from planner.kinds.key_order import sort_keys
from planner.kinds.names import NAMED_ANNOTATIONS, NAMED_LABELS, format_camel

_REFERENCE: Final = re.compile(r'\$\{\s*((?:network|pool)\.[A-Za-z_][A-Za-z0-9_-]*(?:\["[^"\\]+"\])?)\.id\s*\}')
_RULES: Final = frozenset({"lifecycle", "guards", "freeze", "for_each"})
_METADATA: Final = frozenset({"labels", "annotations", *NAMED_LABELS.values(), *NAMED_ANNOTATIONS.values()})
_APART: Final = _RULES | _METADATA | {"resources"}
_VERBATIM: Final = frozenset({"labels", "extend_params"})
"""Keys of an entry that hold a map: its keys are the user's own."""


def build_pool_tree(body: Tree) -> Tree:
    """Return the tree of a sound pool: metadata labels and annotations, and spec, only what is written."""
    tree = _split_metadata(body)
    spec = as_tree(tree["spec"])
    for name, build in (("network", _build_network), ("parent", _build_reference)):
        if name in spec:
            spec[name] = build(spec[name])
    spec["resources"] = [_build_entry(as_tree(entry)) for entry in as_list(body["resources"])]
    return tree


def build_network_tree(body: Tree) -> Tree:
    """Return the tree of a sound network: metadata labels and annotations, and spec, only what is written."""
    return _split_metadata(body)


@functools.lru_cache(maxsize=4_096)
def parse_reference(text: str) -> Reference | None:
    """Return the reference that ``${network.NAME.id}`` or ``${pool.NAME["KEY"].id}`` spells, else None."""
    match = _REFERENCE.fullmatch(text)
    address = parse_address(match[1]) if match else None
    return None if address is None else Reference(address=address)


def _split_metadata(body: Tree) -> Tree:
    """Move the keys that are labels or annotations of the API to where the API has them."""
    spec: Tree = {_camel(key): _rename(value) for key, value in sort_keys(body) if key not in _APART}
    metadata: Tree = {}
    for kind, named in (("labels", NAMED_LABELS), ("annotations", NAMED_ANNOTATIONS)):
        if values := _take_named(body, named) | as_tree(body.get(kind, None)):
            metadata[kind] = values
    return {"metadata": metadata, "spec": spec} if metadata else {"spec": spec}


def _take_named(body: Tree, named: Mapping[str, str]) -> Tree:
    return {api: body[key] for api, key in named.items() if key in body}


def _rename(value: Value) -> Value:
    """Return ``value`` with the API's names of its members."""
    match value:
        case dict():
            return {_camel(key): _rename(one) for key, one in sort_keys(value)}
        case list():
            return [_rename(one) for one in value]
        case _:
            return value


@functools.cache
def _camel(key: str) -> str:
    # Of sound blocks: there are no more keys than the models have.
    return format_camel(key)


def _build_network(value: Value) -> Value:
    return {"name": _build_reference(value)} if isinstance(value, str) else value


def _build_reference(value: Value) -> Value:
    return parse_reference(as_text(value)) or value


def _build_entry(body: Tree) -> Tree:
    entry: Tree = {_camel(key): value if key in _VERBATIM else _rename(value) for key, value in sort_keys(body)}
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
