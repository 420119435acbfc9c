"""The local store: the state is a file, its lock a file beside it. For one disk only."""

import contextlib
import os
import time
from collections.abc import Callable
from pathlib import Path

from planner.core.diagnostics import make_error
from planner.core.tracking import State
from planner.state.documents.state_document import format_state, parse_state
from planner.state.errors import DocumentError, MissingFileError, StateChangedError
from planner.state.files import TOOL_DIRECTORY, load_text, save_atomically
from planner.state.locks.errors import LockLostError
from planner.state.locks.holders import Holder, LockRequest
from planner.state.locks.side_file import is_holder_gone
from planner.state.os_errors import UNTOUCHED, report_os_errors
from planner.state.stores.history import NO_NOTE, SavedVersion, SaveNote, is_of_same_run, make_version
from planner.state.stores.local.history import LocalHistory
from planner.state.stores.local.lock import (
    LocalLock,
    LocalLockPlace,
    acquire_local_lock,
    break_lock_file,
    find_lock_holder,
)
from planner.state.stores.write_checks import is_receipt_id, require_lock, require_receipt_id

_WHAT = "state file"
_RECEIPT = "receipt"
_KEPT = "What this run did is in its journal; run `poolctl plan`: it reads the journal and the service."


class LocalStore:
    """One state file. Not for use by several threads at once."""

    is_remote = False
    has_history = True

    def __init__(self, place: LocalLockPlace) -> None:
        """Use ``open_local_store``."""
        self._place = place
        self._history = LocalHistory(state=place.state)
        self._serial = -1
        self._saved: SavedVersion | None = None
        self._lock: LocalLock | None = None
        self._version: tuple[int, ...] | None = None

    @property
    def shown(self) -> str:
        """Return the path of the state, as the files write it."""
        return self._place.shown

    def load(self) -> State | None:
        """Return the stored state, or None where there is no file. Raises StateError."""
        version = self._find_version()
        try:
            text = load_text(self._place.state, what=_WHAT)
        except MissingFileError:
            self._version, self._serial = None, -1
            return None
        # Whoever was told of a damaged document may replace it knowingly.
        self._version, self._serial = version, -1
        state = parse_state(text, source=self._place.shown)
        self._serial = state.serial
        return state

    def save(self, state: State, note: SaveNote = NO_NOTE) -> None:
        """Replace the state file as a whole. Raises LockLostError, StateChangedError, StateFileError.

        The lock must be held, and the file must be the one that was loaded or saved last.
        """
        self._require_lock()
        if self._find_version() != self._version:
            detail = f"{self._place.shown!r} is not the file that this run has read. {UNTOUCHED} {_KEPT}"
            raise StateChangedError(make_error("state.changed", "The state was changed meanwhile", detail=detail))
        text = format_state(state)
        version = make_version(state, note)
        if self._saved is None or not is_of_same_run(version, self._saved):
            self._history.begin(version, previous=self._serial)
        save_atomically(self._place.state, text, what=_WHAT)
        self._version, self._serial, self._saved = self._find_version(), state.serial, version

    def load_versions(self) -> tuple[SavedVersion, ...]:
        """Return the versions that were saved here, newest first. Raises StateError."""
        return self._history.load_versions()

    def load_seen(self) -> tuple[SavedVersion, ...]:
        """Return nothing: what this disk knows is its history."""
        return ()

    def load_version(self, serial: int) -> State | None:
        """Return the state as it was at ``serial``, or None where that is not kept. Raises StateError."""
        with contextlib.suppress(DocumentError, MissingFileError):
            present = parse_state(load_text(self._place.state, what=_WHAT), source=self._place.shown)
            if present.serial == serial:
                return present
        text = self._history.load_text(serial)
        return None if text is None else parse_state(text, source=f"serial {serial} of {self._place.shown}")

    def save_receipt(self, receipt_id: str, text: str) -> None:
        """Keep a receipt beside the state file, as ``pools.state.receipts/ID.json``.

        The lock must be held. Raises LockLostError, StateFileError; ValueError for an id that is no file name.
        """
        require_receipt_id(receipt_id)
        self._require_lock()
        folder = self._receipts
        with report_os_errors(folder, what=_RECEIPT, doing="make"):
            folder.mkdir(exist_ok=True)
        save_atomically(folder / f"{receipt_id}.json", text, what=_RECEIPT)

    def load_receipts(self) -> dict[str, str]:
        """Return the texts of the receipts beside the state file, by id, oldest first. Raises StateError."""
        with report_os_errors(self._receipts, what=_RECEIPT, doing="list"):
            paths = sorted(self._receipts.glob("*.json"))
        return {path.stem: load_text(path, what=_RECEIPT) for path in paths if is_receipt_id(path.stem)}

    def save_pending(self, text: str) -> None:
        """Do nothing: the journal of the run is on this very disk."""

    def load_pending(self) -> str:
        """Return nothing, for the same reason."""
        return ""

    @property
    def _receipts(self) -> Path:
        return self._place.state.with_name(f"{self._place.state.stem}.receipts")

    def acquire(self, request: LockRequest) -> LocalLock:
        """Return the lock. Raises LockHeldError when ``request.timeout`` seconds did not suffice."""
        self._lock = acquire_local_lock(self._place, request)
        return self._lock

    def find_holder(self) -> Holder | None:
        """Return whom the lock file names, or None. Raises StateError."""
        return find_lock_holder(self._place)

    def is_dead(self, holder: Holder) -> bool:
        """Tell whether ``holder`` is provably dead, so that the next lock is had. Raises StateError."""
        return is_holder_gone(self._place.side_path, holder, machine=self._place.machine)

    def find_obstacle(self) -> str:
        """Return what would keep a save from working, as advice; empty where nothing is known."""
        directory = self._place.state.parent
        if os.access(directory, os.W_OK | os.X_OK):
            return ""
        return f"An apply could not save it: make the directory {str(directory)!r} writable."

    def break_lock(self, lock_id: str) -> Holder:
        """Remove the lock of exactly this id and return its holder. Raises LockLostError for another id."""
        return break_lock_file(self._place, lock_id)

    def _require_lock(self) -> None:
        lock = require_lock(self._lock)
        holder = self.find_holder()
        if holder is None or holder.id != lock.holder.id:
            detail = f"Somebody broke the lock of this run (`force-unlock`) while it was going on. {UNTOUCHED} {_KEPT}"
            raise LockLostError(make_error("state.lock-lost", "The lock of this run is gone", detail=detail))

    def _find_version(self) -> tuple[int, ...] | None:
        with report_os_errors(self._place.state, what=_WHAT, doing="read"):
            try:
                status = self._place.state.stat()
            except FileNotFoundError:
                return None
        return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def open_local_store(
    directory: Path,
    path: str,
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> LocalStore:
    """Return the store of the state file ``path``, relative to the configuration's ``directory``.

    Nothing is read or made yet. A symbolic link is followed first, so that everybody who means one
    state meets at one lock, whatever they call it. ``clock`` and ``sleep`` (seconds) time the waits.
    """
    state = Path(os.path.realpath(directory / path))
    side_path = state.parent / TOOL_DIRECTORY / f"{state.name}.flock"
    return LocalStore(LocalLockPlace(state=state, side_path=side_path, shown=path, clock=clock, sleep=sleep))
