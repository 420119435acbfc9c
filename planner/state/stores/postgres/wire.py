"""One transaction after the other in PostgreSQL, each on a connection of its own.

A connection that is kept would have to survive sleeping laptops, restarts of the server and poolers, for little gain.
"""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import parse_qsl, unquote, urlsplit

from planner.core.lazy_dataclass import dataclass
from planner.state.errors import StoreError
from planner.state.outside_text import make_words
from planner.state.stores.extras import load_extra
from planner.state.stores.postgres.errors import is_lasting, report_database

if TYPE_CHECKING:
    import psycopg

T = TypeVar("T")

PORT: Final = 5432
_LONGEST_CONNECT: Final = 10.0
_PAUSES: Final = (0.3, 1.0)
_LOOPBACK: Final = ("", "localhost", "127.", "::1")
_ABSENT: Final = frozenset({"42P01", "3F000"})
"""No such table, no such schema."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresWire:
    """A database: ``options`` are those of libpq, ``timeout`` is in seconds, for a connection and for a statement."""

    options: Mapping[str, str]
    shown: str
    timeout: float = 30.0
    sleep: Callable[[float], None] = time.sleep

    def run(self, act: "Callable[[psycopg.Cursor[Any]], T]") -> T:
        """Return what ``act`` makes in one transaction, which is taken back where it raises. Raises StoreError."""
        with self._report(), self._connect() as connection, connection.cursor() as cursor:
            milliseconds = max(1, round(self.timeout * 1000))
            cursor.execute(f"SET LOCAL statement_timeout = {milliseconds}")
            cursor.execute(f"SET LOCAL lock_timeout = {milliseconds}")
            # A save that was told as done has to outlive the server, whatever its settings are.
            cursor.execute("SET LOCAL synchronous_commit = on")
            return act(cursor)

    def read(self, act: "Callable[[psycopg.Cursor[Any]], T]", *, default: T) -> T:
        """Return what ``act`` reads, ``default`` where the tables are not made yet. Raises StoreError."""

        def try_it(cursor: "psycopg.Cursor[Any]") -> T:
            import psycopg

            try:
                return act(cursor)
            except psycopg.Error as error:
                if error.sqlstate not in _ABSENT:
                    raise
                cursor.connection.rollback()
                return default

        return self.run(try_it)

    def _connect(self) -> "psycopg.Connection[Any]":
        import psycopg
        from psycopg.conninfo import make_conninfo

        conninfo = make_conninfo(**self.options)
        for pause in _PAUSES:
            try:
                return psycopg.connect(conninfo, prepare_threshold=None)
            except psycopg.OperationalError as error:
                if is_lasting(str(error)):
                    raise
                self.sleep(pause)
        # No prepared statements: a pooler hands each transaction to another session.
        return psycopg.connect(conninfo, prepare_threshold=None)

    @contextmanager
    def _report(self) -> Iterator[None]:
        words, code = "", ""
        psycopg = load_extra("psycopg", extra="postgres")
        try:
            yield
        except (psycopg.Error, UnicodeEncodeError) as error:
            secrets = [os.environ.get("PGPASSWORD", "")]
            words = make_words(str(error), secrets=secrets) or type(error).__name__
            code = getattr(error, "sqlstate", None) or ""
        if words:
            # Raised outside the handler: the foreign exception may hold what was sent.
            raise StoreError(report_database(self.shown, code=code, words=words))


def make_wire(conn: str, *, environment: Mapping[str, str], timeout: float, schema: str) -> PostgresWire:
    """Return the database that the checked ``conn`` of the files names; nothing is sent yet.

    Beyond this machine the server's certificate is verified, unless ``PGSSLMODE`` says otherwise.
    """
    parts = urlsplit(conn)
    seconds = max(2, round(min(_LONGEST_CONNECT, timeout)))
    usual = {"application_name": "poolctl", "connect_timeout": str(seconds)}
    options: dict[str, str] = usual | dict(parse_qsl(parts.query))
    found = {
        "host": parts.hostname or "",
        "port": str(parts.port or ""),
        "user": unquote(parts.username or ""),
        "dbname": unquote(parts.path.removeprefix("/")),
    }
    options |= {name: text for name, text in found.items() if text}
    if not is_local(find_host(conn)):
        options |= _find_tls(options, environment=environment)
    name = f"{parts.hostname or options.get('host', '')}:{parts.port or PORT}/{found['dbname']}"
    return PostgresWire(options=options, shown=f"{schema} in postgresql://{name}", timeout=timeout)


def find_host(conn: str) -> str:
    """Return the host that ``conn`` names; empty for a socket, and where the environment names it."""
    return urlsplit(conn).hostname or ""


def is_local(host: str) -> bool:
    """Tell whether ``host`` is a socket or a loopback address."""
    return host in _LOOPBACK or host.startswith("127.")


def _find_tls(options: Mapping[str, str], *, environment: Mapping[str, str]) -> dict[str, str]:
    mode = options.get("sslmode") or environment.get("PGSSLMODE") or "verify-full"
    home = Path(environment.get("HOME", "")) / ".postgresql" / "root.crt"
    if not mode.startswith("verify") or environment.get("PGSSLROOTCERT") or home.is_file():
        return {"sslmode": mode}
    return {"sslmode": mode, "sslrootcert": environment.get("SSL_CERT_FILE") or _find_authorities()}


def _find_authorities() -> str:
    try:
        import certifi
    except ImportError:
        return "system"
    return certifi.where()
