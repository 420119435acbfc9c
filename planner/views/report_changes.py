"""One change of the HTML report, as values: its rows, its requests with their bodies, and what blocks it."""

from collections.abc import Iterator
from typing import Final

from planner.core.changes import Action, Block, Change, Disruption, Operation
from planner.core.diagnostics import SourceLocation
from planner.core.lazy_dataclass import dataclass
from planner.core.trees import ABSENT, Maybe
from planner.views.change_details import list_operation_details
from planner.views.change_order import format_action, format_cost, format_nodes
from planner.views.change_text import find_notes
from planner.views.differences import Difference, build_differences
from planner.views.json_text import format_json
from planner.views.markdown_text import cut_text
from planner.views.rollout_text import format_turn
from planner.views.values import KNOWN_AFTER_APPLY, build_file_names, format_value

_LONGEST: Final = 2_000
_TONES: Final = {
    Action.CREATE: "add",
    Action.UPDATE: "edit",
    Action.REPLACE: "destroy",
    Action.DELETE: "destroy",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportBlock:
    """Why apply would refuse; the detail line by line."""

    code: str
    summary: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRow:
    """One field; an empty side is one where it is not there."""

    label: str
    before: str
    after: str
    disruption: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportOperation:
    """One request; ``body`` is JSON line by line."""

    request: str
    details: str
    body: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportChange:
    """One change; ``tags`` are what the page filters by, ``tone`` is add, edit or destroy."""

    address: str
    action: str
    tone: str
    tags: str
    nodes: str
    cost: str
    disruption: str
    is_loud: bool
    reason: str
    blocks: tuple[ReportBlock, ...]
    rows: tuple[ReportRow, ...]
    lines: tuple[str, ...]
    operations: tuple[ReportOperation, ...]
    digest: str


def find_action_tags(change: Change) -> tuple[str, ...]:
    """Return what is done, a word each: what is adopted and changed is found under both."""
    return tuple(format_action(change).split(" and "))


def build_report_change(change: Change) -> ReportChange:
    """Return what the page shows of ``change``."""
    action = format_action(change)
    tags = [*find_action_tags(change), *(["blocked"] if change.blocked else [])]
    return ReportChange(
        address=str(change.address),
        action=action,
        tone=_TONES.get(change.action, ""),
        tags=" ".join(tags),
        nodes=format_nodes(change.nodes_before, change.nodes_after) if change.nodes else "",
        cost=format_cost(change),
        disruption=_format_disruption(change),
        is_loud=change.disruption >= Disruption.INTERRUPTS or change.purchases,
        reason="; ".join(find_notes(change)),
        blocks=tuple(map(_make_block, change.blocked)),
        rows=tuple(map(_make_row, build_differences(change))),
        lines=tuple(_list_lines(change)),
        operations=tuple(map(_make_operation, change.operations)),
        digest=change.digest,
    )


def _format_disruption(change: Change) -> str:
    words = [change.disruption.word] if change.disruption is not Disruption.NONE else []
    return ", ".join([*words, *(["purchases"] if change.purchases else [])])


def _make_block(block: Block) -> ReportBlock:
    lines = tuple(line for line in cut_text(block.detail, limit=_LONGEST).split("\n") if line.strip())
    return ReportBlock(code=block.code, summary=block.summary, lines=lines)


def _make_row(row: Difference) -> ReportRow:
    after = KNOWN_AFTER_APPLY if row.is_unknown else _format_side(row.after)
    return ReportRow(
        label=row.label,
        before=_format_side(row.before),
        after=after,
        disruption="" if row.disruption is Disruption.NONE else row.disruption.word,
        source=_format_source(row.source),
    )


def _format_side(side: Maybe) -> str:
    return "" if side is ABSENT else cut_text(format_value(build_file_names(side)), limit=_LONGEST)


def _format_source(source: SourceLocation | None) -> str:
    return "" if source is None else f"{source.file}:{source.line}"


def _list_lines(change: Change) -> Iterator[str]:
    if change.depends_on:
        yield f"After {', '.join(map(str, change.depends_on))}."
    if change.kept_entries:
        yield f"{change.kept_entries} {'entry' if change.kept_entries == 1 else 'entries'} of others kept."
    if change.released:
        yield f"No longer managed: {', '.join(change.released)}."
    for turn in change.turns:
        words = format_turn(turn)
        yield f"{words[0].upper()}{words[1:]}."
    for one in change.sold_out:
        everywhere = ": no zone is left to grow in" if one.is_everywhere else ""
        yield f"Sold out: {one.flavor} in {', '.join(one.zones)}{everywhere}."


def _make_operation(operation: Operation) -> ReportOperation:
    body = () if operation.body is None else tuple(format_json(operation.body).splitlines())
    return ReportOperation(
        request=f"{operation.method} {operation.path}",
        details="; ".join(list_operation_details(operation)),
        body=tuple(cut_text(line, limit=_LONGEST) for line in body),
    )
