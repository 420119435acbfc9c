"""The history of a state in PostgreSQL: a row a save, the last one of each run; the newest hold the state itself."""

from typing import TYPE_CHECKING, Any, Final

from planner.state.history import (
    KEPT_NOTES,
    KEPT_VERSIONS,
    SavedVersion,
    format_version,
    is_of_same_run,
    parse_version,
)
from planner.state.postgres_lock import PostgresLockPlace
from planner.state.postgres_tables import fill

if TYPE_CHECKING:
    import psycopg

LOAD_NOTES: Final = "SELECT note FROM {schema}.versions WHERE path = %s ORDER BY number DESC"
LOAD_VERSION: Final = """
SELECT state FROM {schema}.versions WHERE path = %s AND serial = %s ORDER BY number DESC LIMIT 1
"""
_NEWEST: Final = "SELECT number, note FROM {schema}.versions WHERE path = %s ORDER BY number DESC LIMIT 1"
_DROP: Final = "DELETE FROM {schema}.versions WHERE path = %s AND number = %s"
_KEEP: Final = "INSERT INTO {schema}.versions (path, number, serial, note, state) VALUES (%s, %s, %s, %s, %s)"
_EMPTY: Final = """
UPDATE {schema}.versions SET state = NULL WHERE path = %s AND state IS NOT NULL AND number NOT IN
(SELECT number FROM {schema}.versions WHERE path = %s ORDER BY number DESC LIMIT %s)
"""
_FORGET: Final = """
DELETE FROM {schema}.versions WHERE path = %s AND number NOT IN
(SELECT number FROM {schema}.versions WHERE path = %s ORDER BY number DESC LIMIT %s)
"""


def keep_version(
    cursor: "psycopg.Cursor[Any]", place: PostgresLockPlace, *, number: int, version: SavedVersion, text: str
) -> None:
    """Keep ``version`` as ``number``, in place of the last save of the same run, in the transaction of ``cursor``."""

    def do(statement: str, *values: object) -> Any:
        return cursor.execute(fill(statement, schema=place.schema), (place.path, *values))

    newest = do(_NEWEST).fetchone()
    previous = parse_version(newest[1]) if newest else None
    if newest and previous is not None and is_of_same_run(version, previous):
        do(_DROP, newest[0])
    do(_KEEP, number, version.serial, format_version(version), text)
    do(_EMPTY, place.path, KEPT_VERSIONS)
    do(_FORGET, place.path, KEPT_NOTES)
