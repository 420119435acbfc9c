"""The end of a wait in words: what is finished, what is not, what failed."""

from collections.abc import Iterable
from typing import Final

from planner.core.addresses import Address
from planner.core.changes import Applied, Failed, Outcome, Waiting
from planner.core.trees import Value
from planner.views.escape import escape_text
from planner.views.folding import format_folded
from planner.views.outcome_words import find_summary, format_duration
from planner.views.spans import Line, Span, Tone, make_line

NOTHING: Final = "Nothing is waited for: everything that was accepted is finished."
_WORDS: Final[dict[type[Outcome], str]] = {Applied: "done", Failed: "failed"}


def format_waits(ended: Iterable[tuple[Address, Outcome, float]], *, colour: bool, width: int | None = None) -> str:
    """Return one line for each wait of ``ended``: address, how it ended, after how many seconds.

    With the ``width`` of a screen they are folded to that.
    """
    lines = [_build_line(address, outcome, seconds=seconds) for address, outcome, seconds in ended]
    return format_folded(lines or [make_line(NOTHING)], width=width, colour=colour)


def build_waits_json(ended: Iterable[tuple[Address, Outcome, float]]) -> dict[str, Value]:
    """Return the waits for ``-o json``: done, failed or waiting, and what is still awaited."""
    rows: list[Value] = [
        {
            "address": str(address),
            "outcome": _WORDS.get(type(outcome), "waiting"),
            "waiting": outcome.what if isinstance(outcome, Waiting) else "",
            "seconds": round(seconds, 3),
        }
        for address, outcome, seconds in ended
    ]
    return {"format_version": "1.0", "waits": rows}


def _build_line(address: Address, outcome: Outcome, *, seconds: float) -> Line:
    subject = Span(f"{escape_text(str(address))}:", Tone.BOLD)
    after = format_duration(seconds)
    match outcome:
        case Applied():
            return make_line(subject, " ", Span("done", Tone.ADD), f" after {after}")
        case Waiting(what=what):
            words = Span("not finished", Tone.CHANGE)
            return make_line(subject, " ", words, f" after {after}; still to come: {escape_text(what)}")
        case Failed(diagnostics=diagnostics):
            return make_line(subject, " ", Span("failed", Tone.ALERT), f" after {after}{find_summary(diagnostics)}")
        case _:
            return make_line(subject)
