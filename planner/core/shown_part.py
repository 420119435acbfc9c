"""Whether a plan is shown in part: only what changed since another one (``plan --against``)."""

from typing import Final

from planner.core.changes import Plan

AGAINST: Final = "plan.against"
"""The code of the warning that says so."""


def is_partly_shown(plan: Plan) -> bool:
    """Tell whether ``plan`` lacks changes that were seen, while its digest and counts have them."""
    return any(one.code == AGAINST for one in plan.diagnostics)
