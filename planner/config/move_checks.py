"""``[[moved]]`` blocks against each other and against what is declared."""

from collections.abc import Iterable, Iterator

from planner.config.blocks import RawBlock, RawBlocks, read_text
from planner.config.faults import Fault
from planner.core.addresses import Address, is_covering, parse_address


def find_move_faults(blocks: RawBlocks) -> Iterator[Fault]:
    """Yield moves that contradict each other, go round in a circle, or leave a block behind."""
    rows = tuple(_read_rows(blocks))
    for row, source, target in rows:
        yield from _check_pair(row, source, target)
        yield from _check_left_behind(blocks, row, source)
    yield from _check_doubles(((row, source) for row, source, _ in rows), key="from")
    yield from _check_doubles(((row, target) for row, _, target in rows), key="to")
    yield from _check_circles(rows)


_Row = tuple[RawBlock, Address, Address]


def _read_rows(blocks: RawBlocks) -> Iterator[_Row]:
    for row in blocks.requests["moved"]:
        source, target = parse_address(read_text(row, "from")), parse_address(read_text(row, "to"))
        if source is not None and target is not None:
            yield row, source, target


def _check_pair(row: RawBlock, source: Address, target: Address) -> Iterator[Fault]:
    if source.kind != target.kind:
        yield _make_fault(row, "to", detail=f"{source} is a {source.kind}, and stays one: it cannot become {target}.")
    elif source == target:
        yield _make_fault(row, "to", detail=f"{source} would stay where it is. Delete this block.")


def _check_left_behind(blocks: RawBlocks, row: RawBlock, source: Address) -> Iterator[Fault]:
    left = next((one for one in blocks.by_address if is_covering(source, one)), None)
    if left is not None:
        yield _make_fault(
            row,
            "from",
            detail=f"{left} still has its block in {blocks.by_address[left].file}, so that it has not moved. Give that "
            "block its new name, or delete this [[moved]].",
        )


def _check_doubles(rows: Iterable[tuple[RawBlock, Address]], *, key: str) -> Iterator[Fault]:
    seen: dict[Address, RawBlock] = {}
    for row, address in rows:
        first = seen.setdefault(address, row)
        if first is not row:
            what = "come from one address" if key == "from" else "go to one address"
            yield _make_fault(
                row,
                key,
                detail=f"[[moved]] number {int(first.path[1]) + 1} in {first.file} and this one {what}: {address}. "
                "Delete one of the two.",
            )


def _check_circles(rows: tuple[_Row, ...]) -> Iterator[Fault]:
    following = {source: target for _, source, target in rows if source != target}
    told: set[Address] = set()
    for row, source, _ in rows:
        trail = [source]
        while (step := following.get(trail[-1])) is not None and step not in trail:
            trail.append(step)
        if step == source and source not in told:
            told |= {*trail}
            shown = " -> ".join(map(str, [*trail, source]))
            yield _make_fault(row, "from", detail=f"{shown}: it would come back to where it was. Delete one of them.")


def _make_fault(row: RawBlock, key: str, *, detail: str) -> Fault:
    return row.make_fault(key, code="config.moved", summary="move that cannot be made", detail=detail)
