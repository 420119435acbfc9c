"""Questions: only the exact answer counts, and one that cannot be asked is a refusal."""

from planner.cli.session import Session, report
from planner.core.diagnostics import Diagnostic, make_error


def ask_for(session: Session, question: str, *, answer: str, verb: str, instead: str = "--auto-approve") -> bool:
    """Ask ``question`` and tell whether the reply is exactly ``answer``; a refusal is told as «``verb`` cancelled».

    ``instead`` names the option that says it beforehand, for those without a terminal.
    """
    from planner.views.folding import fold_text

    terminal = session.terminal
    words = f"\n{question}\n  Only '{answer}' will be accepted to approve.\n\n"
    asked = fold_text(words, width=terminal.message_width, hang=0)
    reply = terminal.ask(f"{asked}  Enter a value: ")
    if answer and reply == answer:
        terminal.tell("\n")
        return True
    if reply is None and not terminal.is_interactive:
        report(session, [_make_unasked_error(instead)])
    terminal.progress(f"{verb} cancelled.")
    return False


def _make_unasked_error(instead: str) -> Diagnostic:
    detail = (
        "stdin and stderr are not both a terminal, so nobody can answer; a question that cannot be asked counts as a "
        f"no. Nothing was sent and nothing was changed. Say it beforehand: {instead}."
    )
    return make_error("approval.unasked", "The approval cannot be asked for", detail=detail)
