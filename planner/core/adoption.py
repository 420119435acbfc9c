"""Whether an object that appeared after a lost answer is the one that was asked for (semantics 8.2)."""

import datetime as dt

from planner.core.assign import find_field
from planner.core.field_paths import FieldPath
from planner.core.flatten import flatten
from planner.core.kind_rules import KindRules, is_covered
from planner.core.live_trees import make_tree
from planner.core.snapshot import LiveResource
from planner.core.trees import ABSENT, Tree, Value, as_text, is_same


def is_made_from(tree: Tree, live: LiveResource, *, since: str, rules: KindRules) -> bool:
    """Tell whether ``live`` was made by sending ``tree`` after ``since``, a ``Date`` header of the service.

    It must hold everything that was sent, less fields that are fixed at creation and that the
    service may not show.
    """
    made, sent = _parse_time(as_text(live.metadata.get("creationTimestamp", ABSENT))), _parse_date(since)
    if made is None or sent is None or made < sent:
        return False
    there = make_tree(live)
    return all(_is_there(there, path, value, rules=rules) for path, value in flatten(tree, rules).items())


def _is_there(there: Tree, path: FieldPath, value: Value, *, rules: KindRules) -> bool:
    present = find_field(there, path, rules=rules)
    return is_same(present, value) or (present is ABSENT and is_covered(path, rules.immutable))


def _parse_time(text: str) -> dt.datetime | None:
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _parse_date(text: str) -> dt.datetime | None:
    from email.utils import parsedate_to_datetime

    try:
        return parsedate_to_datetime(text)
    except ValueError:
        return None
