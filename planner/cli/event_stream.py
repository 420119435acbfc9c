"""``--json-into``: what a command does, line by line as JSON in a file, beside the text for people."""

from __future__ import annotations

import contextlib
import datetime as dt
import threading
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

import planner
from planner.cli.file_value import FILE
from planner.cli.session import Session
from planner.core.diagnostics import Diagnostic, PoolctlError, make_error

if TYPE_CHECKING:
    from io import FileIO
    from pathlib import Path

    from planner.core.events import ChangeEnded, Event
    from planner.core.trees import Tree

Function = TypeVar("Function", bound=Callable[..., Any])

json_into: Final = click.option(
    "--json-into",
    type=FILE,
    metavar="FILE",
    help="Write each event to FILE as a line of Terraform's JSON, too.",
)


class EventStream:
    """Writes lines as they come, from whichever thread; without a file it writes nothing.

    What cannot be written ends the stream, not the run: ``require_whole`` tells it when the run is over.
    """

    def __init__(self, write: Callable[[str], object] | None) -> None:
        """Keep where lines go."""
        self._write = write
        self._lock = threading.Lock()
        self._told: set[Diagnostic] = set()
        self._lost: OSError | None = None

    def tell(self, event: Event) -> None:
        """Write the lines of ``event``."""
        if self._write is not None:
            from planner.views.stream_json import build_event_lines

            self._put(build_event_lines(event))

    def tell_diagnostics(self, diagnostics: Iterable[Diagnostic]) -> None:
        """Write ``diagnostics`` that were not written yet."""
        if self._write is not None:
            from planner.views.stream_json import build_diagnostic_line

            new = [one for one in dict.fromkeys(diagnostics) if one not in self._told]
            self._told.update(new)
            self._put(map(build_diagnostic_line, new))

    def tell_end(self, ended: Iterable[ChangeEnded]) -> None:
        """Write what an apply came to."""
        if self._write is not None:
            from planner.views.stream_json import build_apply_summary_line

            self._put([build_apply_summary_line(ended)])

    def begin(self) -> None:
        """Write the first line."""
        if self._write is not None:
            from planner.views.stream_json import build_version_line

            self._put([build_version_line(planner.__version__)])

    def require_whole(self) -> None:
        """Raise OutputError where lines could not be written."""
        if self._lost is not None:
            from planner.views.terminal import OutputError

            raise OutputError(_report_lost(self._lost)) from self._lost

    def _put(self, lines: Iterable[Tree]) -> None:
        from planner.views.stream_json import format_stream_line

        with self._lock:
            for line in lines:
                moment = f"{dt.datetime.now(dt.UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
                if self._write is not None and self._lost is None:
                    try:
                        self._write(format_stream_line(line, moment=moment))
                    except OSError as error:
                        self._lost = error


@contextlib.contextmanager
def open_stream(session: Session, path: Path | None) -> Iterator[EventStream]:
    """Open the stream of a command; what stops it is written as its last lines.

    Raises a usage error where the file takes not even the first line: then nothing was done.
    """
    if path is None:
        yield EventStream(None)
        return
    try:
        # Unbuffered: what a full disk did not take is not tried again when the file is closed.
        file = (session.directory / path).open("wb", buffering=0)
    except OSError as error:
        raise _refuse(path, error) from error
    with file:
        stream = EventStream(partial(_write_whole, file))
        stream.begin()
        try:
            stream.require_whole()
        except PoolctlError as error:
            raise _refuse(path, error.__cause__) from error
        try:
            yield stream
        except PoolctlError as error:
            stream.tell_diagnostics(error.diagnostics)
            raise


def _write_whole(file: FileIO, text: str) -> None:
    left = memoryview(text.encode())
    while left:
        left = left[file.write(left) or 0 :]


def _refuse(path: Path, error: BaseException | None) -> click.UsageError:
    return click.UsageError(f"--json-into cannot write {path}: {getattr(error, 'strerror', None)}.")


def _report_lost(error: OSError) -> Diagnostic:
    detail = (
        f"Writing the file of --json-into failed: {error.strerror or 'unknown reason'}. The events in it are not "
        "complete; the command went on without them to its end. Make room before the next run."
    )
    return make_error("terminal.write-failed", "The result could not be written", detail=detail)
