"""From a session to the workplace of a use case: the clock, fresh ids, the user's name, progress on stderr."""

from __future__ import annotations

import datetime as dt
import os
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING

from planner.cli.debugging import is_debugging
from planner.cli.session import Session

if TYPE_CHECKING:
    from planner.core.events import Event
    from planner.workflow.workplace import Workplace


def make_workplace(session: Session, *, listen: Callable[[Event], None] = lambda _event: None) -> Workplace:
    """Return where, when and as whom the command of ``session`` runs; ``listen`` hears every event, too."""
    import socket

    from planner.config.variable_inputs import VariableInputs
    from planner.views.events_text import format_event
    from planner.workflow.workplace import Workplace

    def emit(event: Event) -> None:
        listen(event)
        line = format_event(event, colour=session.terminal.has_colour_in_messages)
        if line is not None:
            session.terminal.progress(line)

    return Workplace(
        directory=session.directory,
        environment=session.environment,
        emit=emit,
        clock=read_clock,
        make_id=lambda: str(uuid.uuid4()),
        who=f"{_find_user()}@{socket.gethostname()}",
        variables=VariableInputs(options=session.var_options, files=session.var_files),
        log=session.terminal.progress if is_debugging(session.environment) else None,
    )


def read_clock() -> dt.datetime:
    """Return the time now, in UTC."""
    return dt.datetime.now(dt.UTC)


def _find_user() -> str:
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        # Containers often run as a number that no user database knows.
        return f"uid{os.getuid()}"
