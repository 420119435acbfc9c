"""One plan against another: what is new or different since somebody looked (``plan --against``)."""

from planner.core.approval import is_loud
from planner.core.changes import Change, Plan
from planner.core.diagnostics import make_warning
from planner.core.guards import name_blocks
from planner.core.lazy_dataclass import replace
from planner.core.shown_part import AGAINST


def keep_news(plan: Plan, seen: Plan) -> Plan:
    """Return ``plan`` less the changes, by digest, and the drift that ``seen`` holds, with a warning that says so.

    A change that something blocks now, and did not then, is news, too.
    Digest and counts stay those of the whole plan: they are what an apply goes by.
    """
    known = {change.digest: _list_blocks(change) for change in seen.changes}
    loud = [change for change in plan.changes if _is_shown(change)]
    same = [one for one in loud if one.digest in known and _list_blocks(one) <= known[one.digest]]
    wanted = {change.address for change in loud}
    gone = [change.address for change in seen.changes if _is_shown(change) and change.address not in wanted]
    kept = tuple(change for change in plan.changes if change not in same)
    words = (
        f"New or different since the plan {seen.digest}, and shown: {len(loud) - len(same)}. As there, and not "
        f"shown: {len(same)}. Digest, counts and nodes are those of the whole plan, the disruption is of what is shown."
    )
    ended = f" No longer planned: {', '.join(map(str, gone))}." if gone else ""
    warning = make_warning(AGAINST, "Only what changed since another plan is shown", detail=words + ended)
    told = [block for change in kept for block in name_blocks(change.blocked, str(change.address))]
    return replace(
        plan,
        changes=kept,
        drift=tuple(row for row in plan.drift if row not in seen.drift),
        blocked=tuple(block for block in plan.blocked if block in told),
        diagnostics=(*plan.diagnostics, warning),
    )


def _list_blocks(change: Change) -> frozenset[str]:
    return frozenset(block.code for block in change.blocked)


def _is_shown(change: Change) -> bool:
    return is_loud(change) or change.previous_address is not None
