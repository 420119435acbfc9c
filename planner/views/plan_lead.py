"""What leads the text of a large plan: the changes counted by what they do, before hundreds of blocks."""

from collections import defaultdict
from typing import Final

from planner.core.changes import Change, Disruption, Plan
from planner.views.change_order import format_action, rank_changes
from planner.views.escape import escape_text
from planner.views.spans import Line, Span, Tone, make_line, wrap_text

_MANY: Final = 20
_NAMED: Final = 3


def build_lead_lines(plan: Plan, *, width: int) -> list[Line]:
    """Return the counts of a plan of many changes, worst first; nothing for one that is read at a glance."""
    groups: dict[tuple[str, Disruption, bool], list[Change]] = defaultdict(list)
    ranked = rank_changes(plan)
    if len(ranked) <= _MANY:
        return []
    for change in ranked:
        groups[format_action(change), change.disruption, bool(change.blocked)].append(change)
    nodes = f"nodes {plan.summary.nodes_before} -> {plan.summary.nodes_after}"
    lines = [make_line(Span(f"Summary: {len(ranked)} changes, {nodes}.", Tone.BOLD))]
    for (action, disruption, is_blocked), changes in groups.items():
        words = [f"{len(changes)} x {action}", disruption.word, *(["blocked"] if is_blocked else [])]
        first, *rest = wrap_text(f"{', '.join(words)}: {_name(changes)}", width=width - 2, hang=2)
        lines += [make_line(f"  {first}"), *(make_line(f"    {line}") for line in rest)]
    return lines


def _name(changes: list[Change]) -> str:
    names = [escape_text(str(change.address)) for change in changes[:_NAMED]]
    more = len(changes) - len(names)
    return ", ".join(names) + (f" and {more} more" if more else "")
