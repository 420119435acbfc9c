"""One change as Terraform-like lines: its header, its block, and what stands below it."""

from collections.abc import Iterable
from typing import Final

from planner.core.changes import Action, Change
from planner.core.trees import ABSENT, Maybe
from planner.views.blocks import EntryBlock, build_change_block
from planner.views.change_details import build_detail_lines
from planner.views.differences import Difference
from planner.views.escape import escape_text
from planner.views.field_rows import build_row_lines, fill_comments, make_place, make_symbol
from planner.views.spans import Line, Span, Tone, make_line, measure_text, wrap_text
from planner.views.values import quote_text
from planner.views.voices import POOLCTL, Voice

_SYMBOLS: Final = {
    Action.CREATE: "+",
    Action.UPDATE: "~",
    Action.REPLACE: "-/+",
    Action.DELETE: "-",
    Action.FORGET: ".",
}
_VERDICTS: Final = {
    Action.CREATE: (Span(" will be created"),),
    Action.UPDATE: (Span(" will be updated in-place"),),
    Action.REPLACE: (Span(" must be "), Span("replaced", Tone.ALERT)),
    Action.DELETE: (Span(" will be "), Span("destroyed", Tone.ALERT)),
    Action.FORGET: (Span(" will no longer be managed by poolctl, but will not be destroyed"),),
}
_REASONS: Final = {
    "new": "",
    "changed": "",
    "import": "",
    "as wanted": "",
    "drift": "others changed it since the last apply, this brings it back",
    "vanished": "it was made before and the service says that it is gone",
}
"""The plan's reason codes in words; what the verdict says already is not said twice."""
_ROWS: Final = 4
_NESTED: Final = 8
_NARROW: Final = 60
_VALUES: Final = 22


def is_shown(change: Change) -> bool:
    """Tell whether ``change`` is worth a block: a no-op is not, unless it moves."""
    return change.action is not Action.NO_OP or change.previous_address is not None


def find_symbol(change: Change) -> str:
    """Return the symbol of a change's block; empty where nothing of the resource itself changes."""
    return _SYMBOLS.get(change.action, "~" if change.fields else "")


def build_change_lines(change: Change, *, width: int, voice: Voice = POOLCTL) -> list[Line]:
    """Return the lines of one change, without blank lines around them."""
    return [
        *_build_header(change, width=width),
        *_build_block(change, width=width, voice=voice),
        *build_detail_lines(change, width=width),
    ]


def find_notes(change: Change) -> list[str]:
    """Return why a change is made and where it moves from, as far as its verdict does not say it; escaped."""
    previous = "" if change.previous_address is None else escape_text(str(change.previous_address))
    reason = _REASONS.get(change.reason, escape_text(change.reason))
    moved = f"moved from {previous}" if previous and change.action is not Action.NO_OP else ""
    return [note for note in (reason, moved) if note]


def _build_header(change: Change, *, width: int) -> list[Line]:
    address = escape_text(str(change.address))
    previous = "" if change.previous_address is None else escape_text(str(change.previous_address))
    notes = find_notes(change)
    if change.action is Action.NO_OP:
        head = make_line(Span(f"  # {previous}", Tone.BOLD), f" has moved to {address}")
    else:
        head = (Span(f"  # {address}", Tone.BOLD), *_find_verdict(change))
    wrapped = (line for note in notes for line in wrap_text(f"({note})", width=width - _ROWS))
    return [head, *(make_line(Span(f"  # {line}", Tone.DIM)) for line in wrapped)]


def _find_verdict(change: Change) -> Line:
    if change.action is Action.IMPORT:
        return make_line(" will be imported and updated in-place" if change.fields else " will be imported")
    return _VERDICTS[change.action]


def _build_block(change: Change, *, width: int, voice: Voice) -> list[Line]:
    block = build_change_block(change)
    opening = (
        *make_symbol(find_symbol(change)),
        Span(f"{voice.keyword}{escape_text(change.kind)} {quote_text(change.address.name)} {{"),
    )
    rows = [*_list_identity(change), *block.rows]
    longest = _find_pad((label for label, _ in rows), indent=_ROWS, width=width)
    lines = fill_comments(opening, make_place(change.source), column=_NESTED, width=width)
    for label, row in rows:
        lines += build_row_lines(label, row, indent=_ROWS, pad=longest, width=width)
    lines += _build_hidden(block.hidden, "attribute", column=_NESTED)
    for entry in block.entries:
        lines += [(), *_build_entry(entry, width=width)]
    lines += _build_hidden(block.hidden_entries, "entry", column=_NESTED)
    lines += _build_released(change)
    return [*lines, make_line(" " * _ROWS + "}")]


def _find_pad(labels: Iterable[str], *, indent: int, width: int) -> int:
    """Return how wide all labels of a block are made; on a narrow screen their values need the room."""
    longest = max((measure_text(escape_text(label)) for label in labels), default=0)
    return longest if width >= _NARROW or longest <= width - indent - _VALUES else 0


def _list_identity(change: Change) -> list[tuple[str, Difference]]:
    if change.action is Action.CREATE:
        return [("id", _make_identity(ABSENT, ABSENT, is_unknown=True))]
    if not change.id:
        return []
    if change.action is Action.REPLACE:
        return [("id", _make_identity(change.id, ABSENT, is_unknown=True))]
    return [("id", _make_identity(change.id, ABSENT if change.action is Action.DELETE else change.id))]


def _make_identity(before: Maybe, after: Maybe, *, is_unknown: bool = False) -> Difference:
    return Difference(path=("id",), label="id", before=before, after=after, is_unknown=is_unknown)


def _build_entry(entry: EntryBlock, *, width: int) -> list[Line]:
    opening = (Span(" " * _ROWS), *make_symbol(entry.symbol), Span(f"{escape_text(entry.head)} {{"))
    longest = _find_pad((label for label, _ in entry.rows), indent=_NESTED, width=width)
    lines: list[Line] = [opening]
    for label, row in entry.rows:
        lines += build_row_lines(label, row, indent=_NESTED, pad=longest, width=width)
    lines += _build_hidden(entry.hidden, "attribute", column=_NESTED + _ROWS)
    return [*lines, make_line(" " * _NESTED + "}")]


def _build_hidden(count: int, noun: str, *, column: int) -> list[Line]:
    if not count:
        return []
    plural = {"attribute": "attributes", "entry": "entries"}[noun]
    return [_make_note(f"({count} unchanged {noun if count == 1 else plural} hidden)", column=column)]


def _build_released(change: Change) -> list[Line]:
    kept = change.kept_entries
    notes = [f"({kept} {'entry' if kept == 1 else 'entries'} of others kept)"] if kept else []
    notes += [f"no longer managed: {escape_text(label)}" for label in change.released]
    return [_make_note(note, column=_NESTED) for note in notes]


def _make_note(text: str, *, column: int) -> Line:
    return make_line(" " * column, Span(f"# {text}", Tone.DIM))
