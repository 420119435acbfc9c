"""The journal of an apply: what was started and what came of it, durable before anything goes on.

One file a run, ``.poolctl/journal/<run id>.jsonl``, one JSON object a line, each synced before
``write`` returns; the cost of a record does not grow with the run or the state. Raises
StateFileError where the disk refuses and DocumentError where a file is damaged.
"""

import fcntl
import os
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from planner.core.addresses import Address
from planner.core.diagnostics import Diagnostic, SourceLocation, make_error, make_warning
from planner.core.lazy_dataclass import dataclass
from planner.core.tracking import TrackedResource
from planner.engine.journal_records import (
    ChangeEnded,
    OperationEnded,
    OperationStarted,
    Record,
    RecordError,
    RunEnded,
    RunStarted,
    format_record,
    is_run_end,
    parse_record,
)
from planner.state.errors import DocumentError
from planner.state.files import TOOL_DIRECTORY, load_text, open_tool_directory, sync_directory, write_fully
from planner.state.os_errors import UNTOUCHED, report_os_errors
from planner.threads.joining import Joined

__all__ = [
    "ChangeEnded",
    "Journal",
    "OpenRun",
    "OperationEnded",
    "OperationStarted",
    "Record",
    "RunEnded",
    "RunStarted",
    "close_run",
    "find_unsettled",
    "load_change_digests",
    "load_open_runs",
    "open_journal",
    "replay",
]

_WHAT = "journal"
_RUN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_TAIL_BYTES = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRun:
    """A run whose end is not on record. ``diagnostics`` tell of a last line that was cut off.

    ``path`` is None for one that is kept with a shared state. ``is_running``: a process on this machine is still
    writing it, so there is nothing to settle yet.
    """

    path: Path | None
    records: tuple[Record, ...]
    is_running: bool = False
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def started(self) -> RunStarted | None:
        """Return the first record, or None where the run was killed before it was written."""
        first = self.records[0] if self.records else None
        return first if isinstance(first, RunStarted) else None


class Journal:
    """One open journal; several threads may write to it."""

    def __init__(self, path: Path, descriptor: int, *, end: int = 0) -> None:
        """Use ``open_journal``; what stands after ``end`` bytes is cut off by the next record."""
        self.path = path
        self._descriptor = descriptor
        self._end = end
        self._records: list[Record] = []
        self._lock = threading.Lock()
        # A sync takes long and is as good for many records as for one: threads share it.
        self._joined = Joined(self._write)

    def write(self, *records: Record) -> None:
        """Append ``records`` and return when they are on the disk.

        What a failed write left behind is cut off before the next one, so that records stay readable.
        """
        self._joined.do(records)

    def _write(self, batch: Sequence[tuple[Record, ...]]) -> None:
        records = [one for records in batch for one in records]
        data = "".join(f"{format_record(one)}\n" for one in records).encode()
        aftermath = "The record is not in the journal; the next plan learns from the service what happened."
        with self._lock, report_os_errors(self.path, what=_WHAT, doing="write", aftermath=aftermath):
            if os.fstat(self._descriptor).st_size != self._end:
                os.ftruncate(self._descriptor, self._end)
            write_fully(self._descriptor, data)
            self._end += len(data)
            self._records += records

    @property
    def records(self) -> tuple[Record, ...]:
        """Return what was written since the journal was opened."""
        with self._lock:
            return tuple(self._records)

    def close(self) -> None:
        """Close the file; a run without ``RunEnded`` stays open for the next one to settle."""
        with self._lock:
            descriptor, self._descriptor = self._descriptor, -1
            if descriptor >= 0:
                os.close(descriptor)

    def __enter__(self) -> Self:
        """Return the journal itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        """Close the file."""
        self.close()


def open_journal(directory: Path, run_id: str) -> Journal:
    """Return a new journal below the configuration's ``directory``.

    ``run_id`` is unique, of letters, digits, ``.``, ``_`` and ``-`` (ValueError otherwise).
    """
    if not _RUN_ID.fullmatch(run_id):
        raise ValueError(f"not a run id: {run_id!r}")
    path = open_tool_directory(directory, "journal") / f"{run_id}.jsonl"
    with report_os_errors(path, what=_WHAT, doing="make"):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            sync_directory(path.parent)
        except BaseException:
            os.close(descriptor)
            raise
    return Journal(path, descriptor)


def load_open_runs(directory: Path) -> tuple[OpenRun, ...]:
    """Return the runs below the configuration's ``directory`` that have no end, in order of their ids.

    A torn last line was never acted on: it is left out, and a diagnostic says so. Raises
    DocumentError naming file and line for anything else that is no record.
    """
    folder = directory / TOOL_DIRECTORY / "journal"
    with report_os_errors(folder, what=_WHAT, doing="list"):
        paths = sorted(folder.glob("*.jsonl"))
        open_paths = [path for path in paths if not _has_ended(path)]
    return tuple(_load_run(path) for path in open_paths)


def load_change_digests(directory: Path, plan_digest: str) -> frozenset[str]:
    """Return the digests of the changes of the plan ``plan_digest``, where a run of it was begun here.

    So that whoever approved a plan can finish its interrupted apply with the same digest (semantics 6.4).
    """
    folder = directory / TOOL_DIRECTORY / "journal"
    found: set[str] = set()
    with report_os_errors(folder, what=_WHAT, doing="read"):
        for path in sorted(folder.glob("*.jsonl")):
            first = _load_first(path, naming=plan_digest)
            found |= frozenset(first.change_digests if first and first.plan_digest == plan_digest else ())
    return frozenset(found)


def find_unsettled(run: OpenRun) -> tuple[OperationStarted, ...]:
    """Return the operations of which it is not known what came of them.

    They were started and have no end, or the end ``uncertain``: only a read of the service settles
    them. An operation that was sent again is judged by its last start.
    """
    found: dict[tuple[Address, int], OperationStarted] = {}
    ended: set[tuple[Address, int]] = set()
    for record in run.records:
        if isinstance(record, OperationStarted):
            found[record.address, record.number] = record
            ended.discard((record.address, record.number))
        elif isinstance(record, OperationEnded) and record.outcome != "uncertain":
            ended.add((record.address, record.number))
    return tuple(one for key, one in found.items() if key not in ended)


def replay(resources: Mapping[Address, TrackedResource], run: OpenRun) -> dict[Address, TrackedResource]:
    """Return ``resources`` with what the run's finished changes left; repeating it changes nothing.

    The caller has checked that the state has the lineage of the run.
    """
    following = dict(resources)
    for record in run.records:
        if not isinstance(record, ChangeEnded):
            continue
        if record.tracked is None:
            following.pop(record.address, None)
        else:
            following[record.address] = record.tracked
    return following


def close_run(path: Path, *, time: str) -> None:
    """Mark the run of ``path`` as settled; a torn last line is cut off first. ``time`` is RFC 3339 in UTC."""
    with report_os_errors(path, what=_WHAT, doing="write"):
        end = path.read_bytes().rfind(b"\n") + 1
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
    with Journal(path, descriptor, end=end) as journal:
        journal.write(RunEnded(time=time))


def load_last_start(directory: Path) -> RunStarted | None:
    """Return how the newest run below the configuration's ``directory`` began, or None. Raises StateError."""
    folder = directory / TOOL_DIRECTORY / "journal"
    with report_os_errors(folder, what=_WHAT, doing="read"):
        newest = max(folder.glob("*.jsonl"), default=None)
        return None if newest is None else _load_first(newest)


def _load_first(path: Path, *, naming: str = "") -> RunStarted | None:
    """Return the first record of a journal, where it is a start and its line holds ``naming``."""
    with path.open(encoding="utf-8", errors="replace") as file:
        line = file.readline()
    if naming not in line:
        return None
    try:
        first = parse_record(line)
    except RecordError:
        return None
    return first if isinstance(first, RunStarted) else None


def _has_ended(path: Path) -> bool:
    # Old runs pile up: only the tail of each is read to leave it out.
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - _TAIL_BYTES))
        tail = file.read()
    return tail.endswith(b"\n") and is_run_end(tail[:-1].rpartition(b"\n")[2])


def _is_running(path: Path) -> bool:
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _load_run(path: Path) -> OpenRun:
    with report_os_errors(path, what=_WHAT, doing="read"):
        is_running = _is_running(path)
    text = load_text(path, what=_WHAT)
    whole, _, torn = text.rpartition("\n")
    lines = whole.split("\n") if whole else []
    records = tuple(_parse_lines(lines, path=path))
    diagnostics = (_make_torn(path, len(lines) + 1),) if torn and not is_running else ()
    return OpenRun(path=path, records=records, is_running=is_running, diagnostics=diagnostics)


def _parse_lines(lines: list[str], *, path: Path) -> Iterator[Record]:
    for number, line in enumerate(lines, start=1):
        try:
            yield parse_record(line)
        except RecordError as error:
            detail = (
                f"Line {number} of the journal {str(path)!r} cannot be read: {error}. It may tell of a request whose "
                f"outcome is not known. {UNTOUCHED} Look at the service, then move the file away to go on without it."
            )
            place = SourceLocation(file=str(path), line=number, text=line[:200])
            fault = make_error("journal.damaged", "The journal is damaged", detail=detail, location=place)
            raise DocumentError(fault) from error


def _make_torn(path: Path, number: int) -> Diagnostic:
    detail = (
        f"Line {number} of the journal {str(path)!r} was cut off when the run was stopped. A request is sent only "
        "after its line is complete, so the rest of the journal tells the truth."
    )
    place = SourceLocation(file=str(path), line=number)
    return make_warning(
        "journal.torn", "The last record of an interrupted run is incomplete", detail=detail, location=place
    )
