"""The history of a state on this disk: the versions before the present one, and a note of each run that saved.

It is below ``.poolctl/history/NAME/``. A version is kept by a second link to the file that a save is about to replace,
so that it costs nothing, and only before the first save of a run: what a run saves in between is no version.
"""

import contextlib
import errno
import json
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Final

from planner.core.lazy_dataclass import dataclass
from planner.state.errors import MissingFileError
from planner.state.files import TOOL_DIRECTORY, load_text, open_tool_directory, save_atomically, write_fully
from planner.state.os_errors import report_os_errors
from planner.state.stores.history import KEPT_NOTES, KEPT_VERSIONS, SavedVersion, format_version, parse_version

KEPT_BYTES: Final = 256 * 1024 * 1024
"""How much the kept versions may take; the newest two stay, whatever their size."""

_NOTES: Final = "saves.jsonl"
_WHAT: Final = "history of the state"
_NAME: Final = re.compile(r"([0-9]{12})\.json")
_HEADER: Final = re.compile(r'^  "(lineage|serial)": (.+?),?$', re.MULTILINE)
_HEAD_BYTES: Final = 65536
_NEWEST: Final = 2
_NO_LINKS: Final = (errno.EPERM, errno.EXDEV, errno.ENOTSUP, errno.EMLINK)
_SECURED: Final = "The state was not touched."


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """A note as it stands in the file: the first save of a run, and the serial that it was about to replace."""

    version: SavedVersion
    previous: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalHistory:
    """The history of the state file ``state``. Every method raises StateError and nothing else."""

    state: Path

    @property
    def directory(self) -> Path:
        """Return where it is kept."""
        return self.state.parent / TOOL_DIRECTORY / "history" / self.state.name

    def begin(self, version: SavedVersion, *, previous: int) -> None:
        """Keep the state file, which is at serial ``previous``, and note that ``version`` is about to take its place.

        A negative ``previous`` stands for no file.
        """
        directory = open_tool_directory(self.state.parent, "history", self.state.name)
        if previous >= 0:
            self._keep(_find_path(directory, previous))
        self._note(version, previous=previous)

    def load_versions(self) -> tuple[SavedVersion, ...]:
        """Return all versions that were noted, newest first: the last one of each run."""
        lines = self._load_lines()
        ended = [_end(one, following.previous) for one, following in pairwise(lines) if not _is_void(one, following)]
        if lines and (newest := self._end_newest(lines[-1])) is not None:
            ended.append(newest)
        return tuple(reversed(ended))

    def load_text(self, serial: int) -> str | None:
        """Return the document of a version before the present one; None where it is not kept any more."""
        path = _find_path(self.directory, serial)
        try:
            return load_text(path, what=_WHAT)
        except MissingFileError:
            return None

    def _keep(self, target: Path) -> None:
        with report_os_errors(target, what=_WHAT, doing="write", aftermath=_SECURED):
            target.unlink(missing_ok=True)
            try:
                os.link(self.state, target)
            except OSError as error:
                if error.errno not in _NO_LINKS:
                    raise
                shutil.copy2(self.state, target)
            self._trim()

    def _trim(self) -> None:
        taken = 0
        for number, path in enumerate(sorted(self._find_kept(), reverse=True), start=1):
            taken += path.stat().st_size
            if number > KEPT_VERSIONS or (taken > KEPT_BYTES and number > _NEWEST):
                path.unlink()

    def _find_kept(self) -> Iterator[Path]:
        return (one for one in self.directory.iterdir() if _NAME.fullmatch(one.name))

    def _note(self, version: SavedVersion, *, previous: int) -> None:
        path = self.directory / _NOTES
        # A line that a kill or a full disk cut off must not spoil the next one.
        text = f"\n{json.dumps({'previous': previous} | json.loads(format_version(version)))}\n"
        with report_os_errors(path, what=_WHAT, doing="write", aftermath=_SECURED):
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW, 0o666)
            try:
                write_fully(descriptor, text.encode())
                is_long = os.fstat(descriptor).st_size > KEPT_NOTES * 1024
            finally:
                os.close(descriptor)
        if is_long:
            kept = path.read_text("utf-8", "replace").splitlines()[-KEPT_NOTES:]
            save_atomically(path, "".join(f"{one}\n" for one in kept), what=_WHAT)

    def _load_lines(self) -> list[_Line]:
        try:
            text = load_text(self.directory / _NOTES, what=_WHAT)
        except MissingFileError:
            return []
        return [line for row in text.splitlines() if (line := _parse_line(row)) is not None]

    def _end_newest(self, line: _Line) -> SavedVersion | None:
        """Return the version that was noted last, with the serial it has come to; None where it was never saved."""
        found = self._find_present()
        if found is None or found[0] != line.version.lineage:
            return line.version
        kept = _find_path(self.directory, line.previous)
        with contextlib.suppress(OSError):
            if kept.samefile(self.state):
                return None
        return _end(line, found[1])

    def _find_present(self) -> tuple[str, int] | None:
        """Return lineage and serial of the state file without reading all of it as a document."""
        try:
            with report_os_errors(self.state, what="state file", doing="read"), self.state.open("rb") as file:
                # The members stand sorted: the lineage before the resources, the serial after them.
                head = file.read(_HEAD_BYTES)
                file.seek(max(file.tell(), file.seek(0, os.SEEK_END) - _HEAD_BYTES))
                text = (head + file.read()).decode("utf-8", "replace")
            found = {name: json.loads(value) for name, value in _HEADER.findall(text)}
            return str(found["lineage"]), int(found["serial"])
        except (MissingFileError, ValueError, KeyError):
            return None


def _find_path(directory: Path, serial: int) -> Path:
    return directory / f"{serial:012}.json"


def _parse_line(text: str) -> _Line | None:
    version = parse_version(text)
    if version is None:
        return None
    previous = json.loads(text).get("previous")
    return _Line(version=version, previous=previous if type(previous) is int else -1)


def _end(line: _Line, serial: int) -> SavedVersion:
    """Return the version of ``line`` after its run saved up to ``serial``."""
    return replace(line.version, serial=max(line.version.serial, serial))


def _is_void(line: _Line, following: _Line) -> bool:
    """Tell whether nothing was saved after ``line``: what came next had the same state before it, or none."""
    left, right = line.version, following.version
    if (line.previous, left.lineage) != (following.previous, right.lineage):
        return False
    # Without one before it, the first save may have come, and a damaged file have been replaced since.
    return line.previous >= 0 or left.serial == right.serial
