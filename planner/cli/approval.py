"""The answer to a plan: it is shown before it is asked for, and a refusal sends nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from planner.cli.asking import ask_for
from planner.cli.plan_output import Showing, show_plan
from planner.cli.session import Session, report
from planner.core.diagnostics import Diagnostic

if TYPE_CHECKING:
    from planner.core.changes import Plan

QUESTION: Final = (
    "Do you want to perform these actions?\n  poolctl will make the changes that are described above, and no others."
)


class Approval:
    """Shows a plan and asks for it, and remembers what was told."""

    def __init__(
        self, session: Session, *, is_given: bool, verb: str = "Apply", question: Callable[[], str] = lambda: QUESTION
    ) -> None:
        """Keep whether the answer was given beforehand; ``verb`` says what a refusal cancels.

        ``question`` returns what is asked, once the plan is shown.
        """
        self._session = session
        self._is_given = is_given
        self._verb = verb
        self._question = question
        self._shown: Plan | None = None

    @property
    def told(self) -> tuple[Diagnostic, ...]:
        """Return the diagnostics that were told with the plan."""
        return () if self._shown is None else self._shown.diagnostics

    def __call__(self, plan: Plan) -> bool:
        """Show ``plan`` and what there is to say about it, and tell whether it is approved."""
        # A question needs what it is about, be the session quiet or not.
        self._show(plan, is_short=self._session.is_quiet and self._is_given)
        return self._is_given or ask_for(self._session, self._question(), answer="yes", verb=self._verb)

    def show_unasked(self, plan: Plan) -> None:
        """Show a plan that nobody was asked about: nothing is to be done, or apply refuses it."""
        if self._shown is None:
            self._show(plan, is_short=self._session.is_quiet)

    def _show(self, plan: Plan, *, is_short: bool) -> None:
        report(self._session, plan.diagnostics)
        show_plan(self._session, plan, Showing(is_short=is_short))
        self._shown = plan
