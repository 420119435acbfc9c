"""Resources of which one look shows that nothing is to be done: in most plans, most of them.

Careful, never clever: where it is not plain that the whole way of a plan would end in «as wanted» without drift
(``find_target``, ``find_drift``), it says no, and that way is gone. A law of the tests holds the two together.
"""

from collections.abc import Callable
from typing import TypeAlias

from planner.core.desired import DesiredResource
from planner.core.entries import make_parts
from planner.core.kind_rules import KindRules, ListRule, Pattern
from planner.core.lazy_dataclass import dataclass
from planner.core.live_trees import make_seen, make_tree
from planner.core.snapshot import LiveResource
from planner.core.tracking import TrackedResource
from planner.core.trees import CountRange, Reference, Tree, Value, is_same

FindId: TypeAlias = Callable[[Reference], str]
"""The id that a reference resolves to; empty where it is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Yardstick:
    """What a look goes by: the rules of the kind, and the ids that references resolve to."""

    rules: KindRules
    find_id: FindId


def is_settled(desired: DesiredResource, tracked: TrackedResource, *, live: LiveResource, by: Yardstick) -> bool:
    """Tell whether it is plain that ``live`` is as it was seen last and as the files want it."""
    return (
        not desired.lifecycle.ignore_changes
        and is_same(tracked.last_seen, make_seen(live))
        and _is_within(tracked.last_applied, desired.tree, pattern=(), rules=by.rules)
        and _has(make_tree(live), desired.tree, pattern=(), by=by)
    )


def _has(live: Value, wanted: Value, *, pattern: Pattern, by: Yardstick) -> bool:
    """Tell whether everything that is ``wanted`` is there already, and every entry of a list is wanted."""
    if isinstance(wanted, dict):
        return isinstance(live, dict) and _has_members(live, wanted, pattern=pattern, by=by)
    if isinstance(wanted, list):
        return isinstance(live, list) and _has_entries(live, wanted, pattern=pattern, by=by)
    return _is_met(live, wanted, by.find_id)


def _has_members(live: Tree, wanted: Tree, *, pattern: Pattern, by: Yardstick) -> bool:
    for name, member in wanted.items():
        if name not in live:
            return False
        # Most members are texts: a call for each would double the time.
        is_equal_text = type(member) is str and live[name] == member
        if not is_equal_text and not _has(live[name], member, pattern=(*pattern, name), by=by):
            return False
    return True


def _has_entries(live: list[Value], wanted: list[Value], *, pattern: Pattern, by: Yardstick) -> bool:
    rule = by.rules.lists.get(pattern)
    if rule is None or (not rule.keys and not rule.is_ordered):
        return is_same(live, wanted)
    pairs = zip(live, wanted, strict=False)
    return _has_same_keys(live, wanted, rule) and all(_has(*pair, pattern=(*pattern, "*"), by=by) for pair in pairs)


def _is_met(live: Value, wanted: Value, find_id: FindId) -> bool:
    if isinstance(wanted, CountRange):
        return type(live) is int and wanted.minimum <= live <= wanted.maximum
    if isinstance(wanted, Reference):
        return wanted.attribute == "id" and live != "" and live == find_id(wanted)
    return type(live) is type(wanted) and live == wanted


def _is_within(sent: Value, wanted: Value, *, pattern: Pattern, rules: KindRules) -> bool:
    """Tell whether the files still ask for every field that was sent, with whatever value."""
    if isinstance(sent, dict):
        return isinstance(wanted, dict) and all(
            name in wanted and _is_within(member, wanted[name], pattern=(*pattern, name), rules=rules)
            for name, member in sent.items()
        )
    if isinstance(sent, list):
        return isinstance(wanted, list) and _are_entries_within(sent, wanted, pattern=pattern, rules=rules)
    return not isinstance(wanted, (dict, list))


def _are_entries_within(sent: list[Value], wanted: list[Value], *, pattern: Pattern, rules: KindRules) -> bool:
    rule = rules.lists.get(pattern)
    if rule is None or not rule.keys:
        return True
    pairs = zip(sent, wanted, strict=False)
    is_alike = _has_same_keys(sent, wanted, rule)
    return is_alike and all(_is_within(*pair, pattern=(*pattern, "*"), rules=rules) for pair in pairs)


def _has_same_keys(left: list[Value], right: list[Value], rule: ListRule) -> bool:
    """Tell whether two lists have entries of the same keys in the same order, no key twice."""
    if len(left) != len(right):
        return False
    if not rule.keys:
        return True
    keys = [make_parts(entry, rule) for entry in left]
    shortened = {parts[: len(rule.keys)] for parts in keys}
    return len(shortened) == len(keys) and keys == [make_parts(entry, rule) for entry in right]
