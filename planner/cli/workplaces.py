"""From a session to the workplace of a use case: the clock, fresh ids, the user's name, progress on stderr."""

from __future__ import annotations

import datetime as dt
import os
import threading
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING

from planner.cli.debugging import is_debugging
from planner.cli.session import Session

if TYPE_CHECKING:
    from planner.core.events import Event
    from planner.views.terminal import Terminal
    from planner.workflow.workplace import Workplace


def make_workplace(session: Session, *, listen: Callable[[Event], None] = lambda _event: None) -> Workplace:
    """Return where, when and as whom the command of ``session`` runs; ``listen`` hears every event, too."""
    import socket

    from planner.config.variable_inputs import VariableInputs
    from planner.workflow.workplace import Workplace

    tell = (lambda _event: None) if session.is_quiet else make_teller(session.terminal)

    def emit(event: Event) -> None:
        listen(event)
        tell(event)

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


def make_teller(terminal: Terminal) -> Callable[[Event], None]:
    """Return what tells events: line by line, and on a screen what is waited for on one line that is rewritten."""
    from planner.core.events import Noticed, WaitProgressed
    from planner.views.events_text import format_event
    from planner.views.live_text import Waits, follow_event, format_waits

    lock = threading.Lock()
    waits: Waits = {}
    width = terminal.message_width if terminal.is_message_on_screen else None

    def tell(event: Event) -> None:
        nonlocal waits
        is_kept = terminal.has_live_line and isinstance(event, WaitProgressed)
        line = None if is_kept else format_event(event, colour=terminal.has_colour_in_messages, width=width)
        # Events of several threads come one after the other: the line that is kept is that of the last one.
        with lock:
            waits = follow_event(waits, event)
            terminal.keep_line(format_waits(waits))
            if line is not None:
                write = terminal.interject if isinstance(event, Noticed) else terminal.progress
                write(line)

    return tell


def _find_user() -> str:
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        # Containers often run as a number that no user database knows.
        return f"uid{os.getuid()}"
