"""A plan as text in Terraform's look: drift, changes in their order, what is blocked, the last line."""

from dataclasses import replace
from typing import Final

from planner.core.changes import Action, Change, Disruption, Plan, PlanSummary
from planner.core.evidence_sightings import HELD_BACK
from planner.core.policies import CODE as POLICY
from planner.core.shown_part import is_partly_shown
from planner.views.change_details import build_block_lines
from planner.views.change_text import build_change_lines, find_symbol, is_shown
from planner.views.drift_text import build_drift_lines
from planner.views.escape import escape_text
from planner.views.evidence_text import build_cost_lines, build_loosened_lines, build_quota_lines
from planner.views.field_rows import DISRUPTION_TONES, make_symbol
from planner.views.folding import fold_lines
from planner.views.plan_lead import build_lead_lines
from planner.views.rollout_text import build_rollout_lines
from planner.views.spans import Line, Screen, Span, Tone, format_lines, make_line, wrap_text
from planner.views.voices import POOLCTL, Voice
from planner.views.widths import fit_width

NO_CHANGES: Final = "No changes. Your infrastructure matches the configuration."
_LEGEND: Final = (
    ("+", "create"),
    ("~", "update in-place"),
    ("-", "destroy"),
    ("-/+", "destroy and then create replacement"),
    (".", "forget, without destroying"),
)
_REFRESH: Final = (
    "This is a refresh-only plan: nothing of it is undone. If you expected these changes, apply it to take note of "
    "them in the state; nothing is sent to the service."
)


def format_plan(plan: Plan, *, width: int, colour: bool, voice: Voice = POOLCTL, screen: Screen | None = None) -> str:
    """Return ``plan`` as text; its last line is Terraform's, letter for letter.

    ``width`` (40 to 200 columns) wraps comments and details; values are never broken. ``voice`` says whose literal
    lines stand around the changes. On a ``screen`` all other lines are folded, too, and files are links.
    Diagnostics of the plan are not in it: they go to stderr.
    """
    fitted = fit_width(width)
    sections = [
        build_loosened_lines(plan, width=fitted),
        build_lead_lines(plan, width=fitted),
        _build_drift(plan, width=fitted, voice=voice),
        _build_legend(plan, width=fitted, voice=voice),
        *_build_changes(plan, width=fitted, voice=voice),
        _build_blocked(plan, width=fitted),
        build_rollout_lines(plan, width=fitted),
        [*_build_summary(plan, width=fitted), _make_last_line(plan)],
    ]
    lines = _join_sections(sections)
    if screen is None:
        return format_lines(lines, colour=colour)
    *above, last = lines
    return format_lines((*fold_lines(above, width=fitted), last), colour=colour, base=screen.base)


def format_plan_result(plan: Plan, *, width: int, colour: bool) -> str:
    """Return what ``--quiet`` leaves of a plan: whether apply would refuse it, and Terraform's last line."""
    blocked = [change for change in plan.changes if change.blocked]
    return format_lines([*_build_refused(blocked, width=fit_width(width)), _make_last_line(plan)], colour=colour)


def has_changes(summary: PlanSummary) -> bool:
    """Tell whether an apply would do anything, to the service or to the state."""
    return any(
        (summary.create, summary.update, summary.replace, summary.delete, summary.import_, summary.move, summary.forget)
    )


def has_news(plan: Plan) -> bool:
    """Tell whether something is left to do: changes, drift that a refresh takes note of, or nodes that stay for now."""
    is_held_back = any(one.code == HELD_BACK for one in plan.diagnostics)
    return has_changes(plan.summary) or (plan.inputs.refresh_only and bool(plan.drift)) or is_held_back


def is_import_with_changes(change: Change) -> bool:
    """Tell whether ``change`` adopts a resource and changes it as well."""
    return change.action is Action.IMPORT and bool(change.fields)


def format_last_line(plan: Plan) -> str:
    """Return Terraform's last line: what is imported and changed counts as both."""
    summary = plan.summary
    if not has_news(plan):
        return NO_CHANGES
    imports = f"{summary.import_} to import, " if summary.import_ else ""
    added, destroyed = summary.create + summary.replace, summary.delete + summary.replace
    return f"Plan: {imports}{added} to add, {count_changed(plan)} to change, {destroyed} to destroy."


def count_changed(plan: Plan) -> int:
    """Return how many resources are changed in place, those that are adopted as well among them."""
    return plan.summary.update + sum(map(is_import_with_changes, plan.changes))


def _join_sections(sections: list[list[Line]]) -> list[Line]:
    lines: list[Line] = []
    for section in sections:
        lines += [(), *section] if lines and section else section
    return lines


def _build_drift(plan: Plan, *, width: int, voice: Voice) -> list[Line]:
    return build_drift_lines(plan.drift, width=width, voice=voice) if plan.drift else []


def _build_legend(plan: Plan, *, width: int, voice: Voice) -> list[Line]:
    shown = {find_symbol(change) for change in plan.changes if is_shown(change)}
    if not shown:
        return []
    symbols = [(*make_symbol(symbol), Span(text)) for symbol, text in _LEGEND if symbol in shown]
    legend = [*(make_line(line) for line in wrap_text(voice.intro, width=width)), *symbols, ()] if symbols else []
    return [*legend, make_line(f"{voice.tool} will perform the following actions:")]


def _build_changes(plan: Plan, *, width: int, voice: Voice) -> list[list[Line]]:
    return [build_change_lines(change, width=width, voice=voice) for change in plan.changes if is_shown(change)]


def _build_blocked(plan: Plan, *, width: int) -> list[Line]:
    """Return the blocks of the whole plan; those of one change stand below it."""
    own = (block for change in plan.changes if is_shown(change) for block in change.blocked)
    told = {block for block in own if block.code != POLICY}
    # A policy that many changes break is told once.
    rest = dict.fromkeys(
        replace(block, address="") if block.code == POLICY else block for block in plan.blocked if block not in told
    )
    return [line for block in rest for line in build_block_lines(block, width=width, margin="")]


def _build_summary(plan: Plan, *, width: int) -> list[Line]:
    summary = plan.summary
    lines: list[Line] = []
    if summary.is_partial:
        lines += _build_partial(width=width)
    if has_changes(summary):
        lines += _build_facts(plan, width=width)
    if plan.inputs.refresh_only and has_news(plan):
        lines += [*map(make_line, wrap_text(_REFRESH, width=width)), ()]
    blocked = [change for change in plan.changes if change.blocked]
    lines += _build_refused(blocked, width=width)
    beside = [(summary.forget, "forget"), (summary.move, "move")]
    words = ", ".join(f"{count} to {verb}" for count, verb in beside if count)
    return [*lines, make_line(f"State only: {words}.")] if words else lines


def _build_facts(plan: Plan, *, width: int) -> list[Line]:
    summary, until = plan.summary, plan.inputs.valid_until
    whole = [
        make_line(f"Digest: {escape_text(plan.digest)}"),
        _make_nodes_line(summary),
        *build_cost_lines(summary.cost, width=width),
        *([make_line(f"Valid until: {escape_text(until)}.")] if until else []),
        *build_quota_lines(plan.quotas, width=width),
    ]
    if not is_partly_shown(plan):
        return [*whole, *_build_disruption(plan.changes)]
    own = _build_disruption(plan.changes, of=" of what is shown")
    return [*own, (), make_line(Span("The whole plan, with what is not shown here:", Tone.BOLD)), *whole]


def _build_partial(*, width: int) -> list[Line]:
    text = "Warning: this plan is partial: it holds only what --target and --exclude select."
    first, *rest = wrap_text(text, width=width)
    return [
        make_line(Span("Warning:", Tone.CAUTION), first.removeprefix("Warning:")),
        *(make_line(line) for line in rest),
    ]


def _make_nodes_line(summary: PlanSummary) -> Line:
    return make_line(f"Nodes: {summary.nodes_before} -> {summary.nodes_after}.")


def _build_disruption(changes: tuple[Change, ...], *, of: str = "") -> list[Line]:
    highest = max((change.disruption for change in changes), default=Disruption.NONE)
    count = sum(change.disruption is highest for change in changes)
    if highest is Disruption.NONE:
        return [make_line(f"Disruption{of}: none.")]
    noun = "change" if count == 1 else "changes"
    return [
        make_line(f"Disruption{of}: at most ", Span(highest.word, DISRUPTION_TONES[highest]), f" ({count} {noun}).")
    ]


def _build_refused(blocked: list[Change], *, width: int) -> list[Line]:
    if not blocked:
        return []
    names = ", ".join(escape_text(str(change.address)) for change in blocked)
    noun = "change is" if len(blocked) == 1 else "changes are"
    text = f"{len(blocked)} {noun} blocked, apply would refuse: {names}."
    return [make_line(Span(line, Tone.ALERT)) for line in wrap_text(text, width=width)]


def _make_last_line(plan: Plan) -> Line:
    head, colon, counts = format_last_line(plan).partition(":")
    return make_line(Span(f"{head}{colon}", Tone.BOLD), counts)
