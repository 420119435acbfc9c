"""Diagnostics: everything a user is told about a problem, as values."""

import enum
from collections.abc import Iterable

from planner.core.lazy_dataclass import dataclass


class Severity(enum.Enum):
    """How much a diagnostic matters: an error stops the command, the others do not."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class SourceLocation:
    """A place in a file; ``line`` and ``column`` count from 1 in characters, ``text`` is that line."""

    file: str
    line: int
    column: int = 1
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One thing to tell: ``summary`` holds no user data, ``detail`` says what, why and what to do.

    ``code`` is a stable lower-case identifier such as ``config.unknown-key``.
    """

    severity: Severity
    code: str
    summary: str
    detail: str = ""
    address: str = ""
    location: SourceLocation | None = None


def make_error(
    code: str, summary: str, *, detail: str = "", address: str = "", location: SourceLocation | None = None
) -> Diagnostic:
    """Return a diagnostic of severity error."""
    return Diagnostic(
        severity=Severity.ERROR, code=code, summary=summary, detail=detail, address=address, location=location
    )


def make_warning(
    code: str, summary: str, *, detail: str = "", address: str = "", location: SourceLocation | None = None
) -> Diagnostic:
    """Return a diagnostic of severity warning."""
    return Diagnostic(
        severity=Severity.WARNING, code=code, summary=summary, detail=detail, address=address, location=location
    )


def make_notice(code: str, summary: str, *, detail: str = "", address: str = "") -> Diagnostic:
    """Return a diagnostic of severity notice."""
    return Diagnostic(severity=Severity.NOTICE, code=code, summary=summary, detail=detail, address=address)


def has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    """Tell whether one of ``diagnostics`` is an error."""
    return any(one.severity is Severity.ERROR for one in diagnostics)


class PoolctlError(Exception):
    """What stops an edge: carries the diagnostics that say why.

    Subclasses live beside the edge that raises them (``planner.remote``, ``planner.state``,
    ``planner.config``); nothing else leaves those packages.
    """

    def __init__(self, *diagnostics: Diagnostic) -> None:
        """Keep the diagnostics; there is at least one."""
        super().__init__("; ".join(one.summary for one in diagnostics))
        self.diagnostics = diagnostics
