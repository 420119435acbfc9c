"""The PostgreSQL store: one row a configuration directory, its receipts and versions in tables beside it.

Every write is one transaction whose first statement claims the row, with the lock's version and the state's as this run
knows them: where one of them is another by now, nothing of it happens, and nobody changes them before its end.
"""

import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from planner.core.desired import PostgresBackend
from planner.core.diagnostics import make_error
from planner.core.lazy_dataclass import dataclass
from planner.core.tracking import State
from planner.state.documents.state_document import format_state, parse_state
from planner.state.errors import StateChangedError, StoreError
from planner.state.files import TOOL_DIRECTORY
from planner.state.locks.holders import LockRequest
from planner.state.locks.lease import KEPT, compute_lease, find_lock
from planner.state.locks.leased_lock import LeasedLock
from planner.state.locks.leased_taking import acquire_leased_lock
from planner.state.stores.errors import UNREACHED
from planner.state.stores.history import NO_NOTE, SavedVersion, SaveNote, drop_checkpoints, make_version, parse_version
from planner.state.stores.leased_store import LeasedStore
from planner.state.stores.postgres.history import LOAD_NOTES, LOAD_VERSION, keep_version
from planner.state.stores.postgres.lock import PostgresLockPlace
from planner.state.stores.postgres.tables import fill
from planner.state.stores.postgres.wire import PostgresWire
from planner.state.stores.seen import remember_version
from planner.state.stores.slugs import make_slug
from planner.state.stores.write_checks import is_receipt_id, require_receipt_id

if TYPE_CHECKING:
    import psycopg

_LOAD: Final = "SELECT version, save_id, state, pending FROM {schema}.states WHERE path = %s"
_LOAD_RECEIPTS: Final = 'SELECT id, receipt FROM {schema}.receipts WHERE path = %s ORDER BY id COLLATE "C"'
_CLAIM: Final = """
SELECT version FROM {schema}.states WHERE path = %s AND lock_version = %s AND lock_text IS NOT NULL FOR UPDATE
"""
_SAVE: Final = "UPDATE {schema}.states SET version = %s, save_id = %s, state = %s WHERE path = %s"
_SAVE_PENDING: Final = """
UPDATE {schema}.states SET pending = %s WHERE path = %s AND lock_version = %s AND lock_text IS NOT NULL
RETURNING version
"""
_SAVE_RECEIPT: Final = """
INSERT INTO {schema}.receipts (path, id, receipt) VALUES (%s, %s, %s)
ON CONFLICT (path, id) DO UPDATE SET receipt = EXCLUDED.receipt
"""
Act = Callable[["psycopg.Cursor[Any]", int], int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """What was loaded or saved last; ``version`` is 0 before the first save."""

    version: int = 0
    save_id: str = ""
    state: str = ""
    pending: str = ""


class PostgresStore(LeasedStore[PostgresLockPlace, LeasedLock[PostgresLockPlace]]):
    """One row. Its methods are for one thread; a heartbeat runs beside them on connections of its own."""

    def __init__(self, place: PostgresLockPlace) -> None:
        """Use ``open_postgres_store``."""
        super().__init__(place)
        self._loaded: _Row | None = None

    def load(self) -> State | None:
        """Return the stored state, or None where there is none yet. Raises StateError."""
        # Whoever was told of a damaged document may replace it knowingly.
        self._loaded = row = self._load_row()
        state = parse_state(row.state, source=self.shown) if row.state else None
        self._remember_read(state)
        return state

    def save(self, state: State, note: SaveNote = NO_NOTE) -> None:
        """Store the state. Raises LockLostError, StateChangedError, StoreError."""
        text, save_id = format_state(state), secrets.token_hex(16)
        before = self._loaded.version if self._loaded else 0
        version = make_version(state, note)

        def write(cursor: "psycopg.Cursor[Any]", lock: int) -> int | None:
            row = cursor.execute(self._fill(_CLAIM), (self._place.path, lock)).fetchone()
            if row is None or row[0] != before:
                return None
            keep_version(cursor, self._place, number=before + 1, version=version)
            cursor.execute(self._fill(_SAVE), (before + 1, save_id, text, self._place.path))
            return before + 1

        number = self._write(write, save_id=save_id)
        pending = self._loaded.pending if self._loaded else ""
        self._loaded = _Row(version=number, save_id=save_id, state=text, pending=pending)
        remember_version(self._place.side_path, version)

    def load_versions(self) -> tuple[SavedVersion, ...]:
        """Return the versions that were saved, newest first. Raises StateError."""
        found = (parse_version(str(row[0])) for row in self._read(LOAD_NOTES, self._place.path))
        return drop_checkpoints(one for one in found if one is not None)

    def load_version(self, serial: int) -> State | None:
        """Return the state as it was at ``serial``, or None where that is not kept. Raises StateError."""
        for (text,) in self._read(LOAD_VERSION, self._place.path, serial):
            return parse_state(text, source=f"serial {serial} of {self.shown}") if text else None
        return None

    def save_receipt(self, receipt_id: str, text: str) -> None:
        """Keep a receipt with the state. Raises LockLostError, StoreError; ValueError for a bad id."""
        require_receipt_id(receipt_id)

        def write(cursor: "psycopg.Cursor[Any]", lock: int) -> int | None:
            row = cursor.execute(self._fill(_CLAIM), (self._place.path, lock)).fetchone()
            if row is not None:
                cursor.execute(self._fill(_SAVE_RECEIPT), (self._place.path, receipt_id, text))
            return None if row is None else int(row[0])

        self._write(write)

    def load_receipts(self) -> Mapping[str, str]:
        """Return the texts of the receipts, by id, oldest first. Raises StateError."""
        rows = self._read(_LOAD_RECEIPTS, self._place.path)
        return {str(name): str(text) for name, text in rows if is_receipt_id(name)}

    def save_pending(self, text: str) -> None:
        """Keep what a run is about to send; an empty text: nothing any more. Raises LockLostError, StoreError."""

        def write(cursor: "psycopg.Cursor[Any]", lock: int) -> int | None:
            row = cursor.execute(self._fill(_SAVE_PENDING), (text, self._place.path, lock)).fetchone()
            return None if row is None else int(row[0])

        self._write(write)
        if self._loaded is not None:
            row = self._loaded
            self._loaded = _Row(version=row.version, save_id=row.save_id, state=row.state, pending=text)

    def load_pending(self) -> str:
        """Return what a run was about to send, as of the last load or save. Raises StateError."""
        return (self._loaded or self._load_row()).pending

    def acquire(self, request: LockRequest) -> LeasedLock[PostgresLockPlace]:
        """Return the lock. Raises LockHeldError when ``request.timeout`` seconds did not suffice."""
        self._lock = acquire_leased_lock(self._place, request, hold=LeasedLock[PostgresLockPlace])
        return self._lock

    def _write(self, act: Act, *, save_id: str = "") -> int:
        """Do ``act`` in one transaction under the lock and return the state's version after it."""
        lock = self._require_lock()
        with lock.renewed() as lock_version:
            try:
                number = self._place.wire.run(lambda cursor: act(cursor, int(lock_version)))
            except StoreError as error:
                number = self._find_arrived(error, save_id=save_id)
            if number is not None:
                return number
            found = find_lock(self._place)
            if found is None or found.version != lock_version:
                raise lock.lose()
        detail = f"{self.shown!r} is not what this run has read. {KEPT}"
        raise StateChangedError(make_error("state.changed", "The state was changed meanwhile", detail=detail))

    def _find_arrived(self, error: StoreError, *, save_id: str) -> int:
        """Return the version where the save has happened, though no answer came; raises ``error`` where it has not."""
        if not save_id or error.diagnostics[0].code != UNREACHED:
            raise error
        row = self._load_row()
        if row.save_id != save_id:
            raise error
        return row.version

    def _load_row(self) -> _Row:
        for version, save_id, state, pending in self._read(_LOAD, self._place.path):
            return _Row(version=version, save_id=save_id, state=state or "", pending=pending)
        return _Row()

    def _read(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        def read(cursor: "psycopg.Cursor[Any]") -> list[tuple[Any, ...]]:
            return cursor.execute(self._fill(statement), values).fetchall()

        return self._place.wire.read(read, default=[])

    def _fill(self, statement: str) -> Any:
        return fill(statement, schema=self._place.schema)


def open_postgres_store(
    directory: Path,
    wire: PostgresWire,
    where: PostgresBackend,
    *,
    request_timeout: float,
    **timing: Any,
) -> PostgresStore:
    """Return the store in the database of ``wire`` for the configuration in ``directory``; nothing is sent yet.

    The lease of the lock follows from ``request_timeout`` (seconds, of the service): it outlasts a request between any
    two heartbeats. ``timing`` is the ``clock`` and ``sleep`` of the waits.
    """
    path = where.path or find_state_name(directory)
    place = PostgresLockPlace(
        wire=wire,
        schema=where.schema,
        path=path,
        side_path=directory / TOOL_DIRECTORY / f"postgres-{make_slug(f'{where.conn} {where.schema} {path}')}.flock",
        shown=f"{path} of {wire.shown}",
        lease=compute_lease(request_timeout),
        **timing,
    )
    return PostgresStore(place)


def find_state_name(directory: Path) -> str:
    """Return the name of the state of ``directory``: its path from the root of its repository, if it is in one."""
    here = directory.resolve()
    root = next((one for one in (here, *here.parents) if (one / ".git").exists()), here)
    return "/".join((*here.relative_to(root).parts, "pools.state.json"))
