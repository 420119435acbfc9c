"""A probe for people: what it will make, and what it found."""

from collections.abc import Iterable
from typing import Final

from planner.core.probe_values import ProbeAnswer, ProbeRecord, Verdict
from planner.views.change_details import wrap_lines
from planner.views.doctor_text import lay_out_row
from planner.views.escape import escape_text
from planner.views.spans import Line, Span, Tone, format_lines, make_line, pad_text
from planner.views.widths import fit_width

_TONES: Final = {Verdict.HOLDS: Tone.ADD, Verdict.FAILS: Tone.CAUTION, Verdict.UNKNOWN: Tone.DIM}
_LONGEST_WORD: Final = max(len(one.value) for one in Verdict)
_LONGEST_ID: Final = 5


def format_probe(record: ProbeRecord, *, width: int, colour: bool) -> str:
    """Return one row an assumption: whether it holds, its id, what it says, and below it what was found."""
    fitted = fit_width(width)
    rows = [line for one in record.answers for line in _build_answer(one, width=fitted)]
    tail = [make_line(line) for line in wrap_lines(_count(record), width=fitted)]
    return format_lines([*rows, (), *tail], colour=colour)


def format_probe_plan(*, service: str, name: str, flavors: Iterable[str], most_nodes: int, width: int) -> str:
    """Return what a probe is about to make, and what it costs, for the question."""
    text = (
        f"The probe makes, on {escape_text(service)}, a network and a pool that are both called {escape_text(name)}: "
        f"1 node of {' and later of '.join(map(escape_text, flavors))}, at most {most_nodes} nodes at a time. "
        "It sends them requests that are right and requests that should be refused, and deletes both at the end, also "
        "after Ctrl-C. No other pool is touched, nor the state.\n"
        "The nodes cost money, by the hour, while they are there. On the real service a probe takes about an hour."
    )
    return "".join(f"{line}\n" for line in wrap_lines(text, width=fit_width(width)))


def format_left_over(ids: Iterable[str], *, width: int) -> str:
    """Return the note about what earlier probes left behind; empty where there is nothing."""
    named = ", ".join(map(escape_text, ids))
    if not named:
        return ""
    text = (
        f"Note: an earlier probe left something behind: {named}. It is not touched. Unless that probe is still "
        "running, delete it in the console: it costs money."
    )
    return "".join(f"{line}\n" for line in wrap_lines(text, width=fit_width(width)))


def _build_answer(answer: ProbeAnswer, *, width: int) -> Iterable[Line]:
    word = Span(pad_text(answer.verdict.value, width=_LONGEST_WORD), _TONES[answer.verdict])
    head = make_line(word, "  ", Span(pad_text(escape_text(answer.id), width=_LONGEST_ID), Tone.BOLD))
    return lay_out_row(head, answer.text, answer.words, width=width)


def _count(record: ProbeRecord) -> str:
    verdicts = [one.verdict for one in record.answers]
    held, failing, unknown = (verdicts.count(one) for one in (Verdict.HOLDS, Verdict.FAILS, Verdict.UNKNOWN))
    text = f"Probe: {held} hold, {failing} do not hold, {unknown} unknown."
    if failing:
        text += "\nWhere the service differs, poolctl may be wrong about it: please report .poolctl/probe.json."
    if record.left:
        text += f"\nNot cleaned up: {', '.join(record.left)}. Delete it in the console: it costs money."
    return text
