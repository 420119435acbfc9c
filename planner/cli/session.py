"""The session: what every command is given before it starts, and how it tells what it found."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from planner.core.diagnostics import Diagnostic
from planner.core.lazy_dataclass import dataclass
from planner.views.terminal import Terminal

if TYPE_CHECKING:
    from pathlib import Path

    from planner.views.spans import Screen

DONE = 0
FAILED = 1
HAS_CHANGES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """The terminal, the environment, and the place that ``-C`` named: paths are relative to it.

    ``var_options`` and ``var_files`` are what ``--var`` and ``--var-file`` gave. ``is_quiet`` leaves results and
    diagnostics alone.
    """

    terminal: Terminal
    environment: Mapping[str, str]
    place: str = ""
    var_options: tuple[str, ...] = ()
    var_files: "tuple[Path, ...]" = ()
    is_quiet: bool = False

    @property
    def screen_width(self) -> int | None:
        """Return the columns of the screen that results go to; None where they go elsewhere and are never folded."""
        return self.terminal.width if self.terminal.is_result_on_screen else None

    @property
    def directory(self) -> "Path":
        """Return the place as a path."""
        from pathlib import Path

        return Path(self.place)


def report(session: Session, diagnostics: Iterable[Diagnostic]) -> None:
    """Tell ``diagnostics`` on stderr."""
    from planner.views.diagnostics_text import format_diagnostics

    terminal = session.terminal
    screen = make_screen(session, is_linked=terminal.has_links_in_messages) if terminal.is_message_on_screen else None
    colour = terminal.has_colour_in_messages
    terminal.tell(format_diagnostics(diagnostics, width=terminal.message_width, colour=colour, screen=screen))


def show_sentences(session: Session, text: str) -> None:
    """Show a result of plain lines, each ended, folded where it goes to a screen."""
    from planner.views.folding import fold_text

    width = session.screen_width
    session.terminal.show(text if width is None else fold_text(text, width=width))


def make_screen(session: Session, *, is_linked: bool) -> "Screen":
    """Return the screen of the terminal; where it ``is_linked``, names of files lead to those of the directory."""
    import os
    import socket
    from pathlib import Path

    from planner.views.hyperlinks import make_base
    from planner.views.spans import Screen

    if not is_linked:
        return Screen()
    return Screen(base=make_base(os.path.normpath(Path.cwd() / session.place), host=socket.gethostname()))
