"""What a reviewer reads first: the changes that are shown, worst first, and the words for them."""

from typing import Final

from planner.core.changes import Action, Change, Plan
from planner.core.money import format_amount
from planner.views.change_text import is_shown

_ACTIONS: Final = {
    Action.CREATE: "create",
    Action.UPDATE: "update",
    Action.REPLACE: "replace",
    Action.DELETE: "delete",
    Action.IMPORT: "import",
    Action.FORGET: "forget",
    Action.NO_OP: "move",
}


def rank_changes(plan: Plan) -> tuple[Change, ...]:
    """Return the changes that are shown: blocked ones first, then by disruption, else in the plan's order."""
    shown = [change for change in plan.changes if is_shown(change)]
    return tuple(sorted(shown, key=lambda change: (not change.blocked, -change.disruption)))


def format_action(change: Change) -> str:
    """Return what is done, in a word or two; an import that changes something says so."""
    word = _ACTIONS[change.action]
    return f"{word} and update" if change.action is Action.IMPORT and change.fields else word


def format_nodes(before: int, after: int) -> str:
    """Return a count that changes, or the count where it stays."""
    return str(after) if before == after else f"{before} → {after}"


def format_cost(change: Change) -> str:
    """Return what the nodes of a change cost an hour; empty where nothing is known."""
    if change.cost is None:
        return ""
    before, after = format_amount(change.cost.before), format_amount(change.cost.after)
    if change.cost.unpriced and not (change.cost.before or change.cost.after):
        return ""
    return after if before == after else f"{before} → {after}"
