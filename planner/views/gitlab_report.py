"""A plan as the report that GitLab shows beside a merge request (``artifacts:reports:terraform``).

Facts of the format: GitLab's documentation makes it of Terraform's JSON by counting the actions ``create``, ``update``
and ``delete``; a replacement is one of the first and one of the last.
"""

from collections import Counter

from planner.core.changes import Plan
from planner.views.json_text import format_json
from planner.views.terraform_json import find_actions


def format_gitlab_report(plan: Plan) -> str:
    """Return how much ``plan`` creates, updates and deletes, as JSON."""
    counts = Counter(action for change in plan.changes for action in find_actions(change))
    return format_json({name: counts[name] for name in ("create", "update", "delete")})
