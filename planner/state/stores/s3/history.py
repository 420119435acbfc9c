"""The history of a state in S3: one object for each earlier version, and one that lists what was said of them.

A version is kept when another run takes its place: what a run saves in between is no version. That other run is noted
at the same time, so that it is known of also where somebody breaks what it saves.
"""

from dataclasses import replace
from typing import Final

from planner.core.diagnostics import make_error
from planner.state.documents.state_document import parse_state
from planner.state.errors import DocumentError, StoreError
from planner.state.locks.lease import make_beat
from planner.state.os_errors import UNTOUCHED
from planner.state.stores.history import (
    KEPT_NOTES,
    KEPT_VERSIONS,
    NO_NOTE,
    SavedVersion,
    format_version,
    is_of_same_run,
    parse_version,
)
from planner.state.stores.s3.document import S3Document, format_s3_document
from planner.state.stores.s3.objects import S3Objects

_RACES: Final = 10


class S3History:
    """The versions before the present one, at ``KEY.history/``. Methods raise StoreError."""

    def __init__(self, objects: S3Objects, *, key: str) -> None:
        """Keep the versions of the state ``key``."""
        self._objects = objects
        self._prefix = f"{key}.history/"

    def begin(self, document: S3Document, version: SavedVersion) -> None:
        """Keep the state of ``document``, and note that ``version``, of another run, is about to take its place."""
        present = document.version or _read_version(document.state)
        if present is not None:
            kept = format_s3_document(replace(document, version=present, pending="", fence=""))
            self._objects.put(self._name(present.serial), kept.encode("utf-8", "surrogatepass"))
        elif document.state:
            # No version, and still nothing that whoever replaces it knowingly should lose.
            self._objects.put(f"{self._prefix}damaged-{make_beat()}", document.state.encode("utf-8", "surrogatepass"))
        for _ in range(_RACES):
            etag, noted = self._load_notes()
            versions = [*_settle(noted, present), version][-KEPT_NOTES:]
            data = "".join(f"{format_version(one)}\n" for one in versions).encode()
            if self._objects.swap(self._notes, data, etag=etag):
                self._drop_oldest(versions[:-1])
                return
        detail = f"{self._notes} is written again and again by somebody else. {UNTOUCHED} Run the command again."
        raise StoreError(make_error("state.changed", "The history of the state could not be kept", detail=detail))

    def load_versions(self, present: SavedVersion | None) -> tuple[SavedVersion, ...]:
        """Return all versions that were noted, newest first; ``present`` is that of the state, where it can be read."""
        _, noted = self._load_notes()
        return tuple(reversed(_settle(noted, present)))

    def load_text(self, serial: int) -> str | None:
        """Return the document of the version, or None where it is not kept any more."""
        found = self._objects.get(self._name(serial))
        return None if found is None else found.data.decode("utf-8", "replace")

    @property
    def _notes(self) -> str:
        return f"{self._prefix}saves.jsonl"

    def _name(self, serial: int) -> str:
        return f"{self._prefix}{serial:012}.json"

    def _load_notes(self) -> tuple[str, list[SavedVersion]]:
        found = self._objects.get(self._notes)
        if found is None:
            return "", []
        lines = found.data.decode("utf-8", "replace").splitlines()
        return found.etag, [version for one in lines if (version := parse_version(one)) is not None]

    def _drop_oldest(self, versions: list[SavedVersion]) -> None:
        """Delete the version that is one too many now; where that is not allowed it stays, and does no harm."""
        serials = [one.serial for one in versions]
        if len(serials) > KEPT_VERSIONS and (old := serials[-KEPT_VERSIONS - 1]) not in serials[-KEPT_VERSIONS:]:
            self._objects.try_to_delete(self._name(old))


def _settle(noted: list[SavedVersion], present: SavedVersion | None) -> list[SavedVersion]:
    """Return what was ``noted`` up to ``present``: what stands after it was noted, and then never saved."""
    if present is None:
        return noted
    places = [place for place, one in enumerate(noted) if one == present or is_of_same_run(one, present)]
    return [*(noted[: places[-1]] if places else noted), present]


def _read_version(text: str) -> SavedVersion | None:
    """Return the version of a state that was put there by hand; None where it is none."""
    try:
        state = parse_state(text)
    except DocumentError:
        return None
    return SavedVersion(lineage=state.lineage, serial=state.serial, note=NO_NOTE)
