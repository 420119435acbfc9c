"""The checks of ``doctor`` for people and for machines, and what a probe found."""

from collections.abc import Iterable
from typing import Final

from planner.core.checkup import Check, Health, has_problems
from planner.core.trees import Value
from planner.views.change_details import wrap_lines
from planner.views.escape import escape_text
from planner.views.spans import Line, Span, Tone, format_lines, make_line, measure_line, pad_text
from planner.views.widths import fit_width

_TONES: Final = {
    Health.OK: Tone.ADD,
    Health.WARNING: Tone.CAUTION,
    Health.PROBLEM: Tone.ALERT,
    Health.SKIPPED: Tone.DIM,
}
_LONGEST_WORD: Final = max(len(one.value) for one in Health)
_NARROWEST_TEXT: Final = 36


def format_checks(checks: Iterable[Check], *, width: int, colour: bool) -> str:
    """Return one row a check, what to do below it, and a last line that counts."""
    told, fitted = tuple(checks), fit_width(width)
    longest = max((len(one.name) for one in told), default=0)
    rows = [line for one in told for line in _build_check(one, longest=longest, width=fitted)]
    return format_lines([*rows, (), make_line(_count(told))], colour=colour)


def build_checks_json(checks: Iterable[Check]) -> dict[str, Value]:
    """Return ``doctor -o json``."""
    told = tuple(checks)
    return {
        "format_version": "1.0",
        "healthy": not has_problems(told),
        "checks": [
            {"name": one.name, "status": one.health.value, "found": one.found, "advice": one.advice} for one in told
        ],
    }


def _build_check(check: Check, *, longest: int, width: int) -> Iterable[Line]:
    word = Span(pad_text(check.health.value, width=_LONGEST_WORD), _TONES[check.health])
    head = make_line(word, "  ", Span(pad_text(escape_text(check.name), width=longest), Tone.BOLD))
    return lay_out_row(head, check.found, check.advice, width=width)


def lay_out_row(head: Line, text: str, below: str, *, width: int) -> Iterable[Line]:
    """Return ``head`` with ``text`` beside it, or below it where that is narrow, and ``below`` under the text."""
    margin = " " * (measure_line(head) + 2)
    is_beside = width - len(margin) >= _NARROWEST_TEXT
    margin = margin if is_beside else "    "
    first, *rest = wrap_lines(text, width=width - len(margin)) or [""]
    if is_beside:
        yield (*head, *make_line("  ", first))
    else:
        yield head
        yield make_line(margin, first)
    for line in rest:
        yield make_line(margin, line)
    for line in wrap_lines(below, width=width - len(margin)):
        yield make_line(margin, Span(line, Tone.DIM))


def _count(checks: tuple[Check, ...]) -> str:
    problems = sum(one.health is Health.PROBLEM for one in checks)
    warnings = sum(one.health is Health.WARNING for one in checks)
    if not problems and not warnings:
        return "All is well."
    words = ["1 problem" if problems == 1 else f"{problems} problems"] if problems else ["No problem"]
    if warnings:
        words.append("1 warning" if warnings == 1 else f"{warnings} warnings")
    return f"{', '.join(words)}."
