"""``[rollout.NAME]`` against the pools of the files: fields that nothing has, globs that name nothing, windows."""

import functools
import itertools
import re
from collections.abc import Iterable, Iterator
from typing import Final

from planner.config.blocks import RawBlock, RawBlocks
from planner.config.documents import Document
from planner.config.faults import Fault
from planner.config.rollouts import ALL_POOLS
from planner.config.rule_checks import RULES, find_unknown_entry, find_unknown_step
from planner.config.wording import find_near, format_value
from planner.core.addresses import Address
from planner.core.selection import find_unmatched, is_named, rank_addresses
from planner.core.trees import as_list, as_tree
from planner.kinds.names import Bracket, PathPattern, PatternStep, format_label, is_entry_named, parse_pattern

POOL: Final = "pool"
_NO_ZONES: Final = frozenset({"localtime", "posixrules", "Factory", "right", "posix"})
_TIME: Final = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


def find_rollout_faults(blocks: RawBlocks) -> Iterator[Fault]:
    """Yield what is wrong with the rollouts of all files."""
    for block in blocks.rollouts:
        yield from _check_batch(block)
        yield from _check_window(block)


def find_rollout_link_faults(blocks: RawBlocks, written: Iterable[Document]) -> Iterator[Fault]:
    """Yield what is wrong between rollouts and pools; all instances of the pools that are ``written`` are known."""
    if not blocks.rollouts:
        return
    pools = [address for address in blocks.by_address if address.kind == POOL]
    made = {one.name for one in pools}
    empty = {name for document in written for name in as_tree(document.tree.get(POOL)) if name not in made}
    for block in blocks.rollouts:
        yield from _check_order(block, pools, blocks, empty={Address(kind=POOL, name=name) for name in empty})
        yield from _check_fields(block, blocks)
    for first, second in itertools.combinations(blocks.rollouts, 2):
        yield from _check_overlap(first, second, pools)


def _check_batch(block: RawBlock) -> Iterator[Fault]:
    if {"batch", "batch_percent"} <= block.body.keys():
        yield block.make_fault(
            "batch_percent",
            code="config.rollout-batch",
            summary="two sizes of a batch",
            detail="batch counts pools and batch_percent is a part of them all; which of the two is wanted cannot be "
            "known. Delete one.",
            is_value=False,
        )


def _check_window(block: RawBlock) -> Iterator[Fault]:
    window = as_tree(block.body.get("window"))
    start, end, name = (window.get(key) for key in ("start", "end", "tz"))
    if isinstance(start, str) and start == end and _TIME.fullmatch(start):
        yield block.make_fault(
            "window",
            "end",
            code="config.rollout-window",
            summary="a window without time",
            detail=f"It starts and ends at {start}, so nothing could ever start in it. For a whole day write "
            'start = "00:00" and end = "24:00".',
        )
    if isinstance(name, str) and name and not _is_zone(name):
        yield block.make_fault(
            "window",
            "tz",
            code="config.rollout-window",
            summary="no such time zone",
            detail=f"Found {format_value(name)}. {find_near(name, _find_zones())}Time zones are named as in the IANA "
            "database: Europe/Berlin, UTC.",
        )


def _is_zone(name: str) -> bool:
    from zoneinfo import ZoneInfo

    # Each machine has a zone of its own there, or counts leap seconds.
    if name.partition("/")[0] in _NO_ZONES:
        return False
    try:
        ZoneInfo(name)
    except (OSError, ValueError, LookupError):
        # A name may lead to a directory, out of the database, or to a file that is no time zone.
        return False
    return True


def _find_zones() -> list[str]:
    from zoneinfo import available_timezones

    return sorted(available_timezones())


def _find_order(block: RawBlock) -> tuple[str, ...]:
    written = tuple(one for one in as_list(block.body.get("order")) if isinstance(one, str))
    return written if "order" in block.body else ALL_POOLS


def _check_order(block: RawBlock, pools: list[Address], blocks: RawBlocks, *, empty: set[Address]) -> Iterator[Fault]:
    """Yield a fault for each glob that names nothing; ``empty`` are pools whose ``for_each`` has no instance here."""
    globs = as_list(block.body.get("order"))
    unmatched = frozenset(find_unmatched(pools, (one for one in globs if isinstance(one, str) and one)))
    for index, glob in enumerate(globs):
        if not isinstance(glob, str) or glob not in unmatched:
            continue
        # Directories share a template: what has no instance in one of them is no slip.
        if any(is_named(one, (glob.partition("[")[0],)) for one in empty):
            continue
        is_other = any(is_named(one, (glob,)) for one in blocks.by_address)
        why = "names no pool, and a rollout goes through pools" if is_other else "names no pool of these files"
        yield block.make_fault(
            "order",
            index,
            code="config.rollout-order",
            summary="order names no pool",
            detail=f"{format_value(glob)} {why}. {find_near(glob, _list_names(pools))}Addresses and globs look like "
            'pool.canary, pool.team["a"], pool.team[*], pool.*.',
        )


def _list_names(pools: Iterable[Address]) -> list[str]:
    return sorted({name for one in pools for name in (str(one), str(one).partition("[")[0])})


def _check_fields(block: RawBlock, blocks: RawBlocks) -> Iterator[Fault]:
    covered = [blocks.by_address[one] for one in sorted(_find_covered(block, blocks.by_address))]
    for index, text in enumerate(as_list(block.body.get("fields"))):
        if isinstance(text, str) and text and (why := _find_mismatch(text, covered)):
            yield block.make_fault(
                "fields",
                index,
                code="config.rollout-fields",
                summary="a rollout of nothing",
                detail=f"{format_value(text)} {why.strip()} Paths are spelled as in ignore_changes: driver, "
                "driver.gpu_version, resources[FLAVOR].os, resources[*].",
            )


def _find_covered(block: RawBlock, addresses: Iterable[Address]) -> frozenset[Address]:
    return frozenset(rank_addresses((one for one in addresses if one.kind == POOL), _find_order(block)))


def _find_mismatch(text: str, covered: list[RawBlock]) -> str:
    """Return why ``text`` is no field that can take its turn, in words; empty where it is one."""
    pattern = parse_pattern(text)
    if pattern is None:
        return "is no path."
    if pattern.steps[0] in RULES:
        return "is a rule, not a field of the service."
    if why := find_unknown_step(POOL, pattern):
        return why
    if pattern.steps[0] in _find_fixed():
        return "cannot be changed in place: another value makes the pool anew, and only changes in place take turns."
    misses = [find_unknown_entry(one, pattern) for one in covered]
    return misses[0].replace("this pool", "any pool of the rollout") if misses and all(misses) else ""


@functools.cache
def _find_fixed() -> frozenset[str]:
    from planner.kinds.pool import POOL_RULES

    return frozenset(format_label(path) for path in POOL_RULES.immutable)


def _check_overlap(first: RawBlock, second: RawBlock, pools: list[Address]) -> Iterator[Fault]:
    """Yield a fault where a pool would take its turn in both rollouts for the same field."""
    both = _find_covered(first, pools) & _find_covered(second, pools)
    shared = next((one for one in pools if one in both), None)
    if shared is None:
        return
    for index, text in enumerate(as_list(second.body.get("fields"))):
        other = next((one for one in _find_patterns(first) if isinstance(text, str) and _is_overlapping(text, one)), "")
        if other:
            yield second.make_fault(
                "fields",
                index,
                code="config.rollout-overlap",
                summary="a pool in two rollouts for the same field",
                detail=f"{shared} takes its turn for {format_value(text)} here and for {format_value(other)} in "
                f"[{'.'.join(map(str, first.path))}] of {first.file}; whose turn counts cannot be known. Give the two "
                "other pools in order, or other fields.",
            )


def _find_patterns(block: RawBlock) -> list[str]:
    return [one for one in as_list(block.body.get("fields")) if isinstance(one, str)]


def _is_overlapping(left: str, right: str) -> bool:
    one, other = parse_pattern(left), parse_pattern(right)
    return one is not None and other is not None and _is_meeting(one, other)


def _is_meeting(left: PathPattern, right: PathPattern) -> bool:
    return all(_is_same_step(one, other) for one, other in zip(left.steps, right.steps, strict=False))


def _is_same_step(left: PatternStep, right: PatternStep) -> bool:
    if not isinstance(left, Bracket) or not isinstance(right, Bracket):
        return left == right
    if "*" in {left.text, right.text}:
        return True
    return any(is_entry_named(one.text, tuple(other.text.split("/"))) for one, other in ((left, right), (right, left)))
