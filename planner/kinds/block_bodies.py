"""From an API-shaped tree to the body of a block: the inverse of ``block_trees``.

What the service made up by itself has no place in a file: labels and annotations under its own names, what it
derives in entries (semantics 3.2), what it says of billing, and members that no key of the files stands for.
"""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final, get_args

from planner.core.api_names import DEFAULT_WORKSPACE, ORDER_ID
from planner.core.lazy_dataclass import dataclass
from planner.core.trees import ABSENT, Tree, Value, as_list, as_text, as_tree, find_member
from planner.kinds.block_types import Block
from planner.kinds.default_pools import is_default_pool
from planner.kinds.entry_block import EntryBlock
from planner.kinds.names import NAMED_ANNOTATIONS, NAMED_LABELS, format_camel
from planner.kinds.network_block import NetworkBlock
from planner.kinds.pool_block import PoolBlock


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockBody:
    """What a block says of a live object, keys in the order of the models; ``unknown`` names members without a key."""

    body: Tree
    unknown: tuple[str, ...] = ()


def build_body(kind: str, tree: Tree) -> BlockBody:
    """Return the body of the block that describes ``tree``, a live ``pool`` or ``network``.

    Values are as the service has them: whoever writes them checks and escapes them.
    """
    model = _MODELS[kind]
    named = _read_metadata(tree, "labels", NAMED_LABELS) | _read_metadata(tree, "annotations", NAMED_ANNOTATIONS)
    spec = as_tree(tree.get("spec", {}))
    entries: list[Value] = [_read_entry(as_tree(one), spec=spec) for one in as_list(spec.get("resources", ABSENT))]
    members = _read_members(model, spec) | {"resources": entries}
    if network := as_text(find_member(spec, "network", "name")):
        members["network"] = network
    unknown = _find_unknown(model, spec, above="")
    written = named | members
    body = {key: written[key] for key in model.model_fields if not _is_empty(written.get(key))}
    return BlockBody(body=body, unknown=tuple(one for one in dict.fromkeys(unknown) if one not in _COMPUTED))


def build_value(kind: str, steps: Iterable[str | int], value: Value) -> Value:
    """Return ``value``, which the service has where ``steps`` lead in a block, as files write it."""
    model: type[Block] | None = _MODELS[kind]
    for step in steps:
        if isinstance(step, str) and model is not None:
            info = model.model_fields.get(step)
            model = None if info is None else _find_model(info.annotation)
    return _read_value(value, model)


def is_own_name(key: str) -> bool:
    """Tell whether a label or annotation is one of the service's own (contract 3)."""
    return key.partition("/")[0].startswith("os.modelarts")


_MODELS: Final[Mapping[str, type[Block]]] = MappingProxyType({"network": NetworkBlock, "pool": PoolBlock})
_COMPUTED: Final = frozenset({"controlMode", "containerNetwork.mode", "network.name"})
"""Members that the service alone sets, and one that is written as a reference (contract 3)."""


def _read_metadata(tree: Tree, member: str, named: Mapping[str, str]) -> Tree:
    """Return the named keys of labels or annotations, and the rest that is not the service's own."""
    there = as_tree(find_member(tree, "metadata", member))
    found: Tree = {key: there[name] for name, key in named.items() if name in there and name != ORDER_ID}
    if found.get("workspace_id") == DEFAULT_WORKSPACE:
        del found["workspace_id"]
    others: Tree = {key: value for key, value in sorted(there.items()) if not is_own_name(key)}
    return found | {member: others}


def _read_entry(entry: Tree, *, spec: Tree) -> Tree:
    """Return one entry of ``resources`` without what the service derives (semantics 3.2)."""
    derived = {"azs"} if spec.get("type") == "Logical" else {"azs", "max_count"}
    if is_default_pool(as_text(entry.get("flavor", ABSENT)), as_text(entry.get("nodePool", ABSENT))):
        derived.add("node_pool")
    return {key: value for key, value in _read_members(EntryBlock, entry).items() if key not in derived}


def _read_members(model: type[Block], tree: Tree) -> Tree:
    members = ((key, _find_model(info.annotation), tree.get(format_camel(key))) for key, info in _find_fields(model))
    read = {key: _read_value(value, below) for key, below, value in members}
    return {key: value for key, value in read.items() if not _is_empty(value)}


def _read_value(value: Value, model: type[Block] | None) -> Value:
    match value:
        case dict() if model is not None:
            return _read_members(model, value)
        case list():
            return [_read_value(one, model) for one in value]
        case _:
            return value


def _find_fields(model: type[Block]) -> Iterable[tuple[str, Any]]:
    return model.model_fields.items()


def _find_model(annotation: object) -> type[Block] | None:
    """Return the block that a key holds, in a list or by itself; None for plain values."""
    if isinstance(annotation, type) and issubclass(annotation, Block):
        return annotation
    return next((found for one in get_args(annotation) if (found := _find_model(one))), None)


def _find_unknown(model: type[Block], tree: Tree, *, above: str) -> Iterator[str]:
    known = {format_camel(key): _find_model(info.annotation) for key, info in _find_fields(model)}
    for name, value in tree.items():
        if name not in known:
            yield f"{above}{name}"
        elif (below := known[name]) is not None:
            for one in value if isinstance(value, list) else [value]:
                yield from _find_unknown(below, as_tree(one), above=f"{above}{name}.")


def _is_empty(value: Value) -> bool:
    """Tell whether nobody would write ``value``: the service shows it where nothing was asked for."""
    return value is None or value in ("", [], {})
