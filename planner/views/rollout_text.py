"""Rollouts as words and lines: what takes its turn in a change, and how a rollout goes through the pools of a plan."""

from collections.abc import Iterator
from typing import Final

from planner.core.changes import Change, Plan
from planner.core.lazy_dataclass import dataclass
from planner.core.rollout_plan import PlannedRollout, Turn, Unfinished
from planner.views.escape import escape_text
from planner.views.spans import Line, Span, Tone, make_line, wrap_text

_BATCHES: Final = 20
_NAMES: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutWords:
    """A rollout of a plan: what and how, then its window, its batches and what holds it back. Not escaped."""

    name: str
    rule: str
    rows: tuple[str, ...]


def list_rollouts(plan: Plan) -> tuple[RolloutWords, ...]:
    """Return the rollouts of ``plan`` in words."""
    return tuple(
        RolloutWords(name=one.name, rule=_format_rule(one), rows=tuple(_list_rows(one))) for one in plan.rollouts
    )


def format_turn(turn: Turn) -> str:
    """Return whose turn an operation waits for, and why it does not start now where it does not; not escaped."""
    numbers = ", ".join(map(str, turn.operations))
    noun = "operation" if len(turn.operations) == 1 else "operations"
    waits = f"; not now: {turn.waits}" if turn.waits else ""
    return f"{noun} {numbers} in batch {turn.batch} of rollout.{turn.rollout}{waits}"


def build_turn_lines(change: Change, *, width: int, margin: str) -> list[Line]:
    """Return a line for each turn of ``change``."""
    lines: list[Line] = []
    for turn in change.turns:
        first, *rest = wrap_text(escape_text(f"turn: {format_turn(turn)}"), width=width - len(margin) - 2)
        tone = Tone.CAUTION if turn.waits else Tone.PLAIN
        lines += [make_line(margin, Span(first, tone)), *(make_line(f"{margin}  ", Span(line, tone)) for line in rest)]
    return lines


def build_rollout_lines(plan: Plan, *, width: int) -> list[Line]:
    """Return how the rollouts of ``plan`` go through its pools."""
    lines: list[Line] = []
    for rollout in list_rollouts(plan):
        head = f"Rollout {rollout.name}:"
        first, *rest = wrap_text(escape_text(f"{head} {rollout.rule}"), width=width)
        lines += [make_line(Span(head, Tone.BOLD), first.removeprefix(head)), *(make_line(f"  {one}") for one in rest)]
        for row in rollout.rows:
            start, *more = wrap_text(escape_text(row), width=width - 4)
            lines += [make_line(f"  {start}"), *(make_line(f"    {one}") for one in more)]
    return lines


def _format_rule(rollout: PlannedRollout) -> str:
    pools = "1 pool" if rollout.batch_size == 1 else f"{rollout.batch_size} pools"
    failure = "stops at the first failure" if rollout.on_failure == "stop" else "goes on after a failure"
    return f"{', '.join(rollout.fields)}; {pools} at a time, {failure}."


def _list_rows(rollout: PlannedRollout) -> Iterator[str]:
    if rollout.window:
        moment = f"opens {rollout.opens}" if rollout.opens else f"is open until {rollout.closes}"
        yield f"window: {rollout.window}; {moment}"
    for number, batch in enumerate(rollout.batches[:_BATCHES], start=1):
        names = ", ".join(map(str, batch[:_NAMES]))
        more = f" and {len(batch) - _NAMES} more" if len(batch) > _NAMES else ""
        yield f"batch {number}: {names}{more}"
    if len(rollout.batches) > _BATCHES:
        yield f"and {len(rollout.batches) - _BATCHES} more batches"
    for one in rollout.unfinished[:_NAMES]:
        yield f"{one.address} {one.why}, {_find_effect(one, rollout)}"


def _find_effect(one: Unfinished, rollout: PlannedRollout) -> str:
    if not one.is_failed:
        return "and holds back the batches behind it"
    stops = rollout.on_failure == "stop"
    return "and nothing starts before it runs, or is excluded" if stops else "and the others go on in spite of it"
