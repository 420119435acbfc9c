"""The session: what every command is given before it starts, and how it tells what it found."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from planner.core.diagnostics import Diagnostic
from planner.core.lazy_dataclass import dataclass
from planner.views.diagnostics_text import format_diagnostics
from planner.views.terminal import Terminal

DONE = 0
FAILED = 1
HAS_CHANGES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """The terminal, the environment, and the directory that ``-C`` named: paths are relative to it.

    ``var_options`` and ``var_files`` are what ``--var`` and ``--var-file`` gave.
    """

    terminal: Terminal
    environment: Mapping[str, str]
    directory: Path
    var_options: tuple[str, ...] = ()
    var_files: tuple[Path, ...] = ()


def report(session: Session, diagnostics: Iterable[Diagnostic]) -> None:
    """Tell ``diagnostics`` on stderr."""
    terminal = session.terminal
    terminal.tell(format_diagnostics(diagnostics, width=terminal.width, colour=terminal.has_colour_in_messages))
