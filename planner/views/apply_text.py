"""The end of an apply in words: what is done, what is not, and what to do next."""

from collections import Counter
from typing import Final, assert_never

from planner.core.changes import Action, Applied, Failed, Outcome, Skipped, Uncertain, Waiting
from planner.core.events import ChangeEnded
from planner.views.escape import escape_text
from planner.views.folding import fold_lines
from planner.views.outcome_words import find_summary
from planner.views.spans import Line, Screen, Span, Tone, format_lines, make_line, wrap_text
from planner.views.widths import fit_width

_DONE: Final = "done"
_WAITING: Final = "waiting (accepted, not finished)"
_UNCERTAIN: Final = "uncertain (no answer came)"
_FAILED: Final = "failed"
_SKIPPED: Final = "not done"
_LATER: Final = "left for their turn in a rollout"
_SECTIONS: Final[tuple[tuple[str, Tone], ...]] = (
    (_DONE, Tone.ADD),
    (_WAITING, Tone.CHANGE),
    (_UNCERTAIN, Tone.CHANGE),
    (_FAILED, Tone.DESTROY),
    (_SKIPPED, Tone.CHANGE),
    (_LATER, Tone.CHANGE),
)
_ADVICE: Final[dict[str, str]] = {
    _WAITING: (
        'Run "poolctl wait" to wait for what was accepted; a later apply leaves those addresses alone until then.'
    ),
    _UNCERTAIN: 'Run "poolctl plan": it reads what became of the uncertain requests; nothing is sent twice.',
    _FAILED: "See the errors above, mend their cause, then plan and apply again: what is done is not done twice.",
    _SKIPPED: 'Run "poolctl apply" again for what was not done.',
    _LATER: 'Nothing is wrong: run "poolctl apply" again when it is their turn.',
}

_CUT_SHORT: Final = "The error above says how to make what is left: a saved plan works once."


def format_apply_summary(
    ended: tuple[ChangeEnded, ...],
    *,
    width: int,
    colour: bool,
    screen: Screen | None = None,
    is_cut_short: bool = False,
) -> str:
    """Return the end of an apply.

    All applied, or left for their turn in a rollout: the last line is ``Apply complete! Resources: …``. Otherwise it
    says ``Apply incomplete.`` with the same counts. Unless all is applied, a list by outcome and what to do next
    stand above it. ``is_cut_short``: all was to be made, and what is left for its turn is missing.
    """
    applied = tuple(one for one in ended if isinstance(one.outcome, Applied))
    if len(applied) == len(ended):
        return format_lines([_make_last_line(applied, is_complete=True)], colour=colour)
    lines = [
        *_build_sections(ended),
        *_build_advice(ended, width=fit_width(width), later=_CUT_SHORT if is_cut_short else _ADVICE[_LATER]),
    ]
    shown = lines if screen is None else fold_lines(lines, width=fit_width(width))
    is_complete = not is_cut_short and all(_find_title(one.outcome) in {_DONE, _LATER} for one in ended)
    return format_lines([*shown, (), _make_last_line(applied, is_complete=is_complete)], colour=colour)


def _build_sections(ended: tuple[ChangeEnded, ...]) -> list[Line]:
    lines: list[Line] = []
    for title, tone in _SECTIONS:
        members = [one for one in ended if _find_title(one.outcome) == title]
        if members:
            lines += [make_line(Span(f"{title}:", tone)), *map(_make_member, members)]
    return lines


def _find_title(outcome: Outcome) -> str:
    match outcome:
        case Applied():
            return _DONE
        case Waiting():
            return _WAITING
        case Uncertain():
            return _UNCERTAIN
        case Failed():
            return _FAILED
        case Skipped(is_deferred=is_deferred):
            return _LATER if is_deferred else _SKIPPED
        case _:
            assert_never(outcome)


def _make_member(one: ChangeEnded) -> Line:
    return make_line("  ", Span(escape_text(str(one.address)), Tone.BOLD), _find_words(one.outcome))


def _find_words(outcome: Outcome) -> str:
    match outcome:
        case Applied():
            return ""
        case Waiting(what=what):
            return f": {escape_text(what)}"
        case Failed(partial=partial) if partial:
            return f": done in part: {escape_text(partial)}"
        case Failed(diagnostics=diagnostics) | Uncertain(diagnostics=diagnostics):
            return find_summary(diagnostics)
        case Skipped(why=why):
            return f": {escape_text(why)}"
        case _:
            assert_never(outcome)


def _build_advice(ended: tuple[ChangeEnded, ...], *, width: int, later: str) -> list[Line]:
    there = {_find_title(one.outcome) for one in ended}
    lines: list[Line] = [(), make_line(Span("What to do next:", Tone.BOLD))]
    for title, advice in {**_ADVICE, _LATER: later}.items():
        if title in there:
            first, *rest = wrap_text(advice, width=width - 4)
            lines += [make_line(f"  - {first}"), *(make_line(f"    {line}") for line in rest)]
    return lines


def _make_last_line(applied: tuple[ChangeEnded, ...], *, is_complete: bool) -> Line:
    counts = Counter(one.action for one in applied)
    added = counts[Action.CREATE] + counts[Action.REPLACE]
    destroyed = counts[Action.DELETE] + counts[Action.REPLACE]
    imports = f"{counts[Action.IMPORT]} imported, " if counts[Action.IMPORT] else ""
    verdict = Span("Apply complete!", Tone.ADD) if is_complete else Span("Apply incomplete.", Tone.ALERT)
    changed = counts[Action.UPDATE] + sum(1 for one in applied if one.action is Action.IMPORT and one.operations)
    text = f"{imports}{added} added, {changed} changed, {destroyed} destroyed."
    return make_line(verdict, f" Resources: {text}")
