"""The end of an apply, shown: what was done, what was left out, and the exit code."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from planner.cli.session import DONE, FAILED, Session, report
from planner.core.diagnostics import Diagnostic, has_errors, make_warning

if TYPE_CHECKING:
    from pathlib import Path

    from planner.workflow.apply import Applied


def show_applied(
    session: Session, applied: Applied, *, told: Iterable[Diagnostic] = (), receipt: Path | None = None
) -> int:
    """Show how an apply ended and return its exit code; what is in ``told`` is not told again.

    The receipt goes to the file ``receipt``, too. Raises StateError where that cannot be written.
    """
    from planner.state.files import save_atomically
    from planner.state.receipt_document import format_receipt
    from planner.views.apply_text import format_apply_summary

    known = set(told)
    diagnostics = (*applied.diagnostics, *_find_left_out(applied))
    report(session, [one for one in diagnostics if one not in known])
    if applied.ended or is_complete(applied):
        terminal = session.terminal
        summary = format_apply_summary(applied.ended, width=terminal.width, colour=terminal.has_colour_in_results)
        terminal.show(f"\n{summary}")
    if receipt is not None and applied.receipt is not None:
        save_atomically(session.directory / receipt, format_receipt(applied.receipt), what="receipt")
    return DONE if is_complete(applied) else FAILED


def is_complete(applied: Applied) -> bool:
    """Tell whether all was done that was asked for; what was accepted and goes on counts as done."""
    from planner.core.changes import Applied as Done
    from planner.core.changes import Waiting

    return (
        applied.is_approved
        and not applied.is_interrupted
        and not applied.left_out
        and not has_errors(applied.diagnostics)
        and all(isinstance(one.outcome, Done | Waiting) for one in applied.ended)
    )


def _find_left_out(applied: Applied) -> tuple[Diagnostic, ...]:
    from planner.core.approval import is_only_waiting

    # A run that was refused as a whole says so itself.
    if not applied.left_out or not applied.is_approved:
        return ()
    names = ", ".join(map(str, applied.left_out))
    waiting = ", ".join(str(one.address) for one in applied.plan.changes if is_only_waiting(one))
    hint = f" Still waiting for an earlier change: {waiting}; see poolctl wait." if waiting else ""
    detail = (
        f"{names}: not approved, blocked, or in need of one that is.{hint} The others were applied; the exit code is "
        "1 because something was not."
    )
    return (make_warning("apply.left-out", "Changes were left out", detail=detail),)
