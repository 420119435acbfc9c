"""The entry point: from arguments to an exit code; everything that goes wrong is phrased here.

Exit codes: 0 done, 1 error, usage error or interrupted, 2 changes (only where ``--detailed-exitcode`` asks).
"""

import os
import sys
from collections.abc import Callable, Sequence
from typing import Final

import click

from planner.cli.debugging import DEBUG_VARIABLE, is_debugging
from planner.cli.interrupts import interrupt_on_termination
from planner.cli.places import Ending, run_in_places
from planner.cli.root import root
from planner.cli.session import DONE, FAILED, Session, report
from planner.cli.spelling import translate_arguments
from planner.core.diagnostics import PoolctlError
from planner.views.terminal import Terminal

NAME: Final = "poolctl"
COMPLETION_VARIABLE: Final = "_POOLCTL_COMPLETE"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that ``arguments`` (those of the process where None) name, and return the exit code."""
    spelled = translate_arguments(sys.argv[1:] if arguments is None else arguments)
    session = _make_session(spelled)
    instruction = session.environment.get(COMPLETION_VARIABLE)
    with interrupt_on_termination():
        if instruction:
            return run_safely(session, lambda: _complete(session, instruction)).code
        return run_in_places(
            session, spelled, run=lambda arguments: run_safely(session, lambda: _run(session, [*arguments]))
        )


def run_safely(session: Session, run: Callable[[], int]) -> Ending:
    """Return how ``run`` ended; what it raises is told on stderr, never as a traceback."""
    try:
        return Ending(code=run())
    except click.exceptions.Exit as end:
        return Ending(code=end.exit_code)
    except click.ClickException as error:
        from planner.cli.usage import make_usage_diagnostic

        report(session, [make_usage_diagnostic(error)])
    except PoolctlError as error:
        report(session, error.diagnostics)
    except BrokenPipeError:
        return Ending(code=FAILED, is_interrupted=True)
    except (KeyboardInterrupt, click.Abort):
        # A terminal has just echoed ^C on the line.
        session.terminal.progress("\nInterrupted." if session.terminal.is_interactive else "Interrupted.")
        return Ending(code=FAILED, is_interrupted=True)
    except Exception as error:  # noqa: BLE001 - the last edge: a fault is told in words, not as a traceback
        _report_fault(session, error)
    finally:
        session.terminal.keep_line("")
    return Ending(code=FAILED)


def _make_session(arguments: Sequence[str]) -> Session:
    options = arguments[: arguments.index("--")] if "--" in arguments else arguments
    terminal = Terminal(
        stdout=sys.stdout,
        stderr=sys.stderr,
        stdin=sys.stdin,
        environ=os.environ,
        no_colour="--no-color" in options,
    )
    debugging = {DEBUG_VARIABLE: "1"} if "--debug" in options else {}
    return Session(terminal=terminal, environment=dict(os.environ) | debugging)


def _run(session: Session, arguments: list[str]) -> int:
    with root.make_context(NAME, arguments, obj=session) as context:
        code = root.invoke(context)
    return code if isinstance(code, int) else DONE


def _complete(session: Session, instruction: str) -> int:
    from click.shell_completion import add_completion_class, shell_complete

    from planner.cli.completion_shells import SHELLS

    for name, shell in SHELLS.items():
        add_completion_class(shell, name)
    return shell_complete(root, {"obj": session}, NAME, COMPLETION_VARIABLE, instruction)


def _report_fault(session: Session, error: Exception) -> None:
    from planner.cli.faults import format_trace, make_fault_diagnostic

    report(session, [make_fault_diagnostic(error)])
    if is_debugging(session.environment):
        session.terminal.tell(format_trace(error, session.environment))


if __name__ == "__main__":
    sys.exit(main())
