"""What stands below a change's block: nodes, disruption, operations in order, and what blocks it."""

from planner.core.changes import Block, Change, Disruption, FlavorNodes, NodeConstraint, Operation
from planner.core.policies import CODE as POLICY
from planner.views.escape import escape_text
from planner.views.evidence_text import build_evidence_lines
from planner.views.field_rows import DISRUPTION_TONES
from planner.views.rollout_text import build_turn_lines
from planner.views.spans import Line, Span, Tone, make_line, measure_text, wrap_text

_MARGIN = "    "
_HANG = 2


def build_detail_lines(change: Change, *, width: int) -> list[Line]:
    """Return the lines below a change's block; each part is there only where it says something."""
    return [
        *(_make_nodes_line(row) for row in change.nodes if row.before != row.after),
        *_build_disruption(change),
        *build_evidence_lines(change, width=width, margin=_MARGIN),
        *_build_dependencies(change, width=width),
        *_build_operations(change.operations, width=width),
        *build_turn_lines(change, width=width, margin=_MARGIN),
        *_build_blocks(change, width=width),
    ]


def _build_blocks(change: Change, *, width: int) -> list[Line]:
    """Return what blocks the change; what policies say of several changes is told once, below all of them."""
    own = [block for block in change.blocked if block.code != POLICY]
    return [line for block in own for line in build_block_lines(block, width=width, margin=_MARGIN)]


def build_block_lines(block: Block, *, width: int, margin: str) -> list[Line]:
    """Return what is blocked and why: code and summary, then the detail wrapped below."""
    head = f"Blocked ({escape_text(block.code)}):"
    first, *rest = wrap_text(f"{head} {escape_text(block.summary)}", width=width - len(margin), hang=_HANG)
    is_whole = first.startswith(head)
    opening = (
        make_line(margin, Span(head, Tone.ALERT), first.removeprefix(head)) if is_whole else make_line(margin, first)
    )
    below = margin + " " * _HANG
    return [
        opening,
        *(make_line(below + line) for line in rest),
        *(make_line(below + line) for line in wrap_lines(block.detail, width=width - len(below))),
    ]


def wrap_lines(text: str, *, width: int) -> list[str]:
    """Return a text of several lines escaped and wrapped; lines that start with a space are kept as they are."""
    lines: list[str] = []
    for line in text.split("\n"):
        safe = escape_text(line.rstrip())
        lines += [safe] if safe.startswith(" ") else wrap_text(safe, width=width) or [""]
    while lines and not lines[-1]:
        lines.pop()
    return lines


def list_operation_details(operation: Operation) -> list[str]:
    """Return what an operation is for, when it may be sent and what is waited for after it; escaped."""
    when = f"when {operation.when}" if operation.when else ""
    waits = f"waits for {operation.waits_for}" if operation.waits_for else ""
    purpose = operation.purpose if operation.nodes is None else _format_constraint(operation.nodes)
    return [escape_text(part) for part in (purpose, when, waits) if part]


def _make_nodes_line(row: FlavorNodes) -> Line:
    name = escape_text(f"{row.flavor}/{row.node_pool}" if row.node_pool else row.flavor)
    tone = Tone.ADD if row.after > row.before else Tone.DESTROY
    return make_line(f"{_MARGIN}nodes: {name} ", Span(f"{row.before} -> {row.after}", tone))


def _build_disruption(change: Change) -> list[Line]:
    tone = DISRUPTION_TONES[change.disruption]
    words = [Span(change.disruption.word, tone)] if change.disruption is not Disruption.NONE else []
    if change.purchases:
        words += [Span(", "), Span("purchases", Tone.CHANGE)] if words else [Span("purchases", Tone.CHANGE)]
    return [make_line(f"{_MARGIN}disruption: ", *words)] if words else []


def _build_dependencies(change: Change, *, width: int) -> list[Line]:
    if not change.depends_on:
        return []
    text = "after: " + ", ".join(escape_text(str(address)) for address in change.depends_on)
    return _indent_rest(wrap_text(text, width=width - len(_MARGIN), hang=_HANG))


def _indent_rest(lines: list[str]) -> list[Line]:
    return [make_line(_MARGIN + " " * (_HANG if index else 0) + line) for index, line in enumerate(lines)]


def _build_operations(operations: tuple[Operation, ...], *, width: int) -> list[Line]:
    if not operations:
        return []
    lines = [make_line(f"{_MARGIN}operations:")]
    for number, operation in enumerate(operations, start=1):
        lines += _build_operation(operation, number=number, width=width)
    return lines


def _build_operation(operation: Operation, *, number: int, width: int) -> list[Line]:
    start = f"{_MARGIN}  {number}. "
    request = f"{escape_text(operation.method)} {escape_text(operation.path)}"
    details = "; ".join(list_operation_details(operation))
    whole = make_line(start, Span(request, Tone.BOLD), f"  {details}")
    if measure_text(start + request) + 2 + measure_text(details) <= width:
        return [whole]
    below = " " * len(start)
    wrapped = wrap_text(details, width=width - len(below))
    return [make_line(start, Span(request, Tone.BOLD)), *(make_line(below + line) for line in wrapped)]


def _format_constraint(nodes: NodeConstraint) -> str:
    whose = f"{nodes.flavor}/{nodes.node_pool}" if nodes.node_pool else nodes.flavor
    where = f" in {nodes.az}" if nodes.az else ""
    how = "idle and unlocked only" if nodes.idle_only else "idle ones by name first, the rest by count"
    return f"remove {nodes.count} {'node' if nodes.count == 1 else 'nodes'} of {whose}{where}, {how}"
