"""The end of an apply, shown: what was done, what was left out, and the exit code."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from planner.cli.session import DONE, FAILED, Session, make_screen, report
from planner.core.diagnostics import Diagnostic, has_errors, make_notice, make_warning

if TYPE_CHECKING:
    from pathlib import Path

    from planner.workflow.apply import Applied


def show_applied(
    session: Session, applied: Applied, *, told: Iterable[Diagnostic] = (), receipt: Path | None = None
) -> int:
    """Show how an apply ended and return its exit code; what is in ``told`` is not told again.

    The receipt goes to the file ``receipt``, too. Raises StateError where that cannot be written.
    """
    from planner.state.documents.receipt_document import format_receipt
    from planner.state.files import save_atomically
    from planner.views.apply_text import format_apply_summary

    known = set(told)
    diagnostics = (*applied.diagnostics, *find_omissions(applied))
    report(session, [one for one in diagnostics if one not in known])
    if applied.ended or is_complete(applied):
        terminal = session.terminal
        screen = make_screen(session, is_linked=False) if terminal.is_result_on_screen else None
        colour = terminal.has_colour_in_results
        is_cut = any(one.code == "apply.rollout-waits" for one in applied.diagnostics)
        summary = format_apply_summary(
            applied.ended, width=terminal.width, colour=colour, screen=screen, is_cut_short=is_cut
        )
        terminal.show(summary if session.is_quiet else f"\n{summary}")
    if receipt is not None and applied.receipt is not None:
        save_atomically(session.directory / receipt, format_receipt(applied.receipt), what="receipt")
    return DONE if is_complete(applied) else FAILED


def is_complete(applied: Applied) -> bool:
    """Tell whether all was done that was asked for; what was accepted, or has no turn yet, counts as done."""
    from planner.core.changes import Applied as Done
    from planner.core.changes import Waiting
    from planner.core.pieces import is_deferred

    return (
        applied.is_approved
        and not applied.is_interrupted
        and not applied.left_out
        and not has_errors(applied.diagnostics)
        and all(isinstance(one.outcome, Done | Waiting) or is_deferred(one.outcome) for one in applied.ended)
    )


def find_omissions(applied: Applied) -> tuple[Diagnostic, ...]:
    """Return what to tell of changes that were planned and not begun."""
    return *_find_left_out(applied), *_find_deferred(applied)


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


def _find_deferred(applied: Applied) -> tuple[Diagnostic, ...]:
    """Tell what waits for its turn in a rollout; of what the run took up in part, its outcome says so."""
    from planner.core.turns import tell_waits

    if not applied.is_approved or not applied.deferred:
        return ()
    deferred = frozenset(applied.deferred)
    told = tell_waits(one for one in applied.plan.changes if one.address in deferred)
    detail = f"{told} Nothing is wrong: apply again then. The exit code does not count them."
    return (make_notice("apply.rollout-later", "Changes are left for their turn in a rollout", detail=detail),)
