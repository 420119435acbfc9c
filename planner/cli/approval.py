"""The answer to a plan: it is shown before it is asked for, and a refusal sends nothing."""

from planner.cli.asking import ask_for
from planner.cli.plan_output import show_plan
from planner.cli.session import Session, report
from planner.core.changes import Plan

QUESTION = (
    "Do you want to perform these actions?\n  poolctl will make the changes that are described above, and no others."
)


class Approval:
    """Shows a plan and asks for it; ``shown`` is the plan that was shown last, None before."""

    def __init__(self, session: Session, *, is_given: bool, verb: str = "Apply") -> None:
        """Keep whether the answer was given beforehand; ``verb`` says what a refusal cancels."""
        self.shown: Plan | None = None
        self._session = session
        self._is_given = is_given
        self._verb = verb

    def __call__(self, plan: Plan) -> bool:
        """Show ``plan`` and what there is to say about it, and tell whether it is approved."""
        self.show(plan)
        if self._is_given:
            return True
        return ask_for(self._session, QUESTION, answer="yes", verb=self._verb)

    def show(self, plan: Plan) -> None:
        """Show ``plan``, without asking."""
        report(self._session, plan.diagnostics)
        show_plan(self._session, plan)
        self.shown = plan
