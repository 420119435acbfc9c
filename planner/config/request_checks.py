"""``[[removed]]``, ``[[import]]`` and ``[[allow]]`` against the blocks they speak of."""

import fnmatch
from collections.abc import Callable, Iterator
from dataclasses import replace

from planner.config.blocks import RawBlock, RawBlocks, read_text
from planner.config.faults import Fault
from planner.config.wording import find_near, format_value
from planner.core.addresses import Address, is_covering, parse_address
from planner.core.diagnostics import Severity


def find_request_faults(blocks: RawBlocks) -> Iterator[Fault]:
    """Yield requests that contradict each other or the blocks."""
    yield from _check_removed(blocks)
    yield from _check_imports(blocks)
    yield from _check_permissions(blocks)


def is_glob(text: str) -> bool:
    """Tell whether an address stands for several."""
    return any(letter in text.partition("[")[0] for letter in "*?")


def _check_removed(blocks: RawBlocks) -> Iterator[Fault]:
    rows = blocks.requests["removed"]
    yield from _find_doubles(rows, name_key=lambda row: read_text(row, "from"), key="from", what="address")
    for row in rows:
        address = parse_address(read_text(row, "from"))
        block = _find_covered(blocks, address) if address else None
        if address is not None and block is not None:
            yield row.make_fault(
                "from",
                code="config.removed-with-block",
                summary="removed, and declared as well",
                detail=f"{address} still has its block in {block.file}. Delete the block to stop managing it, "
                "or this [[removed]] to keep it.",
            )


def _find_covered(blocks: RawBlocks, address: Address) -> RawBlock | None:
    """Return a block that ``address`` names: its own, or that of an instance."""
    return next((block for one, block in blocks.by_address.items() if is_covering(address, one)), None)


def _check_imports(blocks: RawBlocks) -> Iterator[Fault]:
    rows = blocks.requests["import"]
    yield from _find_doubles(rows, name_key=lambda row: read_text(row, "to"), key="to", what="address")
    yield from _find_doubles(rows, name_key=_name_object, key="id", what="object")
    names = [str(address) for address in blocks.by_address]
    for row in rows:
        address = parse_address(read_text(row, "to"))
        if address is not None and address not in blocks.by_address:
            yield row.make_fault(
                "to",
                code="config.import-without-block",
                summary="import without a block",
                detail=f"No file has the block [{address}]. {find_near(str(address), names)}An adopted object needs "
                "one that describes it; `poolctl import --all` writes both.",
            )


def _name_object(row: RawBlock) -> str:
    text = read_text(row, "id")
    return f"{read_text(row, 'to').partition('.')[0]} {text}" if text else ""


def _find_doubles(
    rows: tuple[RawBlock, ...], *, name_key: Callable[[RawBlock], str], key: str, what: str
) -> Iterator[Fault]:
    seen: dict[str, RawBlock] = {}
    for row in rows:
        name = name_key(row)
        first = seen.setdefault(name, row)
        if name and first is not row:
            yield row.make_fault(
                key,
                code="config.duplicate-request",
                summary="the same request twice",
                detail=f"[[{first.path[0]}]] number {int(first.path[1]) + 1} in {first.file} has the same {what}: "
                f"{format_value(read_text(row, key))}. Delete one of the two.",
            )


def _check_permissions(blocks: RawBlocks) -> Iterator[Fault]:
    addresses = _find_addresses(blocks)
    for row in blocks.requests["allow"]:
        text = read_text(row, "address")
        if is_glob(text) and read_text(row, "class") == "destroys":
            yield row.make_fault(
                "address",
                code="config.allow-glob",
                summary="destroys is permitted one address at a time",
                detail="A pattern would also permit to destroy pools that nobody thought of. Write one [[allow]] for "
                "each address.",
            )
        if not {"class", "max_nodes_removed"} & row.body.keys():
            yield row.make_fault(
                code="config.missing-key",
                summary="missing key",
                detail='A permission needs class (such as "interrupts") or max_nodes_removed; else it permits nothing.',
                is_value=False,
            )
        if parse_address(text) is not None or is_glob(text):
            yield from _check_match(row, text=text, addresses=addresses)
        elif text:
            yield _make_address_fault(row, text=text)


def _find_addresses(blocks: RawBlocks) -> dict[str, None]:
    removed = [read_text(row, "from") for row in blocks.requests["removed"]]
    return dict.fromkeys([*map(str, blocks.by_address), *removed])


def _check_match(row: RawBlock, *, text: str, addresses: dict[str, None]) -> Iterator[Fault]:
    is_matched = bool(fnmatch.filter(addresses, text.replace("[", "[[]"))) if is_glob(text) else text in addresses
    if not is_matched:
        fault = row.make_fault(
            "address",
            code="config.allow-matches-nothing",
            summary="permission for nothing",
            detail=f"No block and no [[removed]] has the address {format_value(text)}. {find_near(text, addresses)}"
            "Correct it, or delete the permission.",
        )
        yield replace(fault, severity=Severity.WARNING)


def _make_address_fault(row: RawBlock, *, text: str) -> Fault:
    return row.make_fault(
        "address",
        code="config.bad-value",
        summary="not an address",
        detail=f"Found {format_value(text)}. Addresses look like pool.training or network.main.",
    )
