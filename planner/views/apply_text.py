"""The end of an apply in words: what is done, what is not, and what to do next."""

from collections import Counter
from typing import Final, assert_never

from planner.core.changes import Action, Applied, Failed, Outcome, Skipped, Uncertain, Waiting
from planner.core.events import ChangeEnded
from planner.views.escape import escape_text
from planner.views.outcome_words import find_summary
from planner.views.spans import Line, Span, Tone, format_lines, make_line, wrap_text
from planner.views.widths import fit_width

_SECTIONS: Final[tuple[tuple[type[Outcome], str, Tone], ...]] = (
    (Applied, "done", Tone.ADD),
    (Waiting, "waiting (accepted, not finished)", Tone.CHANGE),
    (Uncertain, "uncertain (no answer came)", Tone.CHANGE),
    (Failed, "failed", Tone.DESTROY),
    (Skipped, "not done", Tone.CHANGE),
)
_ADVICE: Final[dict[type[Outcome], str]] = {
    Waiting: 'Run "poolctl wait" to wait for what was accepted; a later apply leaves those addresses alone until then.',
    Uncertain: 'Run "poolctl plan": it reads what became of the uncertain requests; nothing is sent twice.',
    Failed: "See the errors above, mend their cause, then plan and apply again: what is done is not done twice.",
    Skipped: 'Run "poolctl apply" again for what was not done.',
}


def format_apply_summary(ended: tuple[ChangeEnded, ...], *, width: int, colour: bool) -> str:
    """Return the end of an apply.

    All applied: the last line is ``Apply complete! Resources: …``. Otherwise a list by outcome,
    what to do next, and a last line that says ``Apply incomplete.`` with the same counts.
    """
    applied = tuple(one for one in ended if isinstance(one.outcome, Applied))
    if len(applied) == len(ended):
        return format_lines([_make_last_line(applied, is_complete=True)], colour=colour)
    lines = [*_build_sections(ended), *_build_advice(ended, width=fit_width(width))]
    return format_lines([*lines, (), _make_last_line(applied, is_complete=False)], colour=colour)


def _build_sections(ended: tuple[ChangeEnded, ...]) -> list[Line]:
    lines: list[Line] = []
    for outcome, title, tone in _SECTIONS:
        members = [one for one in ended if isinstance(one.outcome, outcome)]
        if members:
            lines += [make_line(Span(f"{title}:", tone)), *map(_make_member, members)]
    return lines


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


def _build_advice(ended: tuple[ChangeEnded, ...], *, width: int) -> list[Line]:
    there = {type(one.outcome) for one in ended}
    lines: list[Line] = [(), make_line(Span("What to do next:", Tone.BOLD))]
    for outcome, advice in _ADVICE.items():
        if outcome in there:
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
