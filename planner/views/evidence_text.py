"""What the evidence says, as lines: jobs in danger below a change, and money, quotas and loosened guards of a plan."""

from collections.abc import Iterator
from typing import Final

from planner.core.changes import Change, Plan
from planner.core.evidence import Endangered, EndangeredWorkload, SoldOut
from planner.core.money import HourlyCost, format_amount
from planner.core.snapshot import LiveQuota
from planner.views.escape import escape_text
from planner.views.spans import Line, Span, Tone, make_line, wrap_text

_SHOWN: Final = 20
_UNITS: Final = ((86_400, "d"), (3_600, "h"), (60, "m"), (1, "s"))


def build_evidence_lines(change: Change, *, width: int, margin: str) -> list[Line]:
    """Return who would die of ``change``, and where it cannot grow."""
    lines = [] if change.endangered is None else _build_endangered(change.endangered, width=width, margin=margin)
    for one in change.sold_out:
        first, *rest = wrap_text(_format_sold_out(one), width=width - len(margin), hang=2)
        lines += [make_line(margin, Span(first, Tone.CAUTION)), *(make_line(f"{margin}  {line}") for line in rest)]
    return lines


def build_loosened_lines(plan: Plan, *, width: int) -> list[Line]:
    """Return the first lines of a plan whose files permit more than they did at the last apply (semantics 5.2)."""
    if not plan.loosened:
        return []
    rows = "; ".join(f"[{one.scope}] {one.key} {one.before} -> {one.after}" for one in plan.loosened)
    first, *rest = wrap_text(f"Warning: the files loosen guards: {escape_text(rows)}", width=width)
    head, _, tail = first.partition(" ")
    return [make_line(Span(head, Tone.CAUTION), f" {tail}"), *(make_line(line) for line in rest)]


def build_cost_lines(cost: HourlyCost | None, *, width: int) -> list[Line]:
    """Return what the nodes cost an hour, before and after; nothing without prices."""
    if cost is None:
        return []
    missing = f", without {', '.join(map(escape_text, cost.unpriced))}" if cost.unpriced else ""
    text = f"Cost per hour: {format_amount(cost.before)} -> {format_amount(cost.after)}{missing}."
    return [make_line(line) for line in wrap_text(text, width=width)]


def build_quota_lines(quotas: tuple[LiveQuota, ...] | None, *, width: int) -> list[Line]:
    """Return what the quotas of the project leave before the plan."""
    if not quotas:
        return []
    left = ", ".join(f"{one.left} of {one.quota} ({escape_text(one.type)})" for one in quotas)
    return [make_line(line) for line in wrap_text(f"Quota left: {left}.", width=width)]


def format_endangered(endangered: Endangered) -> str:
    """Return the line above the jobs that a change would end."""
    if endangered.why_unread:
        return "workloads: nobody could look; any that runs there may die"
    if not endangered.workloads:
        return "workloads: none runs there now"
    if endangered.nodes_at_most is None:
        return "workloads that would die:"
    nodes = "1 node" if endangered.nodes_at_most == 1 else f"{endangered.nodes_at_most} nodes"
    return f"workloads that would die with {nodes}, which the service chooses among these:"


def format_workload(workload: EndangeredWorkload) -> str:
    """Return a job with its type, its age as the service tells it, and its nodes; escaped."""
    where = f" on {', '.join(workload.nodes)}" if workload.nodes else ""
    about = ", ".join(part for part in (workload.type, *_list_age(workload)) if part)
    return escape_text(f"{workload.name} ({about or workload.status}){where}")


def _build_endangered(endangered: Endangered, *, width: int, margin: str) -> list[Line]:
    lines = wrap_text(format_endangered(endangered), width=width - len(margin), hang=2)
    shown = [make_line(margin + ("  " if index else ""), Span(line, Tone.DESTROY)) for index, line in enumerate(lines)]
    for one in endangered.workloads[:_SHOWN]:
        first, *rest = wrap_text(format_workload(one), width=width - len(margin) - 2, hang=2)
        shown += [make_line(f"{margin}  {first}"), *(make_line(f"{margin}    {line}") for line in rest)]
    more = len(endangered.workloads) - _SHOWN
    return [*shown, make_line(f"{margin}  and {more} more")] if more > 0 else shown


def _list_age(workload: EndangeredWorkload) -> Iterator[str]:
    """Yield the age as the service tells it; a status that says that it does not run yet comes first."""
    if workload.status != "Running":
        yield workload.status
    if workload.running_seconds:
        yield f"for {_format_seconds(workload.running_seconds)}"
    elif workload.created:
        yield f"since {workload.created}"


def _format_seconds(seconds: int) -> str:
    """Return a duration by its two largest units."""
    parts: list[tuple[int, str]] = []
    for size, unit in _UNITS:
        count, seconds = divmod(seconds, size)
        if count or parts:
            parts.append((count, unit))
    return " ".join(f"{count}{unit}" for count, unit in parts[:2] if count)


def _format_sold_out(sold_out: SoldOut) -> str:
    zones = escape_text(", ".join(sold_out.zones))
    everywhere = ": no zone is left to grow in" if sold_out.is_everywhere else ""
    return f"sold out: {escape_text(sold_out.flavor)} in {zones}{everywhere}"
