"""What the HTML report shows, as values: every text in them is raw, the template escapes it."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from planner.core.changes import Change, Disruption, DriftRow, Plan
from planner.core.lazy_dataclass import dataclass
from planner.core.money import format_amount
from planner.core.shown_part import is_partly_shown
from planner.views.change_order import format_nodes, rank_changes
from planner.views.drift_text import format_side
from planner.views.evidence_text import format_endangered, format_workload
from planner.views.markdown_text import cut_text
from planner.views.plan_command import format_next_command
from planner.views.plan_text import count_changed, format_last_line, has_news
from planner.views.report_changes import ReportChange, build_report_change, find_action_tags
from planner.views.report_charts import Chart, build_charts
from planner.views.rollout_text import RolloutWords, list_rollouts

_LONGEST: Final = 2_000
_RULES: Final = {"": "", "revert": "brought back", "keep": "kept", "stop": "stops this change"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something to know before all else; ``is_stop`` where apply would refuse."""

    head: str
    text: str
    is_stop: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One number of the plan; ``tone`` is add, change or destroy."""

    name: str
    value: str
    tone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobGroup:
    """The jobs that one change would end."""

    address: str
    head: str
    jobs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftLine:
    """One field that others changed."""

    address: str
    label: str
    before: str
    after: str
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """A button that shows the changes of one tag."""

    tag: str
    name: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All that the page shows, in its order."""

    title: str
    place: str
    notes: tuple[Note, ...]
    facts: tuple[Fact, ...]
    charts: tuple[Chart, ...]
    rollouts: tuple[RolloutWords, ...]
    jobs: tuple[JobGroup, ...]
    drift: tuple[DriftLine, ...]
    filters: tuple[Filter, ...]
    changes: tuple[ReportChange, ...]
    command: tuple[str, ...]
    is_by_digest: bool


def build_report(plan: Plan) -> Report:
    """Return what the page of ``plan`` shows; the worst changes come first."""
    ranked = rank_changes(plan)
    return Report(
        title=format_last_line(plan),
        place=_format_place(plan),
        notes=tuple(_list_notes(plan)),
        facts=tuple(_list_facts(plan)) if has_news(plan) else (),
        charts=build_charts(plan),
        rollouts=list_rollouts(plan),
        jobs=tuple(_list_jobs(ranked)),
        drift=tuple(map(_make_drift_line, plan.drift)),
        filters=_list_filters(ranked),
        changes=tuple(map(build_report_change, ranked)),
        command=tuple(format_next_command(plan).split(" ")) if has_news(plan) else (),
        is_by_digest=not plan.inputs.refresh_only,
    )


def _format_place(plan: Plan) -> str:
    service = plan.basis.service
    where = f"Region {service.region}, project {service.project_id}. " if service else ""
    return f"{where}Digest {plan.digest}"


def _list_notes(plan: Plan) -> Iterator[Note]:
    if plan.loosened:
        rows = "; ".join(f"[{one.scope}] {one.key} {one.before} -> {one.after}" for one in plan.loosened)
        yield Note(head="The files loosen guards:", text=rows)
    if plan.summary.is_partial:
        yield Note(head="This plan is partial:", text="it holds only what --target and --exclude select.")
    if is_partly_shown(plan):
        yield Note(head="The numbers are of the whole plan,", text="the chart and the changes of what is shown.")
    blocked = sum(bool(change.blocked) for change in plan.changes)
    if blocked:
        verb = "change is" if blocked == 1 else "changes are"
        yield Note(head=f"{blocked} {verb} blocked:", text="apply would refuse. Each says why below.", is_stop=True)
    for one in plan.diagnostics:
        if one.severity.value != "notice":
            text = cut_text(one.detail, limit=_LONGEST)
            yield Note(head=f"{one.severity.value.capitalize()}: {one.summary}.", text=text)


def _list_facts(plan: Plan) -> Iterator[Fact]:
    summary = plan.summary
    counts = (
        ("To import", summary.import_, ""),
        ("To create", summary.create, "add"),
        ("To update", count_changed(plan), "change"),
        ("To replace", summary.replace, "destroy"),
        ("To delete", summary.delete, "destroy"),
        ("To forget", summary.forget, ""),
        ("To move", summary.move, ""),
    )
    for name, count, tone in counts:
        if count:
            yield Fact(name=name, value=f"{count:,}", tone=tone)
    yield Fact(name="Nodes", value=format_nodes(summary.nodes_before, summary.nodes_after))
    highest = max((change.disruption for change in plan.changes), default=Disruption.NONE)
    yield Fact(
        name="Disruption, at most, of what is shown" if is_partly_shown(plan) else "Disruption, at most",
        value=highest.word,
        tone="destroy" if highest >= Disruption.INTERRUPTS else "",
    )
    if summary.cost:
        amounts = f"{format_amount(summary.cost.before)} → {format_amount(summary.cost.after)}"
        yield Fact(name="Cost per hour, as priced" if summary.cost.unpriced else "Cost per hour", value=amounts)


def _list_jobs(changes: Iterable[Change]) -> Iterator[JobGroup]:
    for change in changes:
        found = change.endangered
        if found is not None and (found.workloads or found.why_unread):
            jobs = tuple(map(format_workload, found.workloads))
            yield JobGroup(address=str(change.address), head=format_endangered(found), jobs=jobs)


def _make_drift_line(row: DriftRow) -> DriftLine:
    managed = _RULES.get(row.policy, row.policy) or "managed"
    return DriftLine(
        address=str(row.address),
        label=row.label,
        before=cut_text(format_side(row.before), limit=_LONGEST),
        after=cut_text(format_side(row.after), limit=_LONGEST),
        rule=managed if row.is_managed else "not managed",
    )


def _list_filters(changes: tuple[Change, ...]) -> tuple[Filter, ...]:
    counts = Counter(tag for change in changes for tag in find_action_tags(change))
    blocked = sum(bool(change.blocked) for change in changes)
    rows = [("all", "All", len(changes)), *((word, word.capitalize(), count) for word, count in counts.items())]
    rows += [("blocked", "Blocked", blocked)] if blocked else []
    return tuple(Filter(tag=tag, name=name, count=count) for tag, name, count in rows)
