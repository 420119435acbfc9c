"""The history of a state in S3: one object for each earlier version, and one that lists what was said of them.

A version is kept when another run takes its place: what a run saves in between is no version.
"""

from dataclasses import replace
from typing import Final

from planner.core.diagnostics import make_error
from planner.state.document import parse_state
from planner.state.errors import DocumentError, StoreError
from planner.state.history import KEPT_NOTES, KEPT_VERSIONS, NO_NOTE, SavedVersion, format_version, parse_version
from planner.state.lease import make_beat
from planner.state.os_errors import UNTOUCHED
from planner.state.s3_document import S3Document, format_s3_document
from planner.state.s3_objects import S3Objects

_RACES: Final = 10


class S3History:
    """The versions before the present one, at ``KEY.history/``. Methods raise StoreError."""

    def __init__(self, objects: S3Objects, *, key: str) -> None:
        """Keep the versions of the state ``key``."""
        self._objects = objects
        self._prefix = f"{key}.history/"

    def keep(self, document: S3Document) -> None:
        """Keep the state of ``document``, which is about to be replaced by another run, and note it."""
        version = document.version or _read_version(document.state)
        if version is None:
            # No version, and still nothing that whoever replaces it knowingly should lose.
            self._objects.put(f"{self._prefix}damaged-{make_beat()}", document.state.encode("utf-8", "surrogatepass"))
            return
        text = format_s3_document(replace(document, version=version, pending="", fence=""))
        self._objects.put(self._name(version.serial), text.encode("utf-8", "surrogatepass"))
        for _ in range(_RACES):
            found = self._objects.get(self._notes)
            lines = found.data.decode("utf-8", "replace").splitlines() if found else []
            line = format_version(version)
            kept = [*(one for one in lines if one != line), line][-KEPT_NOTES:]
            data = "".join(f"{one}\n" for one in kept).encode()
            if self._objects.swap(self._notes, data, etag=found.etag if found else ""):
                self._drop_oldest(kept)
                return
        detail = f"{self._notes} is written again and again by somebody else. {UNTOUCHED} Run the command again."
        raise StoreError(make_error("state.changed", "The history of the state could not be kept", detail=detail))

    def load_versions(self) -> tuple[SavedVersion, ...]:
        """Return the versions before the present one, newest first."""
        found = self._objects.get(self._notes)
        lines = found.data.decode("utf-8", "replace").splitlines() if found else []
        return tuple(version for one in reversed(lines) if (version := parse_version(one)) is not None)

    def load_text(self, serial: int) -> str | None:
        """Return the document of the version, or None where it is not kept any more."""
        found = self._objects.get(self._name(serial))
        return None if found is None else found.data.decode("utf-8", "replace")

    @property
    def _notes(self) -> str:
        return f"{self._prefix}saves.jsonl"

    def _name(self, serial: int) -> str:
        return f"{self._prefix}{serial:012}.json"

    def _drop_oldest(self, lines: list[str]) -> None:
        """Delete the version that is one too many now; where that is not allowed it stays, and does no harm."""
        serials = [version.serial for one in lines if (version := parse_version(one)) is not None]
        if len(serials) > KEPT_VERSIONS and (old := serials[-KEPT_VERSIONS - 1]) not in serials[-KEPT_VERSIONS:]:
            self._objects.try_to_delete(self._name(old))


def _read_version(text: str) -> SavedVersion | None:
    """Return the version of a state that was put there by hand; None where it is none."""
    try:
        state = parse_state(text)
    except DocumentError:
        return None
    return SavedVersion(lineage=state.lineage, serial=state.serial, note=NO_NOTE)
