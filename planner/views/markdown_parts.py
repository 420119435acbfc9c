"""The pieces of a plan in Markdown: head, table rows, jobs, drift, folded diffs, digests and the closing."""

import re
from collections.abc import Iterable
from typing import Final

from planner.core.changes import Block, Change, Disruption, DriftRow, Plan
from planner.core.diagnostics import Diagnostic, Severity
from planner.core.money import HourlyCost, format_amount
from planner.core.shown_part import is_partly_shown
from planner.views.change_details import wrap_lines
from planner.views.change_order import format_action, format_cost, format_nodes
from planner.views.change_text import build_change_lines, find_symbol
from planner.views.drift_text import format_side
from planner.views.evidence_text import format_endangered, format_workload
from planner.views.markdown_text import cut_text, format_code, format_fence, format_html_code
from planner.views.plan_command import format_next_command
from planner.views.plan_text import format_last_line, has_news
from planner.views.rollout_text import list_rollouts
from planner.views.spans import format_line

_WIDTH: Final = 110
_LONGEST_DIFF: Final = 16_000
_LONGEST_NOTE: Final = 400
_ROW: Final = re.compile(r"^( *)([-+~])(?= )(.*)$", re.DOTALL)
_POLICIES: Final = {"": "not managed", "revert": "brought back", "keep": "kept", "stop": "**stops this change**"}


def make_head(plan: Plan) -> str:
    """Return the title and what there is to know before anything else."""
    lines = [f"## {format_last_line(plan)}", ""]
    if plan.loosened:
        rows = "; ".join(f"[{one.scope}] {one.key} {one.before} -> {one.after}" for one in plan.loosened)
        lines += [f"> **Warning:** the files loosen guards: {format_code(rows)}", ""]
    if plan.summary.is_partial:
        lines += ["> **Warning:** this plan is partial: it holds only what --target and --exclude select.", ""]
    if is_partly_shown(plan):
        lines += ["> Counts, nodes and digest are of the whole plan; **only what is new or different is shown**.", ""]
    blocked = sum(bool(change.blocked) for change in plan.changes)
    if blocked:
        verb = "change is" if blocked == 1 else "changes are"
        lines += [f"> **{blocked} {verb} blocked:** apply would refuse. Why stands with each change below.", ""]
    return "\n".join([*lines, *_make_facts(plan)])


def make_table_head(plan: Plan) -> str:
    """Return the head of the summary table; money has a column where the files name prices."""
    names = ["Address", "Action", "Nodes", "Disruption", *_list_cost(plan, "Cost per hour"), "Blocked"]
    return "\n".join([_make_row(names), _make_row(["---"] * len(names))])


def list_rows(plan: Plan, changes: Iterable[Change]) -> list[str]:
    """Return a row of the summary table for each of ``changes``."""
    return [
        _make_row(
            [
                format_code(str(change.address)),
                _stress(format_action(change), is_loud=change.disruption is Disruption.DESTROYS),
                format_nodes(change.nodes_before, change.nodes_after) if change.nodes else "",
                _format_disruption(change),
                *_list_cost(plan, format_cost(change)),
                ", ".join(dict.fromkeys(format_code(one.code) for one in change.blocked)),
            ]
        )
        for change in changes
    ]


def list_notes(plan: Plan) -> list[str]:
    """Return a line for each warning and error of the plan; notices stay on the terminal."""
    loud = [one for one in plan.diagnostics if one.severity is not Severity.NOTICE]
    return [f"- **{one.severity.value.capitalize()}:** {_format_diagnostic(one)}" for one in loud]


def list_rollout_items(plan: Plan) -> list[str]:
    """Return an item for each rollout of the plan, and one below it for its window and each of its batches."""
    return [
        "\n".join(
            [
                f"- **{format_code(one.name)}:** {format_code(one.rule)}",
                *(f"  - {format_code(row, limit=_LONGEST_NOTE)}" for row in one.rows),
            ]
        )
        for one in list_rollouts(plan)
    ]


def list_jobs(changes: Iterable[Change]) -> list[str]:
    """Return a line for each job that would die, under its change; one that says so where nobody could look."""
    lines: list[str] = []
    for change in changes:
        if change.endangered is not None and (change.endangered.workloads or change.endangered.why_unread):
            head = f"- {format_code(str(change.address))}: {format_endangered(change.endangered)}"
            jobs = [f"  - {format_code(format_workload(one))}" for one in change.endangered.workloads]
            lines += ["\n".join([head, *jobs[:1]]), *jobs[1:]]
    return lines


def list_drift(plan: Plan) -> list[str]:
    """Return a row of the drift table for each field that others changed."""
    return [_make_drift_row(row) for row in plan.drift]


def list_folds(changes: Iterable[Change]) -> list[str]:
    """Return a folded diff for each of ``changes``."""
    return [_make_fold(change) for change in changes]


def list_digests(changes: Iterable[Change]) -> list[str]:
    """Return a line with the digest of each of ``changes``."""
    return [f"- {format_code(str(change.address))} {format_code(change.digest)}" for change in changes]


def make_closing(plan: Plan, *, saved: str) -> str:
    """Return the exact command that makes this plan and nothing else; nothing where there is nothing to do."""
    if not has_news(plan):
        return ""
    lines = ["### To apply exactly this", "", format_fence([format_next_command(plan, saved=saved)], language="sh")]
    lines += ["", "" if plan.inputs.refresh_only else "The digest is the approval: what is not in it is left out. "]
    if any(change.blocked for change in plan.changes):
        lines[-1] += "Blocks stay: it refuses until they are lifted, and with `--skip-blocked` it makes the others. "
    if plan.inputs.valid_until:
        lines[-1] += f"The saved plan is valid until {format_code(plan.inputs.valid_until)}. "
    if saved and not plan.inputs.undo:
        lines[-1] += f"The plan is saved in {format_code(saved)}: `poolctl show` prints all of it."
    return "\n".join([*lines[:-1], lines[-1].rstrip(), ""])


def _format_diagnostic(one: Diagnostic) -> str:
    place = f" ({format_code(f'{one.location.file}:{one.location.line}')})" if one.location else ""
    detail = f": {format_code(one.detail, limit=_LONGEST_NOTE)}" if one.detail else ""
    return f"{format_code(one.summary)}{place}{detail}"


def _make_facts(plan: Plan) -> list[str]:
    if not has_news(plan):
        return []
    highest = max((change.disruption for change in plan.changes), default=Disruption.NONE)
    of = " of what is shown" if is_partly_shown(plan) else ""
    facts = [
        f"**Nodes** {format_nodes(plan.summary.nodes_before, plan.summary.nodes_after)}",
        f"**Disruption{of}** {'none' if highest is Disruption.NONE else f'at most {highest.word}'}",
        *([_format_total(plan.summary.cost)] if plan.summary.cost else []),
        f"**Digest** {format_code(plan.digest)}",
    ]
    return [" · ".join(facts), ""]


def _format_total(cost: HourlyCost) -> str:
    missing = f" without {format_code(', '.join(cost.unpriced))}" if cost.unpriced else ""
    return f"**Cost per hour** {format_amount(cost.before)} → {format_amount(cost.after)}{missing}"


def _list_cost(plan: Plan, text: str) -> list[str]:
    return [text] if plan.summary.cost else []


def _make_row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _format_disruption(change: Change) -> str:
    words = [change.disruption.word] if change.disruption is not Disruption.NONE else []
    words += ["purchases"] if change.purchases else []
    return _stress(", ".join(words) or "none", is_loud=change.disruption >= Disruption.INTERRUPTS or change.purchases)


def _stress(text: str, *, is_loud: bool) -> str:
    return f"**{text}**" if is_loud else text


def _make_drift_row(row: DriftRow) -> str:
    sides = [format_code(format_side(row.before)), format_code(format_side(row.after))]
    rule = _POLICIES.get(row.policy, "") if row.is_managed or not row.policy else ""
    rule = "managed" if row.is_managed and not row.policy else rule
    return _make_row([format_code(str(row.address)), format_code(row.label), *sides, rule])


def _make_fold(change: Change) -> str:
    symbol = find_symbol(change) or "·"
    nodes = f", nodes {format_nodes(change.nodes_before, change.nodes_after)}" if change.nodes else ""
    blocked = ", <b>blocked</b>" if change.blocked else ""
    summary = f"{symbol} {format_html_code(str(change.address))} {format_action(change)}{nodes}{blocked}"
    blocks = [f"\n{_format_block(block)}\n" for block in change.blocked]
    diff = format_fence(_cut_lines(_list_diff(change)), language="diff")
    return "\n".join(["<details>", f"<summary>{summary}</summary>", *blocks, "", diff, "", "</details>"])


def _format_block(block: Block) -> str:
    lines = wrap_lines(f"{block.summary}\n{block.detail}", width=_WIDTH)
    return f"**Blocked** {format_code(block.code)}\n\n{format_fence(_cut_lines(lines), language='text')}"


def _list_diff(change: Change) -> list[str]:
    """Return a change's lines with their symbols in the first column, where a diff looks for them."""
    lines = build_change_lines(change, width=_WIDTH)
    texts = [format_line(line, colour=False) for line in lines]
    # Blocks stand above the diff, in full.
    kept = texts[: next((at for at, text in enumerate(texts) if text.startswith("    Blocked (")), len(texts))]
    return [_move_symbol(text) for text in kept]


def _move_symbol(text: str) -> str:
    found = _ROW.match(text)
    if found is None:
        return text
    symbol = "!" if found[2] == "~" else found[2]
    return f"{symbol}{found[1]}{found[3]}"


def _cut_lines(lines: list[str]) -> list[str]:
    """Return ``lines``, or as many as one change may take, and how many were left out."""
    room = _LONGEST_DIFF
    for number, line in enumerate(lines):
        room -= len(cut_text(line, limit=400)) + 1
        if room < 0:
            return [*lines[:number], f"# ({len(lines) - number} more lines)"]
    return lines
