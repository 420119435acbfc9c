"""What ``scale`` tells beside the plan: the edit of the file, what comes along, and the hold."""

import shlex
from collections.abc import Iterable

from planner.core.addresses import Address
from planner.core.holds import format_moment
from planner.core.lazy_dataclass import dataclass
from planner.core.tracking import Hold
from planner.views.escape import escape_text
from planner.views.spans import wrap_text
from planner.views.widths import fit_width


@dataclass(frozen=True, slots=True, kw_only=True)
class EditRow:
    """A number of a file that becomes another: ``label`` names it, ``line`` counts from 1."""

    file: str
    line: int
    label: str
    before: int
    after: int


def format_question(
    address: Address, edits: Iterable[EditRow], *, companions: Iterable[str], hold: str, width: int
) -> str:
    """Return the question: what is made and written, what comes along with it, and how long it is held."""
    rows = [f"{_format_edit(one)}" for one in edits]
    others = [escape_text(one) for one in companions]
    lines = [f"Do you want to scale {escape_text(str(address))} now?"]
    lines += _wrap("poolctl will make the changes that are described above, and no others.", width=width)
    if rows:
        lines += _wrap("It will write them into the file:", width=width) + [f"    {one}" for one in rows]
    if others:
        lines += _wrap(f"More than these counts is pending and comes along: {', '.join(others)}.", width=width)
    if hold:
        lines += _wrap(f"Until {hold} other applies that would undo these counts will be blocked.", width=width)
    return "\n".join(lines)


def format_edits(edits: Iterable[EditRow]) -> str:
    """Return what was written into the file, and what to do about it; empty where nothing was."""
    rows = [f"  {_format_edit(one)}\n" for one in edits]
    return f"Written into the file, to be committed:\n{''.join(rows)}" if rows else ""


def format_holds(address: Address, holds: Iterable[Hold], *, width: int) -> str:
    """Return which counts are held until when, and how to lift that; empty where none is."""
    held = tuple(holds)
    if not held:
        return ""
    counts = " and ".join(f"{escape_text(one.entry)} at {one.count}" for one in held)
    lift = f"To lift it: poolctl scale {shlex.quote(str(address))} --release"
    text = f"Held until {format_moment(held[0].until)}: {counts}. Other applies that would undo it are blocked. {lift}"
    return "".join(f"{line}\n" for line in wrap_text(text, width=fit_width(width)))


def format_released(address: Address, holds: Iterable[Hold], *, width: int) -> str:
    """Return which holds were lifted; that there was none, where there was none."""
    held = tuple(holds)
    if not held:
        return f"{escape_text(str(address))} is not held: nothing was to be lifted.\n"
    texts = (
        f"Lifted: {escape_text(one.who)} held {escape_text(one.entry)} at {one.count} until {format_moment(one.until)}"
        f"{f' ({escape_text(one.reason)})' if one.reason else ''}."
        for one in held
    )
    return "".join(f"{line}\n" for text in texts for line in wrap_text(text, width=fit_width(width)))


def _format_edit(edit: EditRow) -> str:
    return f"{escape_text(edit.file)}:{edit.line}: {escape_text(edit.label)} = {edit.before} -> {edit.after}"


def _wrap(text: str, *, width: int) -> list[str]:
    return [f"  {line}" for line in wrap_text(text, width=fit_width(width) - 2)]
