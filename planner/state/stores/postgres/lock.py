"""The lock of a state in PostgreSQL: columns of the state's own row, swapped by their version.

A save asks for that version in the very statement that stores: whoever lost the lock can write nothing any more.
"""

from typing import TYPE_CHECKING, Any

from planner.core.lazy_dataclass import dataclass
from planner.state.locks.lease import LeasedPlace
from planner.state.stores.postgres.tables import fill, make_tables
from planner.state.stores.postgres.wire import PostgresWire

if TYPE_CHECKING:
    import psycopg

_READ = "SELECT lock_version, lock_text FROM {schema}.states WHERE path = %s AND lock_text IS NOT NULL"
_TAKE = """
INSERT INTO {schema}.states AS s (path, lock_version, lock_text) VALUES (%s, 1, %s)
ON CONFLICT (path) DO UPDATE SET lock_version = s.lock_version + 1, lock_text = EXCLUDED.lock_text
WHERE s.lock_text IS NULL RETURNING lock_version
"""
_SWAP = """
UPDATE {schema}.states SET lock_version = lock_version + 1, lock_text = %s
WHERE path = %s AND lock_version = %s AND lock_text IS NOT NULL RETURNING lock_version
"""
_REMOVE = """
UPDATE {schema}.states SET lock_version = lock_version + 1, lock_text = NULL
WHERE path = %s AND lock_version = %s AND lock_text IS NOT NULL RETURNING lock_version
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresLockPlace(LeasedPlace):
    """The row of one state; a version is its ``lock_version``, which only ever rises."""

    wire: PostgresWire
    schema: str
    path: str

    def read(self) -> tuple[str, str] | None:
        """Return version and text of the lock, or None where nobody holds it. Raises StoreError."""

        def read(cursor: "psycopg.Cursor[Any]") -> tuple[str, str] | None:
            row = cursor.execute(fill(_READ, schema=self.schema), (self.path,)).fetchone()
            return (str(row[0]), str(row[1])) if row else None

        return self.wire.read(read, default=None)

    def swap(self, version: str, text: str) -> str:
        """Put ``text`` in place of ``version`` and return its version; empty: somebody was faster."""
        if not version:
            self.wire.run(lambda cursor: make_tables(cursor, schema=self.schema))
            return self._write(_TAKE, (self.path, text))
        return self._write(_SWAP, (text, self.path, int(version)))

    def remove(self, version: str) -> bool:
        """Free the lock if it is at ``version``, and tell whether it was."""
        return bool(self._write(_REMOVE, (self.path, int(version))))

    def _write(self, statement: str, values: tuple[Any, ...]) -> str:
        def write(cursor: "psycopg.Cursor[Any]") -> str:
            row = cursor.execute(fill(statement, schema=self.schema), values).fetchone()
            return str(row[0]) if row else ""

        return self.wire.run(write)
