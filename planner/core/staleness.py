"""What a change rests on, compared with a fresh read: what moved, in words (semantics 6.1, 6.2, 6.5)."""

from collections.abc import Iterable

from planner.core.addresses import Address
from planner.core.assign import find_field
from planner.core.changes import Action, Block, Change, Disruption, FieldChange
from planner.core.diagnostics import Diagnostic, make_error
from planner.core.digests import make_fingerprint
from planner.core.kind_rules import KindRules
from planner.core.live_trees import make_tree
from planner.core.rebuild import Moved
from planner.core.snapshot import LiveResource
from planner.core.trees import ABSENT, Maybe, is_same

_LEAVING = frozenset({Action.DELETE, Action.REPLACE})


def find_moved(change: Change, fresh: LiveResource, *, rules: KindRules) -> tuple[Moved, ...]:
    """Return the planned fields that are neither as they were planned on nor as they are wanted.

    Every change rests on the identity of the object as well, a delete and a replace on all of its nodes.
    """
    tree = make_tree(fresh)
    judged = ((one, find_field(tree, one.path, rules=rules)) for one in change.fields)
    moved = tuple(
        Moved(label=one.label, planned=one.before, live=live)
        for one, live in judged
        if not is_same(live, one.before) and (change.action in _LEAVING or not is_same(live, one.after))
    )
    return moved or find_other(change, fresh)


def find_other(change: Change, fresh: LiveResource) -> tuple[Moved, ...]:
    """Return how ``fresh`` is another object than the one that the change was planned on.

    A pool's id is its name: one that was deleted and made again has the id of the first (semantics 6.2).
    """
    if make_fingerprint(fresh, change.fields, action=change.action) == change.fingerprint:
        return ()
    if change.action in _LEAVING:
        label, live = "the object or its nodes", "other flavors, counts or creation time"
    else:
        label, live = "the object", "another one of the same id, made later"
    return (Moved(label=label, planned="as planned", live=live),)


def report_moved(address: Address, moved: Iterable[Moved]) -> Diagnostic:
    """Say that what a change rests on moved, with the new difference."""
    rows = "; ".join(f"{one.label} was {_show(one.planned)} and is {_show(one.live)}" for one in moved)
    return make_error(
        "apply.stale",
        "What the plan rests on has moved",
        detail=f"{rows}. Somebody else changed it after the plan was made; nothing was sent for it. "
        "Plan again and look at the new difference.",
        address=str(address),
    )


def report_gone(address: Address, id_: str) -> Diagnostic:
    """Say that the object of a change is no longer there."""
    return make_error(
        "apply.stale",
        "What the plan rests on is gone",
        detail=f"The service knows {id_} no more; it was there when the plan was made. Plan again.",
        address=str(address),
    )


def report_appeared(address: Address, id_: str) -> Diagnostic:
    """Say that a name that was free when the plan was made is taken now."""
    return make_error(
        "apply.stale",
        "An object with the wanted name has appeared",
        detail=f"{id_} was not there when the plan was made, and nothing was sent for it. Plan again: the plan says "
        "how to adopt it.",
        address=str(address),
    )


def report_worse(address: Address, *, planned: Disruption, now: str) -> Diagnostic:
    """Say that a change would hurt more than its plan said."""
    return make_error(
        "apply.stale",
        "The change would disrupt more than its plan says",
        detail=f"It was planned as {planned.word}. {now} Nothing was sent for it. Plan again.",
        address=str(address),
    )


def report_worse_fields(address: Address, worse: Iterable[tuple[FieldChange, Disruption]]) -> Diagnostic:
    """Say which fields of a change would hurt more than its plan says, though not more than its worst field."""
    rows = "; ".join(f"{one.label} is {one.disruption.word} in the plan and {now.word} now" for one, now in worse)
    return make_error(
        "apply.stale",
        "A field would disrupt more than the plan says",
        detail=f"{rows}. Either the pool has changed, or the file of the plan. Nothing was sent for it. Plan again.",
        address=str(address),
    )


def report_blocked(address: Address, blocks: Iterable[Block]) -> Diagnostic:
    """Say that a change that was free to go when it was planned is blocked now."""
    reasons = " ".join(f"{one.summary}: {one.detail}" for one in blocks)
    return make_error("apply.blocked", "The change is blocked", detail=reasons, address=str(address))


def _show(value: Maybe) -> str:
    return "absent" if value is ABSENT else repr(value)
