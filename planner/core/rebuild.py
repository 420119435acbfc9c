"""An operation's body, made again on what is there now (semantics 6.1)."""

from planner.core.assign import find_field
from planner.core.changes import Intent, Operation
from planner.core.flatten import flatten
from planner.core.kind_rules import KindRules
from planner.core.lazy_dataclass import dataclass
from planner.core.list_order import is_same_field
from planner.core.merge_patch import make_merge_patch
from planner.core.schedule import apply_intents
from planner.core.trees import ABSENT, Maybe, Tree, as_int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """The body to send now; empty where every field already is as wanted. ``sent`` are the intents in it."""

    body: Tree
    sent: tuple[Intent, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """One field that is neither as it was planned on nor as it is wanted."""

    label: str
    planned: Maybe
    live: Maybe


@dataclass(frozen=True, slots=True, kw_only=True)
class Stale:
    """What an operation rests on is no longer so."""

    moved: tuple[Moved, ...]


def rebuild(
    operation: Operation, fresh: Tree, *, after: Tree, rules: KindRules, is_settling: bool = False
) -> Rebuilt | Stale:
    """Return the body of an update on ``fresh``, or what moved.

    A field must still have its planned ``before``, or already ``after``: then it is left out. So
    entries and drift of others survive. ``after`` is the planned target: what it names in an entry whose
    nodes change was written in the files. With ``is_settling``, after nodes were removed by name, a
    count may stand between the two.
    """
    judged = [(intent, find_field(fresh, intent.path, rules=rules)) for intent in operation.intents]
    open_intents = [
        (intent, live)
        for intent, live in judged
        if not is_same_field(live, intent.after, path=intent.path, rules=rules)
    ]
    moved = tuple(
        Moved(label=rules.format_label(intent.path), planned=intent.before, live=live)
        for intent, live in open_intents
        if not is_same_field(live, intent.before, path=intent.path, rules=rules)
        and not (is_settling and _is_between(intent, live))
    )
    if moved:
        return Stale(moved=moved)
    sent = tuple(intent for intent, _ in open_intents)
    if not sent:
        return Rebuilt(body={}, sent=())
    target = apply_intents(fresh, sent, rules=rules, written=flatten(after, rules))
    return Rebuilt(body=make_merge_patch(fresh, target), sent=sent)


def _is_between(intent: Intent, live: Maybe) -> bool:
    """Tell whether a shrinking count is on its way: the service may lower it node by node."""
    if intent.path[-1] != "count" or live is ABSENT:
        return False
    return as_int(intent.after) <= as_int(live) <= as_int(intent.before)
