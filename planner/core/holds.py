"""Holds: counts that ``scale --hold`` keeps from other applies until a moment, judged with the time as an argument."""

import datetime as dt
import shlex
from collections.abc import Iterable, Iterator

from planner.core.assign import find_field
from planner.core.changes import Action, Block, Change
from planner.core.field_paths import EntryKey
from planner.core.kind_rules import KindRules
from planner.core.preparing import RESOURCES, find_entry_keys
from planner.core.tracking import Hold
from planner.core.trees import Tree, as_int

HOLD = "hold"
"""The code of the block of a change that would undo a held count."""

_GOING = frozenset({Action.DELETE, Action.REPLACE})


def find_hold_blocks(change: Change, holds: Iterable[Hold], *, rules: KindRules, now: dt.datetime) -> Iterator[Block]:
    """Yield a block for each hold that lasts at ``now`` and whose count ``change`` would undo.

    A change that leads to the held count is none, nor is one that leaves the entry alone.
    """
    for hold in holds:
        if change.operations and now < hold.until and _is_undoing(change, hold, rules):
            yield _make_block(change, hold)


def renew_holds(holds: Iterable[Hold], new: Iterable[Hold], *, now: dt.datetime) -> tuple[Hold, ...]:
    """Return ``holds`` less those that are over or that a hold of ``new`` takes the place of, and ``new``, by entry."""
    renewed = {one.entry: one for one in holds if now < one.until} | {one.entry: one for one in new}
    return tuple(renewed[entry] for entry in sorted(renewed))


def name_entry(key: EntryKey) -> str:
    """Return what a hold calls the entry of ``key``: flavor and node pool, whatever its creating step."""
    return str(EntryKey(parts=key.parts[:2]))


def format_moment(moment: dt.datetime) -> str:
    """Return a moment as people and files write it, in UTC."""
    return f"{moment.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}"


def _is_undoing(change: Change, hold: Hold, rules: KindRules) -> bool:
    if change.action in _GOING:
        return True
    before, after = (_find_count(tree or {}, hold.entry, rules) for tree in (change.before, change.after))
    return after not in {hold.count, before}


def _find_count(tree: Tree, entry: str, rules: KindRules) -> int:
    """Return the nodes of ``entry``; 0 where it is not there."""
    keys = (key for key in find_entry_keys(tree, rules) if name_entry(key) == entry)
    return sum(as_int(find_field(tree, (*RESOURCES, key, "count"), rules=rules)) for key in keys)


def _make_block(change: Change, hold: Hold) -> Block:
    why = f" ({hold.reason})" if hold.reason else ""
    what = "It goes with the pool" if change.action in _GOING else "This change would undo that"
    return Block(
        code=HOLD,
        summary="Somebody scaled this pool and holds the count",
        detail=f"{hold.who} holds {hold.entry} at {hold.count} until {format_moment(hold.until)}{why}. {what}. "
        f"Write that count into these files, wait for the end, or lift the hold: "
        f"poolctl scale {shlex.quote(str(change.address))} --release",
    )
