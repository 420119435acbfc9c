"""Blocks: why apply would refuse a change (semantics 5.1-5.5, 7.2)."""

import datetime as dt
import shlex
from collections.abc import Iterable, Iterator
from dataclasses import field
from typing import Final

from planner.core.changes import Action, Block, Change, Disruption
from planner.core.desired import Freeze, Guards, Permission
from planner.core.lazy_dataclass import dataclass, replace
from planner.core.limits import Excess, find_excesses
from planner.core.live_trees import find_control_mode, find_phase
from planner.core.permissions import (
    DESTROYS,
    PURCHASES,
    RECREATE,
    find_allowed_removals,
    is_allowed,
    is_disruption_allowed,
)
from planner.core.preparing import RESOURCES
from planner.core.snapshot import LiveResource
from planner.core.tallies import Measures, make_tally

VANISHED = "vanished"
_STUCK_PHASES = {
    "Waiting": "it waits for a payment or an approval",
    "Error": "the service reports an error in it",
    "Deleting": "it is being deleted",
}
# Contract 4.8; what each bit refuses is inferred there.
_RESIZE_RESTRICTED = 2
_FROZEN = 8 | 16
_SECURITY_FROZEN = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Guarding:
    """What one change is judged by: the limits of its block, the permissions that hold, measures, and the time."""

    guards: Guards = field(default_factory=Guards)
    permissions: tuple[Permission, ...] = ()
    freeze: Freeze | None = None
    prevent_destroy: bool = False
    now: dt.datetime
    live: LiveResource | None = None
    measures: Measures = field(default_factory=Measures)


def find_blocks(change: Change, guarding: Guarding) -> tuple[Block, ...]:
    """Return every reason for which apply would refuse ``change``; none for a change that writes nothing."""
    if not change.operations:
        return tuple(_find_vanished(change, guarding))
    found = (
        *_find_vanished(change, guarding),
        *_find_destroys(change, guarding),
        *_find_disruption(change, guarding),
        *_find_purchase(change, guarding),
        *_find_counts(change, guarding),
        *_find_freeze(guarding),
        *_find_phase(change, guarding),
    )
    return tuple(found)


def _find_vanished(change: Change, guarding: Guarding) -> Iterator[Block]:
    if change.reason == VANISHED and not is_allowed(RECREATE, guarding.permissions):
        yield Block(
            code=VANISHED,
            summary="A tracked resource is gone from the service",
            detail=f"{change.id} was deleted outside of poolctl. To make it anew, add "
            f"{_spell(change, RECREATE)}; to forget it, write a [[removed]] block with destroy = false.",
        )


def _find_destroys(change: Change, guarding: Guarding) -> Iterator[Block]:
    if change.action not in {Action.DELETE, Action.REPLACE}:
        return
    if guarding.prevent_destroy:
        yield Block(
            code="prevent_destroy",
            summary="This resource must not be destroyed",
            detail="lifecycle.prevent_destroy is set for it. No option lifts that: change the files first.",
        )
    if not is_allowed(DESTROYS, guarding.permissions):
        verb = "deletes" if change.action is Action.DELETE else "deletes and makes anew"
        yield Block(
            code="max_disruption",
            summary="Every delete and replace needs a permission",
            detail=f"This change {verb} {change.id}, and its jobs die. Add {_spell(change, DESTROYS)}, "
            "or an [[allow]] block that a reviewer sees.",
        )


def _find_disruption(change: Change, guarding: Guarding) -> Iterator[Block]:
    ranks = {one.word: one for one in Disruption}
    limit = ranks[guarding.guards.max_disruption]
    if change.action in {Action.DELETE, Action.REPLACE} or change.disruption <= limit:
        return
    if not is_disruption_allowed(change.disruption, guarding.permissions):
        word = change.disruption.word
        yield Block(
            code="max_disruption",
            summary="The change disrupts more than the guards allow",
            detail=f"It is of class {word}, and max_disruption is {limit.word}. "
            f"Where that is meant, add {_spell(change, word)}, or an [[allow]] block that a reviewer sees.",
        )


def _find_purchase(change: Change, guarding: Guarding) -> Iterator[Block]:
    if change.purchases and not is_allowed(PURCHASES, guarding.permissions):
        yield Block(
            code=PURCHASES,
            summary="The change buys something",
            detail=f"It sets billing annotations. Add {_spell(change, PURCHASES)} where that is meant.",
        )


def _find_counts(change: Change, guarding: Guarding) -> Iterator[Block]:
    """Yield the limits that a change exceeds; what is deleted or replaced needs a permission of its own anyway."""
    if change.action in {Action.DELETE, Action.REPLACE}:
        return
    tally = make_tally(change, guarding.measures)
    is_lifted = tally.removed <= find_allowed_removals(guarding.permissions)
    for excess in find_excesses(guarding.guards, tally):
        if not (excess.is_removal and is_lifted):
            yield make_excess_block(excess, removed=tally.removed)


def make_excess_block(excess: Excess, *, removed: int, subject: str = "the change", scope: str = "") -> Block:
    """Return the block of an exceeded limit; ``scope`` is ``run`` where it is one of the whole run."""
    remedy = _REMEDIES[excess.key].format(removed=removed)
    return Block(
        code=f"{scope}.{excess.key}" if scope else excess.key,
        summary=_SUMMARIES[excess.key].format(subject=subject[0].upper() + subject[1:]),
        detail=f"{'The run' if scope else 'It'} {excess.counted}, and {excess.rule}"
        f"{' in [guards.run]' if scope else ''}. {remedy}",
    )


_NODES_REMOVED = "{subject} removes more nodes than the guards allow"
_SUMMARIES: Final = {
    "max_percent_removed": _NODES_REMOVED,
    "max_nodes_removed": _NODES_REMOVED,
    "max_accelerators_removed": "{subject} removes more accelerators than the guards allow",
    "max_nodes_added": "{subject} adds more nodes than the guards allow",
    "max_hourly_cost_added": "{subject} adds more cost than the guards allow",
}
_SHRINK_LESS = "Shrink in steps, or write an [[allow]] block with max_nodes_removed = {removed}."
_REMEDIES: Final = {
    "max_percent_removed": _SHRINK_LESS,
    "max_nodes_removed": _SHRINK_LESS,
    "max_accelerators_removed": _SHRINK_LESS,
    "max_nodes_added": "Grow in steps, or raise the limit in [guards].",
    "max_hourly_cost_added": "Grow in steps, write the missing prices, or raise the limit in [guards].",
}


def _spell(change: Change, class_name: str) -> str:
    """Return the option that lifts a block, as a shell takes it."""
    return f"--allow {shlex.quote(f'{change.address}={class_name}')}"


def _find_freeze(guarding: Guarding) -> Iterator[Block]:
    freeze = guarding.freeze
    if freeze is not None and guarding.now < freeze.until:
        yield Block(
            code="freeze",
            summary="The pool is frozen",
            detail=f"No write before {freeze.until.isoformat()}: {freeze.reason}",
        )


def _find_phase(change: Change, guarding: Guarding) -> Iterator[Block]:
    live = guarding.live
    if live is None:
        return
    is_delete = change.action in {Action.DELETE, Action.REPLACE}
    mode = find_control_mode(live)
    if mode & (_SECURITY_FROZEN if is_delete else _FROZEN):
        yield _make_phase_block(f"The service has frozen it (controlMode {mode}).")
    elif mode & _RESIZE_RESTRICTED and not is_delete and _has_resize(change):
        yield _make_phase_block(f"The service restricts changes of its size (controlMode {mode}).")
    phase = find_phase(live)
    if not is_delete and phase in _STUCK_PHASES:
        yield _make_phase_block(f"It is in phase {phase}: {_STUCK_PHASES[phase]}.")


def _has_resize(change: Change) -> bool:
    return any(one.path[:2] == RESOURCES for one in change.fields)


def _make_phase_block(why: str) -> Block:
    return Block(
        code="phase",
        summary="The service takes no change of this resource now",
        detail=f"{why} Nothing is sent before that is settled.",
    )


def name_blocks(blocks: Iterable[Block], address: str) -> tuple[Block, ...]:
    """Return ``blocks`` with the address that they stand for."""
    return tuple(replace(one, address=address) for one in blocks)
