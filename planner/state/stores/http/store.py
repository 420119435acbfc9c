"""The HTTP store: one document at a server that speaks the protocol of Terraform's HTTP backend, as GitLab does.

State, pending requests and the newest receipts travel in one document (``envelope.py``), so that one request stores
them together. The protocol has no compare-and-swap: the document is read and compared before each save, under the
server's lock. What comes between the two, only the server's lock keeps out.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from planner.core.diagnostics import make_error
from planner.core.tracking import State
from planner.state.documents.state_document import format_state, parse_state
from planner.state.errors import StateChangedError
from planner.state.files import TOOL_DIRECTORY
from planner.state.locks.holders import Holder, LockRequest
from planner.state.locks.lease import KEPT
from planner.state.locks.side_file import is_holder_gone
from planner.state.stores.history import NO_NOTE, SavedVersion, SaveNote, make_version
from planner.state.stores.http.envelope import Envelope
from planner.state.stores.http.lock import HttpLock, HttpLockPlace
from planner.state.stores.http.lock_taking import acquire_http_lock, break_http_lock
from planner.state.stores.http.wire import HttpWire
from planner.state.stores.seen import load_seen_version, remember_state, remember_version
from planner.state.stores.slugs import make_slug
from planner.state.stores.write_checks import is_receipt_id, require_lock, require_receipt_id


class HttpStore:
    """One document at a server. Its methods are for one thread."""

    is_remote = True
    has_history = False

    def __init__(self, place: HttpLockPlace) -> None:
        """Use ``open_http_store``."""
        self._place = place
        self._lock: HttpLock | None = None
        self._loaded: Envelope | None = None

    @property
    def shown(self) -> str:
        """Return the address of the state."""
        return self._place.shown

    def load(self) -> State | None:
        """Return the stored state, or None where there is none yet. Raises StateError."""
        # Whoever was told of a damaged document may replace it knowingly.
        self._loaded = found = self._place.load()
        state = parse_state(found.state, source=self.shown) if found.state else None
        if self._lock is not None and not self._lock.is_released:
            remember_state(self._place.side_path, state)
        return state

    def save(self, state: State, note: SaveNote = NO_NOTE) -> None:
        """Store the state; the note is kept on this disk alone. Raises LockLostError, StateChangedError, StoreError."""
        text, before = format_state(state), self._loaded.state if self._loaded else ""

        def change(found: Envelope) -> Envelope:
            if found.state != before:
                detail = f"{self.shown} does not hold what this run has read. {KEPT}"
                raise StateChangedError(make_error("state.changed", "The state was changed meanwhile", detail=detail))
            return replace(found, state=text, lineage=state.lineage)

        self._loaded = self._require_lock().change(change)
        remember_version(self._place.side_path, make_version(state, note))

    def load_versions(self) -> tuple[SavedVersion, ...]:
        """Return nothing: the protocol knows one document, the newest."""
        return ()

    def load_seen(self) -> tuple[SavedVersion, ...]:
        """Return the newest version that this disk saved or read under the lock, if any."""
        seen = load_seen_version(self._place.side_path)
        return () if seen is None else (seen,)

    def load_version(self, serial: int) -> State | None:
        """Return nothing, for the same reason."""
        del serial
        return None

    def save_receipt(self, receipt_id: str, text: str) -> None:
        """Keep a receipt with the state, while it is of the newest. Raises LockLostError, StoreError, ValueError."""
        require_receipt_id(receipt_id)
        self._require_lock().change(lambda found: replace(found, receipts={**found.receipts, receipt_id: text}))

    def load_receipts(self) -> Mapping[str, str]:
        """Return the texts of the newest receipts, by id, oldest first. Raises StateError."""
        kept = self._place.load().receipts
        return {name: text for name, text in kept.items() if is_receipt_id(name)}

    def save_pending(self, text: str) -> None:
        """Keep what a run is about to send; an empty text: nothing any more. Raises LockLostError, StoreError."""
        self._require_lock().change(lambda found: replace(found, pending=text))
        if self._loaded is not None:
            self._loaded = replace(self._loaded, pending=text)

    def load_pending(self) -> str:
        """Return what a run was about to send, as of the last load. Raises StateError."""
        found = self._loaded if self._loaded is not None else self._place.load()
        return found.pending

    def acquire(self, request: LockRequest) -> HttpLock:
        """Return the lock. Raises LockHeldError when ``request.timeout`` seconds did not suffice."""
        self._lock = acquire_http_lock(self._place, request)
        return self._lock

    def find_holder(self) -> Holder | None:
        """Return whom the document names as the holder, or None. Raises StateError."""
        return self._place.load().holder

    def is_dead(self, holder: Holder) -> bool:
        """Tell whether ``holder`` was a process of this directory and has ended. Raises StateFileError."""
        return is_holder_gone(self._place.side_path, holder, machine=self._place.machine)

    def find_obstacle(self) -> str:
        """Return nothing: whether a save is taken, only a save tells."""
        return ""

    def break_lock(self, lock_id: str) -> Holder:
        """Remove the lock of exactly this id and return its holder. Raises LockLostError for another id."""
        return break_http_lock(self._place, lock_id)

    def _require_lock(self) -> HttpLock:
        return require_lock(self._lock)


def open_http_store(
    directory: Path,
    wire: HttpWire,
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> HttpStore:
    """Return the store at the server of ``wire`` for the configuration in ``directory``; nothing is sent yet."""
    address = wire.where.address
    side_path = directory / TOOL_DIRECTORY / f"http-{make_slug(address)}.flock"
    return HttpStore(HttpLockPlace(wire=wire, side_path=side_path, shown=address, clock=clock, sleep=sleep))
