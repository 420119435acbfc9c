"""The end of an apply, shown: what was done, what was left out, and the exit code."""

from collections.abc import Iterable

from planner.cli.approval import Approval
from planner.cli.session import DONE, FAILED, Session, report
from planner.core.addresses import Address
from planner.core.changes import Applied as Done
from planner.core.changes import Waiting
from planner.core.diagnostics import Diagnostic, has_errors, make_warning
from planner.views.apply_text import format_apply_summary
from planner.workflow.apply import Applied


def show_applied(session: Session, applied: Applied, *, approval: Approval, is_plan_known: bool) -> int:
    """Show how an apply ended and return its exit code.

    ``is_plan_known``: a saved plan or a digest was given, so that the plan is not shown again.
    """
    if approval.shown is None and not is_plan_known:
        approval.show(applied.plan)
    told = () if approval.shown is None else approval.shown.diagnostics
    report(session, [one for one in (*applied.diagnostics, *_find_left_out(applied.left_out)) if one not in told])
    if _is_under_way(applied):
        terminal = session.terminal
        summary = format_apply_summary(applied.ended, width=terminal.width, colour=terminal.has_colour_in_results)
        terminal.show(f"\n{summary}")
    return DONE if is_complete(applied) else FAILED


def is_complete(applied: Applied) -> bool:
    """Tell whether all was done that was asked for; what was accepted and goes on counts as done."""
    return (
        applied.is_approved
        and not applied.is_interrupted
        and not applied.left_out
        and not has_errors(applied.diagnostics)
        and all(isinstance(one.outcome, Done | Waiting) for one in applied.ended)
    )


def _is_under_way(applied: Applied) -> bool:
    return bool(applied.ended) or is_complete(applied)


def _find_left_out(addresses: Iterable[Address]) -> Iterable[Diagnostic]:
    names = ", ".join(map(str, addresses))
    if not names:
        return ()
    detail = f"{names}. The rest was applied; the exit code is 1 because something was not."
    return (make_warning("apply.left-out", "Changes were left out", detail=detail),)
