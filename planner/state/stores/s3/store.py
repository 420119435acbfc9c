"""The store in S3: the state is an object, its lock one beside it, and both are written by compare-and-swap alone.

A save renews the lock first, and then replaces the object that this run has read or written last. Whoever takes or
breaks the lock writes its id into the state's object: so a holder that was paused in between finds another ETag.
"""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Final

from planner.core.diagnostics import make_error
from planner.core.lazy_dataclass import dataclass
from planner.core.tracking import State
from planner.state.documents.state_document import format_state, parse_state
from planner.state.errors import StateChangedError, StoreError
from planner.state.files import TOOL_DIRECTORY
from planner.state.locks.holders import Holder, LockRequest
from planner.state.locks.lease import KEPT, compute_lease
from planner.state.locks.leased_lock import LeasedLock
from planner.state.locks.leased_taking import acquire_leased_lock
from planner.state.os_errors import UNTOUCHED
from planner.state.stores.history import NO_NOTE, SavedVersion, SaveNote, drop_checkpoints, is_of_same_run, make_version
from planner.state.stores.leased_store import LeasedStore
from planner.state.stores.s3.client import S3Client
from planner.state.stores.s3.document import NOTHING, S3Document, format_s3_document, parse_s3_document
from planner.state.stores.s3.history import S3History
from planner.state.stores.s3.lock import S3LockPlace
from planner.state.stores.s3.objects import S3Objects
from planner.state.stores.s3.probe import probe_conditional_writes
from planner.state.stores.seen import remember_version
from planner.state.stores.slugs import make_slug
from planner.state.stores.write_checks import is_receipt_id, require_receipt_id

_RACES: Final = 50
_READERS: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class _Object:
    """The state's object as it was read or written last; without ``etag`` there is none."""

    etag: str = ""
    text: str = ""
    document: S3Document = NOTHING


class S3Store(LeasedStore[S3LockPlace, LeasedLock[S3LockPlace]]):
    """One state in a bucket. Its methods are for one thread; a heartbeat runs beside them."""

    def __init__(self, place: S3LockPlace, *, key: str) -> None:
        """Use ``open_s3_store``."""
        super().__init__(place)
        self._objects = place.objects
        self._key = key
        self._history = S3History(place.objects, key=key)
        self._loaded = _Object()
        self._tried: set[str] = set()
        self._writes = 0

    def load(self) -> State | None:
        """Return the stored state, or None where there is none yet. Raises StateError."""
        # Whoever was told of a damaged document may replace it knowingly.
        self._loaded = found = self._read()
        is_there = found.document.state or found.document.is_damaged
        state = parse_state(found.text, source=self.shown) if is_there else None
        self._remember_read(state)
        return state

    def save(self, state: State, note: SaveNote = NO_NOTE) -> None:
        """Replace the state. Raises LockLostError, StateChangedError, StoreError."""
        old, version = self._loaded.document, make_version(state, note)
        self._require_lock()
        if old.version is None or not is_of_same_run(old.version, version):
            self._history.begin(old, version)
        self._write(replace(old, state=format_state(state), version=version))
        remember_version(self._place.side_path, version)

    def load_versions(self) -> tuple[SavedVersion, ...]:
        """Return the versions that were saved, newest first. Raises StateError."""
        return drop_checkpoints(self._history.load_versions(self._read().document.version))

    def load_version(self, serial: int) -> State | None:
        """Return the state as it was at ``serial``, or None where it is not kept. Raises StateError."""
        present = self._read()
        is_present = present.document.version is not None and present.document.version.serial == serial
        text = present.text if is_present else self._history.load_text(serial)
        return None if text is None else parse_state(text, source=f"serial {serial} of {self.shown}")

    def save_receipt(self, receipt_id: str, text: str) -> None:
        """Keep a receipt beside the state. Raises LockLostError, StoreError; ValueError for a bad id."""
        require_receipt_id(receipt_id)
        self._require_lock().renew()
        self._objects.put(f"{self._receipts}{receipt_id}.json", text.encode("utf-8", "surrogatepass"))

    def load_receipts(self) -> dict[str, str]:
        """Return the texts of the receipts, by id, oldest first. Raises StateError."""
        keys = (one for one in self._objects.list_keys(self._receipts) if one.endswith(".json"))
        names = {one.removeprefix(self._receipts).removesuffix(".json"): one for one in keys}
        sound = {name: key for name, key in sorted(names.items()) if is_receipt_id(name)}
        with ThreadPoolExecutor(_READERS) as readers:
            found = [*readers.map(self._objects.get, sound.values())]
        return {
            name: one.data.decode("utf-8", "replace") for name, one in zip(sound, found, strict=True) if one is not None
        }

    def save_pending(self, text: str) -> None:
        """Keep what a run is about to send; an empty text: nothing any more. Raises LockLostError, StoreError."""
        self._write(replace(self._loaded.document, pending=text))

    def load_pending(self) -> str:
        """Return what a run was about to send. Raises StateError."""
        return self._read().document.pending

    def acquire(self, request: LockRequest) -> LeasedLock[S3LockPlace]:
        """Return the lock. Raises LockHeldError when ``request.timeout`` seconds did not suffice."""
        lock = acquire_leased_lock(self._place, request, hold=LeasedLock[S3LockPlace])
        try:
            self._fence(f"{request.id}/0")
        except BaseException:
            lock.release()
            raise
        self._lock = lock
        return lock

    def break_lock(self, lock_id: str) -> Holder:
        """Remove the lock of exactly this id and return its holder. Raises LockLostError for another id."""
        holder = super().break_lock(lock_id)
        self._fence(f"{lock_id}/broken")
        return holder

    def probe(self) -> None:
        """Raise StoreError unless the store takes writes, and keeps their conditions; a scratch object is written."""
        probe_conditional_writes(self._objects, self._key, host=self._place.host)

    @property
    def _receipts(self) -> str:
        return f"{self._key}.receipts/"

    def _read(self) -> _Object:
        found = self._objects.get(self._key)
        if found is None:
            return _Object()
        text = found.data.decode("utf-8", "replace")
        return _Object(etag=found.etag, text=text, document=parse_s3_document(text))

    def _write(self, document: S3Document) -> None:
        """Replace what was loaded. Raises LockLostError, StateChangedError, StoreError."""
        lock = self._require_lock()
        lock.renew()
        self._writes += 1
        new = replace(document, fence=f"{lock.holder.id}/{self._writes}")
        self._tried.add(format_s3_document(new))
        if self._swap(self._loaded, new):
            return
        found = self._read()
        # An earlier write of ours may have arrived after all, though no answer came.
        if found.text in self._tried and self._swap(found, new):
            return
        lock.renew()
        detail = f"{self.shown!r} is not the object that this run has read. {KEPT}"
        raise StateChangedError(make_error("state.changed", "The state was changed meanwhile", detail=detail))

    def _fence(self, token: str) -> None:
        """Write ``token`` into the object, so that nobody who read or wrote it before can replace it."""
        for _ in range(_RACES):
            before, found = self._loaded, self._read()
            if found.document.is_damaged:
                # Nobody has read it as a state, so nobody can replace it; and whoever mends it wants it as it is.
                return
            if self._swap(found, replace(found.document, fence=token)):
                if found.document.state != before.document.state:
                    # A save must not replace a state that nobody has read: it will meet another ETag.
                    self._loaded = before
                return
        detail = f"{self.shown!r} was written {_RACES} times while this run took its lock. {UNTOUCHED} Run it again."
        raise StoreError(make_error("state.changed", "The state could not be locked", detail=detail))

    def _swap(self, old: _Object, new: S3Document) -> bool:
        text = format_s3_document(new)
        etag = self._objects.swap(self._key, text.encode("utf-8", "surrogatepass"), etag=old.etag)
        if etag:
            self._loaded = _Object(etag=etag, text=text, document=new)
            self._tried.clear()
        return bool(etag)


def open_s3_store(
    directory: Path,
    client: S3Client,
    *,
    request_timeout: float = 30.0,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> S3Store:
    """Return the store of the configuration in ``directory``; nothing is read from the bucket yet.

    The lease of the lock follows from ``request_timeout`` (seconds): it outlasts a request, whenever it is sent
    between two heartbeats.
    """
    where = client.where
    place = S3LockPlace(
        objects=S3Objects(client),
        key=f"{where.key}.lock",
        host=client.host,
        side_path=directory / TOOL_DIRECTORY / f"{make_slug(f's3/{where.bucket}/{where.key} {client.url}')}.flock",
        shown=f"s3://{where.bucket}/{where.key}",
        lease=compute_lease(request_timeout),
        clock=clock,
        sleep=sleep,
    )
    return S3Store(place, key=where.key)
