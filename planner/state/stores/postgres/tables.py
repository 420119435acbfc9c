"""The tables of ``[backend.postgres]``, and how they are made: once, by whoever comes first."""

import hashlib
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import psycopg
    from psycopg.sql import Composed

LAYOUT: Final = 1
"""The version of these tables; a row of ``layout`` says which one a schema has."""

_TABLES: Final = """
CREATE TABLE {schema}.layout (version integer PRIMARY KEY);
INSERT INTO {schema}.layout VALUES (1);
CREATE TABLE {schema}.states (
    path text PRIMARY KEY,
    lock_version bigint NOT NULL DEFAULT 0,
    lock_text text,
    version bigint NOT NULL DEFAULT 0,
    save_id text NOT NULL DEFAULT '',
    state text,
    pending text NOT NULL DEFAULT ''
);
CREATE TABLE {schema}.receipts (
    path text NOT NULL,
    id text NOT NULL,
    receipt text NOT NULL,
    PRIMARY KEY (path, id)
);
CREATE TABLE {schema}.versions (
    path text NOT NULL,
    number bigint NOT NULL,
    serial bigint NOT NULL,
    note text NOT NULL,
    state text,
    PRIMARY KEY (path, number)
);
"""


def fill(text: str, *, schema: str) -> "Composed":
    """Return the statement ``text`` with the quoted name of the schema in it."""
    from psycopg import sql

    return sql.SQL(text).format(schema=sql.Identifier(schema))


def make_tables(cursor: "psycopg.Cursor[Any]", *, schema: str) -> None:
    """Make schema and tables where they are missing; whoever comes second waits, and finds them."""
    key = int.from_bytes(hashlib.sha256(f"poolctl {schema}".encode()).digest()[:8], signed=True)
    cursor.execute("SELECT pg_advisory_xact_lock(%s)", (key,))
    cursor.execute("SELECT to_regclass(%s), to_regnamespace(%s)", (f'"{schema}".states', f'"{schema}"'))
    table, space = cursor.fetchone() or (None, None)
    if table is not None:
        return
    if space is None:
        cursor.execute(fill("CREATE SCHEMA {schema}", schema=schema))
    for statement in _TABLES.strip().split(";\n"):
        cursor.execute(fill(statement.removesuffix(";"), schema=schema))
