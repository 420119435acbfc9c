"""Events of a run as lines, as Terraform phrases them."""

from typing import Final, assert_never

from planner.core.addresses import Address
from planner.core.changes import Action, Applied, Failed, Skipped, Uncertain, Waiting
from planner.core.events import (
    ChangeEnded,
    Event,
    NodeProgress,
    Noticed,
    OperationBegan,
    OperationEnded,
    Planned,
    WaitProgressed,
)
from planner.views.escape import escape_text
from planner.views.folding import fold_lines
from planner.views.outcome_words import find_summary, format_duration
from planner.views.spans import Line, Span, Tone, format_line, make_line

_BEGINNINGS: Final = {
    Action.CREATE: "Creating",
    Action.UPDATE: "Modifying",
    Action.REPLACE: "Replacing",
    Action.DELETE: "Destroying",
    Action.IMPORT: "Importing",
    Action.FORGET: "Forgetting",
    Action.NO_OP: "Recording",
}
_NOUNS: Final = {
    Action.CREATE: "Creation",
    Action.UPDATE: "Modifications",
    Action.REPLACE: "Replacement",
    Action.DELETE: "Destruction",
    Action.IMPORT: "Import",
    Action.FORGET: "Forgetting",
    Action.NO_OP: "Recording",
}


def format_event(event: Event, *, colour: bool, width: int | None = None) -> str | None:
    """Return the line that tells ``event``, without a newline; None where nothing is worth a line.

    With the ``width`` of a screen it is folded to that. The end of an operation has no line of its own: the next
    operation or the end of its change tells it.
    """
    line = _build_event(event)
    if line is None:
        return None
    lines = (line,) if width is None else fold_lines((line,), width=width)
    return "\n".join(format_line(one, colour=colour) for one in lines)


def _build_event(event: Event) -> Line | None:
    match event:
        case Noticed():
            return make_line(escape_text(event.text))
        case OperationBegan():
            return _build_beginning(event)
        case WaitProgressed():
            return _build_progress(event)
        case Planned() | OperationEnded():
            return None
        case ChangeEnded():
            return _build_ending(event)
        case _:
            assert_never(event)


def _build_beginning(event: OperationBegan) -> Line:
    count = f"{event.number}/{event.total}" if event.total > 1 else ""
    inner = ": ".join(part for part in (count, escape_text(event.purpose)) if part)
    return make_line(_make_subject(event.address), f" {_BEGINNINGS[event.action]}...", f" ({inner})" if inner else "")


def _build_progress(event: WaitProgressed) -> Line:
    nodes = "; ".join(map(_format_nodes, event.nodes))
    return make_line(
        _make_subject(event.address),
        f" Still waiting for {escape_text(event.waits_for)} ... [{format_duration(event.seconds)} elapsed]",
        f" {nodes}" if nodes else "",
    )


def _format_nodes(nodes: NodeProgress) -> str:
    counts = [f"{nodes.available}/{nodes.wanted} available"]
    counts += [f"{nodes.creating} creating"] if nodes.creating else []
    counts += [f"{nodes.deleting} deleting"] if nodes.deleting else []
    return f"{escape_text(nodes.flavor)} {', '.join(counts)}"


def _build_ending(event: ChangeEnded) -> Line:
    subject, noun = _make_subject(event.address), _NOUNS[event.action]
    after = f"after {format_duration(event.seconds)}"
    match event.outcome:
        case Applied():
            return make_line(subject, f" {noun} complete {after}")
        case Waiting(what=what):
            return make_line(subject, f" Accepted {after}, not finished; still to come: {escape_text(what)}")
        case Failed(partial=partial) if partial:
            words = Span(f"{noun} done in part {after}", Tone.ALERT)
            return make_line(subject, " ", words, f": {escape_text(partial)}")
        case Failed(diagnostics=diagnostics):
            return make_line(subject, " ", Span(f"{noun} failed {after}", Tone.ALERT), find_summary(diagnostics))
        case Uncertain(diagnostics=diagnostics):
            text = f"{noun} uncertain {after}"
            why = find_summary(diagnostics) or ": no answer came"
            return make_line(
                subject, " ", Span(text, Tone.CAUTION), f"{why}; the next plan or apply looks what happened"
            )
        case Skipped(why=why, is_deferred=is_deferred):
            return make_line(subject, f" {'Left for later' if is_deferred else 'Skipped'}: {escape_text(why)}")
        case _:
            assert_never(event.outcome)


def _make_subject(address: Address) -> Span:
    return Span(f"{escape_text(str(address))}:", Tone.BOLD)
