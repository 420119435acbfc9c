"""Nodes for people and for machines: a table a pool, or a block a node where the table is too wide."""

from collections.abc import Iterable, Iterator
from typing import Final

from planner.core.node_sights import NodeSight, PoolSight
from planner.core.snapshot import LiveWorkload
from planner.core.trees import Value
from planner.views.change_details import wrap_lines
from planner.views.escape import escape_text
from planner.views.spans import Line, Span, Tone, format_lines, make_line, measure_text, pad_text, wrap_text
from planner.views.widths import fit_width

_NONE: Final = "-"
_UNTOLD: Final = "?"
_GAP: Final = 2
_COLUMNS: Final = ("NODE", "FLAVOR", "AZ", "PHASE", "DRIVER", "LOCK", "JOB", "AGE", "IDLE SINCE", "NOTES")
_ALWAYS: Final = frozenset({"NODE", "FLAVOR", "AZ", "PHASE", "JOB"})
_UNITS: Final = ((86_400, "d"), (3_600, "h"), (60, "m"))


def format_nodes(pools: Iterable[PoolSight], *, width: int, colour: bool) -> str:
    """Return each pool with its nodes; columns that say nothing in a pool are left out of its table."""
    told, fitted = tuple(pools), fit_width(width)
    if not told:
        return "There are no pools.\n"
    lines = [line for index, pool in enumerate(told) for line in _build_pool(pool, width=fitted, is_first=not index)]
    if any(_row_of(one, "IDLE SINCE") == _UNTOLD for pool in told for one in pool.nodes):
        note = f"{_UNTOLD} idle, but the service does not tell since when; --watch sees nodes become idle."
        lines += [(), *(make_line(Span(line, Tone.DIM)) for line in wrap_text(note, width=fitted))]
    return format_lines(lines, colour=colour)


def build_nodes_json(pools: Iterable[PoolSight], *, moment: str) -> dict[str, Value]:
    """Return ``nodes -o json``; its members are told in docs/nodes.md."""
    return {"format_version": "1.0", "read_at": moment, "pools": [_build_pool_json(one) for one in pools]}


def _build_pool(pool: PoolSight, *, width: int, is_first: bool) -> Iterator[Line]:
    if not is_first:
        yield ()
    head, *rest = wrap_text(_describe(pool), width=width, hang=2)
    yield make_line(Span(head, Tone.BOLD))
    yield from (make_line(Span(f"  {line}", Tone.BOLD)) for line in rest)
    if pool.unread:
        yield from (make_line(f"  {one}") for one in wrap_lines(f"Not readable. {pool.unread}", width=width - 2))
    if not pool.nodes:
        return
    names = [name for name in _COLUMNS if name in _ALWAYS or any(_row_of(one, name) != _NONE for one in pool.nodes)]
    rows = [[_row_of(one, name) for name in names] for one in pool.nodes]
    sizes = [max(measure_text(one) for one in column) for column in zip(names, *rows, strict=True)]
    if 2 + sum(sizes) + _GAP * (len(sizes) - 1) <= width:
        yield from _build_table(names, rows, sizes)
    else:
        yield from (line for row in rows for line in _build_block(names, row, width=width))


def _build_table(names: list[str], rows: list[list[str]], sizes: list[int]) -> Iterator[Line]:
    yield make_line(Span(_join(names, sizes), Tone.DIM))
    yield from (make_line(_join(row, sizes)) for row in rows)


def _join(cells: list[str], sizes: list[int]) -> str:
    padded = (pad_text(cell, width=size + _GAP) for cell, size in zip(cells, sizes, strict=True))
    return f"  {''.join(padded).rstrip()}"


def _build_block(names: list[str], row: list[str], *, width: int) -> Iterator[Line]:
    yield make_line("  ", row[0])
    pairs = (f"{name.lower()} {cell}" for name, cell in zip(names[1:], row[1:], strict=True) if cell != _NONE)
    line = ""
    for pair in pairs:
        if line and 6 + measure_text(line) + measure_text(pair) > width:
            yield make_line(f"    {line},")
            line = ""
        line = f"{line}, {pair}" if line else pair
    if line:
        yield make_line(f"    {line}")


def _describe(pool: PoolSight) -> str:
    shown = escape_text(pool.address or pool.name or pool.id)
    # A tracked pool that is gone has an id only.
    other = f" ({escape_text(pool.id)})" if pool.id != shown else ""
    phase = escape_text(pool.phase) or "no phase yet"
    busy = sum(bool(one.jobs) for one in pool.nodes)
    idle = sum(one.is_idle for one in pool.nodes)
    count = "1 node" if len(pool.nodes) == 1 else f"{len(pool.nodes)} nodes"
    nodes = "" if pool.unread else f", {count}: {busy} busy, {idle} idle"
    queued = f", {pool.queued} queued" if pool.queued else ""
    untracked = "" if pool.address else ", not tracked"
    return f"{shown}{other}: {phase}{nodes}{queued}{untracked}"


def _row_of(sight: NodeSight, column: str) -> str:
    node = sight.node
    match column:
        case "NODE":
            return escape_text(node.name)
        case "FLAVOR":
            return escape_text(f"{node.flavor}/{node.node_pool}" if node.node_pool else node.flavor)
        case "AZ":
            return escape_text(node.az) or _NONE
        case "PHASE":
            return escape_text(node.phase) or _NONE
        case "DRIVER":
            return _format_driver(sight)
        case "LOCK":
            return "locked" if node.is_locked else _NONE
        case _:
            return _format_use(sight, column)


def _format_use(sight: NodeSight, column: str) -> str:
    match column:
        case "JOB":
            return _format_jobs(sight.jobs)
        case "AGE":
            return _format_age(max((one.running_seconds for one in sight.jobs), default=0)) if sight.jobs else _NONE
        case "IDLE SINCE":
            return (escape_text(sight.idle_since) or _UNTOLD) if sight.is_idle else _NONE
        case _:
            return _format_notes(sight)


def _format_driver(sight: NodeSight) -> str:
    version, phase = escape_text(sight.node.driver), escape_text(sight.node.driver_phase)
    if not version:
        return _NONE
    return f"{version} {phase}" if phase and phase != "Running" else version


def _format_jobs(jobs: tuple[LiveWorkload, ...]) -> str:
    if not jobs:
        return _NONE
    first = jobs[0]
    status = "" if first.status == "Running" else f" {escape_text(first.status)}"
    more = f" (+{len(jobs) - 1})" if len(jobs) > 1 else ""
    return f"{escape_text(first.name)}{status}{more}"


def _format_notes(sight: NodeSight) -> str:
    node = sight.node
    bound = f"bound to {escape_text(node.bound_to)}".removesuffix(" to ") if node.is_bound else ""
    return ", ".join(filter(None, ("subscribed" if node.is_subscribed else "", bound))) or _NONE


def _format_age(seconds: int) -> str:
    for size, unit in _UNITS:
        if seconds >= size:
            return f"{seconds // size}{unit}"
    return f"{max(0, seconds)}s"


def _build_pool_json(pool: PoolSight) -> Value:
    return {
        "address": pool.address or None,
        "id": pool.id,
        "name": pool.name,
        "phase": pool.phase,
        "queued": pool.queued,
        "unread": pool.unread or None,
        "nodes": [_build_node_json(one) for one in pool.nodes],
    }


def _build_node_json(sight: NodeSight) -> Value:
    node = sight.node
    return {
        "name": node.name,
        "flavor": node.flavor,
        "node_pool": node.node_pool,
        "az": node.az,
        "phase": node.phase,
        "private_ip": node.private_ip,
        "driver": node.driver or None,
        "driver_phase": node.driver_phase or None,
        "locked": node.is_locked,
        "subscribed": node.is_subscribed,
        "bound": node.is_bound,
        "bound_to": node.bound_to or None,
        "idle": sight.is_idle,
        "idle_since": sight.idle_since or None,
        "workloads": [
            {"name": one.name, "type": one.type, "status": one.status, "running_seconds": one.running_seconds}
            for one in sight.jobs
        ],
    }
