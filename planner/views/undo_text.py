"""An undo in words: each step with how well it is taken back, and what the files still say."""

from collections.abc import Iterable, Iterator

from planner.core.diagnostics import SourceLocation
from planner.core.reversal import Reversal
from planner.core.undo import UndoStep
from planner.views.escape import escape_text
from planner.views.spans import Line, Span, Tone, make_line, wrap_text
from planner.views.widths import fit_width

_TONES = {Reversal.WHOLE: Tone.ADD, Reversal.LOSS: Tone.CHANGE, Reversal.NONE: Tone.DESTROY}
_HINT = (
    "The files still ask for what is taken back here: the next plan would do it again. After the undo is applied, "
    "change these lines:"
)


def build_undo_lines(
    receipt_id: str, steps: Iterable[UndoStep], lines: Iterable[SourceLocation], *, width: int
) -> list[Line]:
    """Return the steps, one a line with what is lost below it, and the lines of the files to change."""
    fitted = fit_width(width)
    shown = [make_line(Span(f"Undo of {escape_text(receipt_id)}:", Tone.BOLD))]
    rows = [line for step in steps for line in _build_step(step, width=fitted)]
    shown += rows or [make_line("  nothing of it is left to take back")]
    places = [f"  {escape_text(one.file)}:{one.line}  {escape_text(one.text.strip())}" for one in lines]
    if places:
        shown += [(), *(make_line(one) for one in wrap_text(_HINT, width=fitted)), *map(make_line, places)]
    return [*shown, ()]


def _build_step(step: UndoStep, *, width: int) -> Iterator[Line]:
    reversal = step.verdict.reversal
    subject = Span(escape_text(str(step.address)), Tone.BOLD)
    what = f" {escape_text(step.label)}: {step.what}" if step.label else f": {step.what}"
    yield make_line("  ", subject, f"{what}  ", Span(reversal.word, _TONES[reversal]))
    for line in wrap_text(step.verdict.why, width=width - 6):
        yield make_line(f"      {line}")
