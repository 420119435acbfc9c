"""What the entries of ``resources`` have to agree on (contract 3, semantics 3)."""

import functools
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

from planner.config.blocks import RawBlock, read_rows, read_text
from planner.config.faults import Fault
from planner.config.wording import format_value
from planner.core.trees import Maybe, as_int, as_tree
from planner.kinds.default_pools import is_default_pool


def find_entry_faults(pool: RawBlock) -> Iterator[Fault]:
    """Yield what is wrong with each entry, and entries that have the same key."""
    entries = [entry for entry in read_rows(pool, "resources") if read_text(entry, "flavor")]
    if len(entries) > 1:
        yield from find_doubles(entries, name_key=_name_entry, what="flavor and node pool", where="resources")
    for entry in entries:
        yield from _check_count(pool, entry)
        for key, check in _CHECKS:
            if key in entry.body:
                yield from check(pool, entry)


def find_doubles(
    rows: Iterable[RawBlock], *, name_key: Callable[[RawBlock], str], what: str, where: str
) -> Iterator[Fault]:
    """Yield a fault for each row whose key another row of the same list has already."""
    seen: dict[str, int] = {}
    for row in rows:
        key = name_key(row)
        first = seen.setdefault(key, int(row.path[-1]))
        if first != row.path[-1]:
            yield row.make_fault(
                code="config.duplicate-entry",
                summary="the same key twice in a list",
                detail=f"{where}[{first}] has the same {what} already: {format_value(key)}. Entries are matched by it, "
                "so that one of the two would be lost. Merge them, or give them different keys.",
                is_value=False,
            )


def _name_entry(entry: RawBlock) -> str:
    flavor, pool = read_text(entry, "flavor"), read_text(entry, "node_pool")
    step = as_tree(entry.body.get("creating_step"))
    parts = [flavor, "" if is_default_pool(flavor, pool) else pool]
    # Without a step in the files it takes no part in the key (semantics 3.1).
    return "/".join([*parts, json.dumps(step, sort_keys=True, default=str)] if step else parts).rstrip("/")


def _check_count(pool: RawBlock, entry: RawBlock) -> Iterator[Fault]:
    count, azs = entry.body.get("count"), entry.body.get("azs")
    if count is None and azs is None:
        yield entry.make_fault(
            code="config.missing-key",
            summary="missing key",
            detail="An entry needs count (nodes, or { min, max, initial }), or azs whose counts are added up.",
            is_value=False,
        )
    elif isinstance(count, dict):
        yield from _check_range(pool, entry)
    elif _is_number(count):
        yield from _check_number(pool, entry)


def _check_number(pool: RawBlock, entry: RawBlock) -> Iterator[Fault]:
    count, total = as_int(entry.body["count"]), _sum_azs(entry)
    if total is not None and total != count:
        yield entry.make_fault(
            "count",
            code="config.count-differs",
            summary="count and azs differ",
            detail=f"count is {count}, the counts of azs add up to {total}; the service would have to guess. "
            "Make both agree, or leave count out.",
        )
    if count == 0 and read_text(pool, "type") == "Dedicate":
        yield entry.make_fault("count", code="config.out-of-range", summary="number is out of range", detail=_NO_ZERO)


_NO_ZERO: Final = (
    "An entry of a Dedicate pool has at least one node; 0 is for Logical pools. "
    "Delete the whole entry to give up its nodes."
)


def _check_range(pool: RawBlock, entry: RawBlock) -> Iterator[Fault]:
    if "azs" in entry.body:
        yield entry.make_fault(
            "count",
            code="config.range-with-azs",
            summary="a range of nodes beside azs",
            detail="A range leaves the count to somebody else, azs fix it zone by zone. Keep one of the two.",
        )
    table = as_tree(entry.body["count"])
    low, high = table.get("min"), table.get("max")
    initial = table.get("initial", low)
    if not (_is_number(low) and _is_number(high) and _is_number(initial)):
        return
    if not as_int(low) <= as_int(initial) <= as_int(high):
        yield entry.make_fault(
            "count",
            code="config.out-of-range",
            summary="range is not in order",
            detail=f"It has to be min <= initial <= max; found {low}, {initial}, {high}.",
        )
    if low == 0 and read_text(pool, "type") == "Dedicate":
        yield entry.make_fault(
            "count", "min", code="config.out-of-range", summary="number is out of range", detail=_NO_ZERO
        )


def _check_maximum(pool: RawBlock, entry: RawBlock) -> Iterator[Fault]:
    maximum, count = entry.body.get("max_count"), entry.body.get("count", _sum_azs(entry))
    kind = read_text(pool, "type")
    if not _is_number(maximum) or count is None:
        return
    number = as_int(count)
    is_range = isinstance(count, dict)
    if kind == "Dedicate" and (is_range or (_is_number(count) and number != maximum)):
        yield entry.make_fault(
            "max_count",
            code="config.max-count",
            summary="max_count differs from count",
            detail=f"On a Dedicate pool the service keeps both equal; found max_count {maximum} beside count "
            f"{'{ … }' if is_range else number}. Delete max_count: the service fills it in.",
        )
    if kind == "Logical" and number > as_int(maximum):
        yield entry.make_fault(
            "count",
            code="config.max-count",
            summary="count is above max_count",
            detail=f"max_count is the quota of a Logical pool: {number} is above {maximum}. Raise it, or lower count.",
        )


def _check_node_pool(_: RawBlock, entry: RawBlock) -> Iterator[Fault]:
    flavor, pool = read_text(entry, "flavor"), read_text(entry, "node_pool")
    if pool.endswith("-default") and not is_default_pool(flavor, pool):
        yield entry.make_fault(
            "node_pool",
            code="config.bad-value",
            summary="value is not accepted",
            detail="Names ending in -default are the service's: every flavor has one, used by entries without a "
            "node_pool. Choose another name, or delete this line.",
        )


def _check_step(_: RawBlock, entry: RawBlock) -> Iterator[Fault]:
    step = as_int(as_tree(entry.body.get("creating_step")).get("step"))
    count = as_int(entry.body.get("count"))
    if step > 0 and count % step:
        yield entry.make_fault(
            "count",
            code="config.bad-value",
            summary="count is no multiple of the creating step",
            detail=f"Nodes are made {step} at a time, so that {count} cannot be reached. "
            f"Write {count - count % step or step} or {count - count % step + step}.",
        )


def _check_list(_: RawBlock, entry: RawBlock, *, name: str, keys: tuple[str, ...]) -> Iterator[Fault]:
    rows = [row for row in read_rows(entry, name) if all(read_text(row, key) for key in keys)]
    if len(rows) > 1:
        what = " and ".join(keys)
        yield from find_doubles(rows, name_key=functools.partial(_read_key, keys=keys), what=what, where=name)


_KEYED_LISTS: Final = (
    ("azs", ("az",)),
    ("tags", ("key",)),
    ("taints", ("key", "effect")),
    ("volume_group_configs", ("volume_group",)),
)


def _read_key(row: RawBlock, *, keys: tuple[str, ...]) -> str:
    return "/".join(read_text(row, key) for key in keys)


def _check_parameters(_: RawBlock, entry: RawBlock) -> Iterator[Fault]:
    for key, value in as_tree(entry.body.get("extend_params")).items():
        if key in _PARAMETERS and isinstance(value, str) and not _PARAMETERS[key][0].fullmatch(value):
            yield entry.make_fault(
                "extend_params",
                key,
                code="config.bad-value",
                summary="value is not accepted",
                detail=f"Found {format_value(value)}; {_PARAMETERS[key][1]}",
            )


_POLICY: Final = (re.compile("refresh|ignore|"), 'accepted: "refresh", "ignore" or "" (which is refresh).')
_PARAMETERS: Final[Mapping[str, tuple[re.Pattern[str], str]]] = MappingProxyType(
    {
        "dockerBaseSize": (
            re.compile("0|[5-9][0-9]|[1-4][0-9][0-9]|500"),
            'it is GiB for each container: "50" to "500", or "0" for no limit.',
        ),
        "runtime": (re.compile("docker|containerd"), 'accepted: "docker" or "containerd".'),
        "labelPolicyOnExistingNodes": _POLICY,
        "taintPolicyOnExistingNodes": _POLICY,
        "tagPolicyOnExistingNodes": _POLICY,
    }
)


def _check_thin_pool(_: RawBlock, entry: RawBlock) -> Iterator[Fault]:
    for row in read_rows(entry, "volume_group_configs"):
        group = read_text(row, "volume_group")
        if "docker_thin_pool" in row.body and group and group != "vgpaas":
            yield row.make_fault(
                "docker_thin_pool",
                code="config.bad-value",
                summary="key does not belong here",
                detail="docker_thin_pool is a share of the volume group vgpaas only. Delete this line.",
                is_value=False,
            )


_CHECKS: Final[tuple[tuple[str, Callable[[RawBlock, RawBlock], Iterator[Fault]]], ...]] = (
    ("max_count", _check_maximum),
    ("node_pool", _check_node_pool),
    ("creating_step", _check_step),
    *((name, functools.partial(_check_list, name=name, keys=keys)) for name, keys in _KEYED_LISTS),
    ("extend_params", _check_parameters),
    ("volume_group_configs", _check_thin_pool),
)
"""By the key that each is about: an entry has few of them."""


def _is_number(value: Maybe) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _sum_azs(entry: RawBlock) -> int | None:
    """Return the nodes of all zones; None where azs are left out or not readable."""
    rows = list(read_rows(entry, "azs"))
    if not rows or not all(_is_number(row.body.get("count")) for row in rows):
        return None
    return sum(as_int(row.body["count"]) for row in rows)
