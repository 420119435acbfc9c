"""References between blocks: ``network``, ``parent``, and the names that must not meet."""

from collections.abc import Iterator, Mapping
from typing import Final

from planner.config.blocks import RawBlock, RawBlocks, read_text
from planner.config.faults import Fault
from planner.config.wording import find_near, format_value
from planner.core.addresses import Address
from planner.kinds.block_trees import parse_reference

_LINKS: Final = (("network", "network"), ("parent", "pool"))
"""Keys of a pool that point at another block, and the kind they point at."""


def find_link_faults(blocks: RawBlocks) -> Iterator[Fault]:
    """Yield addresses and names declared twice, references to nothing, and references in a circle."""
    names = {kind: _find_names(blocks, kind=kind) for _, kind in _LINKS}
    yield from _check_addresses(blocks)
    yield from _check_names(blocks, names)
    for block in blocks.declared:
        if block.kind == "pool":
            for key, kind in _LINKS:
                if key in block.body:
                    yield from _check_link(blocks, block, key=key, names=names[kind])
    yield from _check_circles(blocks)


def find_place(block: RawBlock) -> str:
    """Return the words that point at another declaration: its address and file."""
    return f"{'.'.join(map(str, block.path))} in {block.file}"


def _find_names(blocks: RawBlocks, *, kind: str) -> Mapping[str, RawBlock]:
    found: dict[str, RawBlock] = {}
    for block in blocks.declared:
        if block.kind == kind and (name := read_text(block, "name")):
            found.setdefault(name, block)
    return found


def _check_addresses(blocks: RawBlocks) -> Iterator[Fault]:
    if len(blocks.declared) == len(blocks.by_address):
        return
    for block in blocks.declared:
        first = blocks.by_address[block.address]
        if first is not block:
            yield block.make_fault(
                code="config.duplicate-address",
                summary="the same address twice",
                detail=f"{block.address} is declared in {first.file} and again in {block.file}; which of the two is "
                "wanted cannot be known. Delete one, or give it another name.",
                is_value=False,
            )


def _check_names(blocks: RawBlocks, names: Mapping[str, Mapping[str, RawBlock]]) -> Iterator[Fault]:
    for block in blocks.declared:
        name = read_text(block, "name")
        first = names[block.kind].get(name, block)
        if first is not block and first.address != block.address:
            yield block.make_fault(
                "name",
                code="config.duplicate-name",
                summary="the same name twice",
                detail=f"{format_value(name)} is the name of {find_place(first)} already; the service refuses a second "
                f"{block.address.kind} of that name. Choose another one.",
            )


def _check_link(blocks: RawBlocks, block: RawBlock, *, key: str, names: Mapping[str, RawBlock]) -> Iterator[Fault]:
    text = read_text(block, key)
    kind = dict(_LINKS)[key]
    reference = parse_reference(text)
    if reference is None:
        yield from _check_literal(block, key=key, text=text, named=names.get(text))
    elif reference.address.kind != kind:
        yield _make_fault(
            block,
            key,
            detail=f"{key} takes the id of a {kind}, this is the id of a "
            f'{reference.address.kind}. Write "${{{kind}.NAME.id}}".',
        )
    elif reference.address not in blocks.by_address:
        yield _make_fault(block, key, detail=_explain_missing(blocks, reference.address))


def _explain_missing(blocks: RawBlocks, address: Address) -> str:
    """Return what is wrong with a reference to ``address``, which no file declares."""
    alike = [one for one in blocks.by_address if (one.kind, one.name) == (address.kind, address.name)]
    keys = [one.key for one in alike if one.key]
    if keys and not address.key:
        return (
            f"{address} has for_each, so that it is several. Write which one: "
            f'"${{{address}["KEY"].id}}", or ${{{address}[each.key].id}}; its keys: {", ".join(keys[:5])}.'
        )
    if keys:
        return f'{address.kind}.{address.name} has no instance "{address.key}". {find_near(address.key, keys)}'
    if alike:
        return f"{address.kind}.{address.name} has no for_each: write ${{{address.kind}.{address.name}.id}}."
    near = find_near(address.name, [one.name for one in blocks.by_address if one.kind == address.kind])
    return f"No file has the block [{address}]. {near}Write that block, or the id of an object that exists."


def _check_literal(block: RawBlock, *, key: str, text: str, named: RawBlock | None) -> Iterator[Fault]:
    if named is not None and text:
        yield _make_fault(
            block,
            key,
            detail=f"{format_value(text)} is the display name of {find_place(named)}, and {key} takes an id. "
            f'Write {key} = "${{{named.address}.id}}".',
        )


def _make_fault(block: RawBlock, key: str, *, detail: str) -> Fault:
    return block.make_fault(key, code="config.reference", summary="reference leads nowhere", detail=detail)


def _check_circles(blocks: RawBlocks) -> Iterator[Fault]:
    parents = {
        address: _find_parent(block)
        for address, block in blocks.by_address.items()
        if address.kind == "pool" and "parent" in block.body
    }
    settled: set[Address] = set()
    for start in parents:
        trail: dict[Address, None] = {}
        one: Address | None = start
        while one is not None and one not in settled and one not in trail:
            trail[one] = None
            one = parents.get(one)
        if one is not None and one in trail:
            circle = [*trail][[*trail].index(one) :]
            yield _make_circle_fault(blocks.by_address[circle[0]], circle)
        settled |= trail.keys()


def _find_parent(block: RawBlock) -> Address | None:
    reference = parse_reference(read_text(block, "parent"))
    return None if reference is None else reference.address


def _make_circle_fault(block: RawBlock, circle: list[Address]) -> Fault:
    shown = " -> ".join(str(one) for one in [*circle[:8], circle[0]])
    return block.make_fault(
        "parent",
        code="config.reference-circle",
        summary="references go round in a circle",
        detail=f"{shown}: each would have to be made before the other. Give one of them another parent.",
    )
