"""The history of a state in PostgreSQL: a row for the last save of each run.

The newest version is in the row of the state. It is copied, inside of the database, when another run is about to
replace it: so the saves of a run send the state once each, and keep it once.
"""

from typing import TYPE_CHECKING, Any, Final

from planner.state.stores.history import (
    KEPT_NOTES,
    KEPT_VERSIONS,
    SavedVersion,
    format_version,
    is_of_same_run,
    parse_version,
)
from planner.state.stores.postgres.lock import PostgresLockPlace
from planner.state.stores.postgres.tables import fill

if TYPE_CHECKING:
    import psycopg

LOAD_NOTES: Final = "SELECT note FROM {schema}.versions WHERE path = %s ORDER BY number DESC"
LOAD_VERSION: Final = """
SELECT CASE WHEN v.number = s.version THEN s.state ELSE v.state END
FROM {schema}.versions v JOIN {schema}.states s USING (path)
WHERE v.path = %s AND v.serial = %s ORDER BY v.number DESC LIMIT 1
"""
_NEWEST: Final = "SELECT number, note FROM {schema}.versions WHERE path = %s ORDER BY number DESC LIMIT 1"
_DROP: Final = "DELETE FROM {schema}.versions WHERE path = %s AND number = %s"
_COPY: Final = """
UPDATE {schema}.versions v SET state = s.state FROM {schema}.states s
WHERE v.path = %s AND s.path = v.path AND v.number = %s AND s.version = v.number
"""
_NOTE: Final = "INSERT INTO {schema}.versions (path, number, serial, note) VALUES (%s, %s, %s, %s)"
_EMPTY: Final = """
UPDATE {schema}.versions SET state = NULL WHERE path = %s AND state IS NOT NULL AND number NOT IN
(SELECT number FROM {schema}.versions WHERE path = %s ORDER BY number DESC LIMIT %s)
"""
_FORGET: Final = """
DELETE FROM {schema}.versions WHERE path = %s AND number NOT IN
(SELECT number FROM {schema}.versions WHERE path = %s ORDER BY number DESC LIMIT %s)
"""


def keep_version(
    cursor: "psycopg.Cursor[Any]", place: PostgresLockPlace, *, number: int, version: SavedVersion
) -> None:
    """Note ``version``, which is about to become ``number``, and keep what it replaces, in one transaction.

    What is of the same run is replaced without a trace. The row of the state is locked, and as it was.
    """

    def do(statement: str, *values: object) -> Any:
        return cursor.execute(fill(statement, schema=place.schema), (place.path, *values))

    newest = do(_NEWEST).fetchone()
    previous = parse_version(newest[1]) if newest else None
    if newest:
        is_checkpoint = previous is not None and is_of_same_run(version, previous)
        do(_DROP if is_checkpoint else _COPY, newest[0])
    do(_NOTE, number, version.serial, format_version(version))
    do(_EMPTY, place.path, KEPT_VERSIONS)
    do(_FORGET, place.path, KEPT_NOTES)
