"""What differs between two versions of a state, for people and for machines."""

from collections.abc import Iterator
from typing import Final

from planner.core.state_diff import RecordDifference, RecordField, StateDifference
from planner.core.trees import ABSENT, Value
from planner.views.drift_text import format_side
from planner.views.escape import escape_text
from planner.views.folding import format_folded
from planner.views.json_text import build_json_value
from planner.views.spans import Line, Span, Tone, make_line

SAME: Final = "No difference.\n"
_SYMBOLS: Final = {
    "tracked": ("+", Tone.ADD),
    "forgotten": ("-", Tone.DESTROY),
    "moved": (">", Tone.CHANGE),
    "changed": ("~", Tone.CHANGE),
}


def format_state_diff(difference: StateDifference, *, colour: bool, screen_width: int | None = None) -> str:
    """Return one block an address: ``+`` tracked, ``-`` not tracked any more, ``>`` moved, ``~`` recorded otherwise.

    Lines are folded to ``screen_width`` where there is a screen.
    """
    lines = [*(line for one in difference.head for line in _build_field(one, margin="  "))]
    lines += [line for one in difference.records for line in _build_record(one)]
    return format_folded(lines, width=screen_width, colour=colour) if lines else SAME


def build_state_diff_json(difference: StateDifference) -> dict[str, Value]:
    """Return the difference for ``-o json``; a side that is not there has no member of its own."""
    return {
        "head": [_build_field_json(one) for one in difference.head],
        "records": [
            {
                "address": str(one.address),
                "difference": one.word,
                "id": one.id,
                **({"previous_address": str(one.previous)} if one.previous else {}),
                "fields": [_build_field_json(field) for field in one.fields],
            }
            for one in difference.records
        ],
    }


def _build_record(record: RecordDifference) -> Iterator[Line]:
    symbol, tone = _SYMBOLS[record.word]
    origin = f"  was {escape_text(str(record.previous))}" if record.previous else f"  {escape_text(record.id)}"
    yield make_line("  ", Span(symbol, tone), " ", Span(escape_text(str(record.address)), Tone.BOLD), origin)
    for one in record.fields:
        yield from _build_field(one, margin="      ")


def _build_field(field: RecordField, *, margin: str) -> Iterator[Line]:
    added, removed = field.before is ABSENT, field.after is ABSENT
    symbol, tone = ("+", Tone.ADD) if added else ("-", Tone.DESTROY) if removed else ("~", Tone.CHANGE)
    sides = (format_side(one) for one in (field.before, field.after) if one is not ABSENT)
    yield make_line(margin, Span(symbol, tone), f" {escape_text(field.label)}: {' -> '.join(sides)}")


def _build_field_json(field: RecordField) -> Value:
    sides = (("before", field.before), ("after", field.after))
    return {"label": field.label} | {name: build_json_value(side) for name, side in sides if side is not ABSENT}
