"""Whether a plan that was read from a file says one thing in all its members (semantics 6.5)."""

from planner.core.changes import Action, Change, Plan
from planner.core.disruption import find_worst
from planner.core.field_changes import find_differences
from planner.core.field_paths import FieldPath
from planner.core.flatten import find_refined_keys
from planner.core.guards import name_blocks
from planner.core.kind_rules import KindRules
from planner.core.plan_summary import is_partial, summarise
from planner.core.preparing import RESOURCES
from planner.core.resource_changes import Making, complete_change
from planner.core.trees import ABSENT, Maybe, is_same

_IN_FULL = frozenset({Action.CREATE, Action.UPDATE, Action.IMPORT})


def is_whole(change: Change, *, rules: KindRules, project_id: str) -> bool:
    """Tell whether digest, class, patches, nodes, operations, ``before`` and ``after`` fit the fields of ``change``.

    So whoever reviewed one of them reviewed what an apply would do.
    """
    making = Making(rules=rules, project_id=project_id, find_source=lambda _label: None)
    return complete_change(change, making) == change and (
        change.action not in _IN_FULL or (_is_as_bad_as_its_fields(change) and _has_its_fields(change, rules))
    )


def has_counts_of_its_changes(plan: Plan) -> bool:
    """Tell whether the counts of ``plan``, and its list of what is blocked, are those of its changes."""
    blocked = tuple(block for one in plan.changes for block in name_blocks(one.blocked, str(one.address)))
    summary = summarise(plan.changes, is_partial=is_partial(plan.inputs), cost=plan.summary.cost)
    return (summary, blocked) == (plan.summary, plan.blocked)


def _is_as_bad_as_its_fields(change: Change) -> bool:
    return change.disruption is find_worst(change.fields)


def _has_its_fields(change: Change, rules: KindRules) -> bool:
    """Tell whether ``before`` and ``after`` differ by the fields, and by what the service derives or takes along."""
    before, after = change.before or {}, change.after or {}
    refined = find_refined_keys((before, after), rules)
    differences = {path: (old, new) for path, old, new in find_differences(before, after, rules=rules, refined=refined)}
    planned = {one.path: (one.before, one.after) for one in change.fields}
    return all(_is_same_pair(differences.get(path), pair) for path, pair in planned.items()) and all(
        path in planned or _goes_along(path, new) for path, (_, new) in differences.items()
    )


def _is_same_pair(left: tuple[Maybe, Maybe] | None, right: tuple[Maybe, Maybe]) -> bool:
    return left is not None and all(map(is_same, left, right))


def _goes_along(path: FieldPath, after: Maybe) -> bool:
    """Tell whether a difference that is no field is one that needs none: left out of an entry (semantics 3.2)."""
    return after is ABSENT and path[:2] == RESOURCES
