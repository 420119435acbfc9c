"""Receipts as text, newest first: who applied what, when and why, and what came of it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from itertools import groupby
from types import MappingProxyType

from planner.core.addresses import Address
from planner.core.changes import Action
from planner.core.lazy_dataclass import dataclass
from planner.core.receipts import OperationOutcome, Receipt, find_change_word
from planner.core.trees import Value
from planner.views.escape import escape_text
from planner.views.folding import format_folded
from planner.views.outcome_words import format_duration
from planner.views.spans import Line, Span, Tone, make_line, pad_text, wrap_text
from planner.views.widths import fit_width

NOTHING = "No apply has left a receipt here.\n"
_TONES = {"done": Tone.ADD, "failed": Tone.ALERT, "uncertain": Tone.CAUTION, "waiting": Tone.CHANGE}
_COMMIT_LETTERS = 12
_SECOND = len("2026-11-23T07:38:23")
_MARGIN = "    "
_WIDEST_OUTCOME = len("uncertain")


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveRow:
    """A save of the state that no receipt tells of; all but ``serial`` may be empty."""

    serial: int
    operation: str
    who: str
    when: str
    reason: str
    commit: str
    plan_digest: str


Entry = Receipt | SaveRow


def sort_entries(receipts: Iterable[Receipt], saves: Iterable[SaveRow]) -> list[Entry]:
    """Return both together, newest first."""
    return sorted([*receipts, *saves], key=_find_moment, reverse=True)


def format_log(
    entries: Iterable[Entry],
    *,
    width: int,
    colour: bool,
    serials: Mapping[str, int] = MappingProxyType({}),
    screen_width: int | None = None,
) -> str:
    """Return receipts and saves in the order given, each receipt with one line a change.

    ``serials`` are those that the state came to, by receipt. Lines are folded to ``screen_width`` where there is a
    screen.
    """
    room = fit_width(width)
    blocks = [
        list(_build_save(one, width=room) if isinstance(one, SaveRow) else _build_receipt(one, serials, width=room))
        for one in entries
    ]
    if not blocks:
        return NOTHING
    lines = [line for block in blocks for line in (*block, ())][:-1]
    return format_folded(lines, width=screen_width, colour=colour)


def format_records(
    records: Iterable[tuple[Address, str, str, str]], *, colour: bool, screen_width: int | None = None
) -> str:
    """Return the service's own records: address, time, kind and what it says; folded for a screen."""
    lines: list[Line] = [(), make_line(Span("What the service itself says:", Tone.BOLD))]
    for address, time, kind, what in records:
        place = Span(escape_text(str(address)), Tone.BOLD)
        lines.append(make_line(f"  {escape_text(time)}  ", place, f"  {escape_text(kind)}  {escape_text(what)}"))
    shown = lines if len(lines) > 2 else [*lines, make_line("  nothing")]  # noqa: PLR2004
    return format_folded(shown, width=screen_width, colour=colour)


def build_records_json(records: Iterable[tuple[Address, str, str, str]]) -> list[Value]:
    """Return the service's own records for ``-o json``."""
    return [
        {"address": str(address), "time": time, "kind": kind, "what": what} for address, time, kind, what in records
    ]


def build_saves_json(saves: Iterable[SaveRow]) -> list[Value]:
    """Return the saves without a receipt for ``-o json``."""
    return [{one.name: getattr(save, one.name) for one in fields(SaveRow)} for save in saves]


def _find_moment(entry: Entry) -> tuple[str, int]:
    """Return when it was, to the second, in which saves stand by their serials."""
    if isinstance(entry, SaveRow):
        return entry.when[:_SECOND], entry.serial
    return (entry.ended or entry.started)[:_SECOND], entry.serial


def _build_save(save: SaveRow, *, width: int) -> Iterator[Line]:
    who = f" by {escape_text(save.who)}" if save.who else ""
    what = escape_text(save.operation) or "a save of which nothing was said"
    yield make_line(Span(f"serial {save.serial}", Tone.BOLD), f"  {what}{who}", f"  {escape_text(save.when)}".rstrip())
    if save.plan_digest:
        yield make_line(f"{_MARGIN}plan {escape_text(save.plan_digest)}")
    if save.commit:
        yield make_line(f"{_MARGIN}commit {escape_text(save.commit[:_COMMIT_LETTERS])}")
    if save.reason:
        yield from _wrap(f"reason: {escape_text(save.reason)}", width=width)


def _build_receipt(receipt: Receipt, serials: Mapping[str, int], *, width: int) -> Iterator[Line]:
    verdict, tone = _find_verdict(receipt)
    head = f"  {receipt.operation} by {escape_text(receipt.who)}  "
    yield make_line(Span(escape_text(receipt.id), Tone.BOLD), head, Span(verdict, tone))
    yield make_line(f"{_MARGIN}plan {escape_text(receipt.plan_digest)}")
    if receipt.id in serials:
        yield make_line(f"{_MARGIN}state serial {serials[receipt.id]}")
    if receipt.commit:
        yield make_line(f"{_MARGIN}commit {escape_text(receipt.commit[:_COMMIT_LETTERS])}")
    if receipt.reason:
        yield from _wrap(f"reason: {escape_text(receipt.reason)}", width=width)
    for address, rows in groupby(receipt.outcomes, key=lambda one: str(one.address)):
        yield from _build_change(address, tuple(rows), width=width)
    for one in receipt.left_out:
        yield make_line(_MARGIN, Span(escape_text(str(one)), Tone.BOLD), "  left out")


def _find_verdict(receipt: Receipt) -> tuple[str, Tone]:
    if not receipt.ended:
        return ("killed, not looked at since", Tone.ALERT) if receipt.is_interrupted else ("going on", Tone.CHANGE)
    if receipt.is_complete:
        return "complete", Tone.ADD
    return ("interrupted" if receipt.is_interrupted else "incomplete"), Tone.ALERT


def _build_change(address: str, rows: tuple[OperationOutcome, ...], *, width: int) -> Iterator[Line]:
    word = find_change_word(rows)
    seconds = sum(one.seconds or 0.0 for one in rows)
    after = f"  {format_duration(seconds)}" if seconds else ""
    outcome = Span(pad_text(word, width=_WIDEST_OUTCOME), _TONES.get(word, Tone.CHANGE))
    action = rows[0].purpose if rows[0].action is Action.NO_OP else rows[0].action.value
    yield make_line(_MARGIN, Span(escape_text(address), Tone.BOLD), f"  {escape_text(action)}  ", outcome, after)
    for one in rows:
        if one.outcome != "done" and one.detail:
            yield from _wrap(f"  {escape_text(one.purpose)}: {escape_text(one.partial or one.detail)}", width=width)


def _wrap(text: str, *, width: int) -> Iterator[Line]:
    margin = _MARGIN + " " * (len(text) - len(text.lstrip()))
    for line in wrap_text(text.strip(), width=width - len(margin)):
        yield make_line(f"{margin}{line}")
