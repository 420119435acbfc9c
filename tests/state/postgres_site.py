"""A PostgreSQL of its own on loopback, made for the tests and thrown away after them; each state has a schema."""

import atexit
import contextlib
import datetime as dt
import functools
import hashlib
import ipaddress
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from planner.core.desired import PostgresBackend
from planner.state.stores.postgres.store import PostgresStore, open_postgres_store
from planner.state.stores.postgres.wire import make_wire

USER = "poolctl"
SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "16MB",
    "max_connections": "200",
    "autovacuum": "off",
    "listen_addresses": "127.0.0.1",
}


def find_tool(name: str) -> Path | None:
    """Return a program of the newest PostgreSQL that is installed; Debian keeps them out of PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda one: float(one.parents[1].name))
    on_path = shutil.which(name)
    return found[-1] if found else Path(on_path) if on_path else None


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """A server: ``place`` holds its files, which belong to the system's user ``owner`` (none: to ours)."""

    place: Path
    port: int
    owner: str

    def conn(self, *, user: str = USER, database: str = "postgres", query: str = "") -> str:
        """Return what ``conn`` of the files names."""
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}{f'?{query}' if query else ''}"

    def call(self, tool: str, *arguments: str) -> None:
        """Run a program of PostgreSQL as the owner of the files; a failure ends the test."""
        program = find_tool(tool)
        as_owner = ["runuser", "-u", self.owner, "--"] if self.owner else []
        subprocess.run(
            [*as_owner, program, *arguments], check=True, capture_output=True, cwd=self.place, stdin=subprocess.DEVNULL
        )

    def start(self) -> None:
        """Start the server and wait until it answers."""
        options = " ".join(f"-c {name}={value}" for name, value in SETTINGS.items())
        run = f"-p {self.port} -k {self.place} {options}"
        log = str(self.place / "log")
        self.call("pg_ctl", "-D", str(self.place / "data"), "-l", log, "-w", "-t", "60", "-o", run, "start")

    def stop(self) -> None:
        """Kill the server: transactions under way are taken back, and no connection is said goodbye to."""
        self.call("pg_ctl", "-D", str(self.place / "data"), "-m", "immediate", "-w", "stop")

    def remove(self) -> None:
        """Stop the server and remove its files."""
        with contextlib.suppress(subprocess.CalledProcessError):
            self.stop()
        shutil.rmtree(self.place, ignore_errors=True)

    def encrypt(self) -> Path:
        """Let the server offer TLS with a certificate of its own, and return that certificate."""
        made = make_certificate(self.place / "data")
        if self.owner:
            found = pwd.getpwnam(self.owner)
            for path in (self.place / "data").glob("server.*"):
                os.chown(path, found.pw_uid, found.pw_gid)
        self.execute("ALTER SYSTEM SET ssl = on", "SELECT pg_reload_conf()")
        return made

    def execute(self, *statements: str, database: str = "postgres", user: str = USER) -> list[tuple[object, ...]]:
        """Run ``statements`` and return the rows of the last one."""
        import psycopg

        with psycopg.connect(self.conn(database=database, user=user), autocommit=True) as connection:
            cursor = connection.cursor()
            for statement in statements:
                cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []


def make_certificate(folder: Path) -> Path:
    """Write ``server.key`` and ``server.crt`` for 127.0.0.1, signed by itself, and return a copy that all may read."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "poolctl-test")])
    now = dt.datetime.now(dt.UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(now - dt.timedelta(days=1)).not_valid_after(now + dt.timedelta(days=1))
    hosts = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    builder = builder.add_extension(hosts, critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    text = builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "server.crt").write_bytes(text)
    (folder / "server.key").touch(mode=0o600)
    (folder / "server.key").write_bytes(secret)
    copy = folder.parent / "authority.crt"
    copy.write_bytes(text)
    return copy


@functools.cache
def find_cluster() -> Cluster:
    """Return a running server of this process's own."""
    _need_server()
    cluster = make_cluster()
    cluster.start()
    atexit.register(cluster.remove)
    return cluster


def _need_server() -> None:
    # Not for the processes that tests start: they only connect.
    from system_parts import need

    need("PostgreSQL", is_there=find_tool("initdb") is not None)


def make_cluster() -> Cluster:
    """Return a new server that is not started yet. It trusts everybody, but the role ``ada``, who has a password."""
    place = Path(tempfile.mkdtemp(prefix="poolctl-pg-"))
    owner = "postgres" if os.geteuid() == 0 else ""
    if owner:
        found = pwd.getpwnam(owner)
        os.chown(place, found.pw_uid, found.pw_gid)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    cluster = Cluster(place=place, port=port, owner=owner)
    data = str(place / "data")
    cluster.call("initdb", "-D", data, "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C", "-N", "--no-instructions")
    rules = "host all ada 127.0.0.1/32 scram-sha-256\nhost all all 127.0.0.1/32 trust\nlocal all all trust\n"
    (place / "data" / "pg_hba.conf").write_text(rules, encoding="utf-8")
    return cluster


def make_backend(place: Path, cluster: Cluster | None = None, *, user: str = USER) -> PostgresBackend:
    """Return the settings of the state of ``place``: a schema of its own."""
    schema = f"s{hashlib.sha256(str(place).encode()).hexdigest()[:20]}"
    return PostgresBackend(conn=(cluster or find_cluster()).conn(user=user), schema=schema, path="a/pools.state.json")


def open_in(
    directory: Path, backend: PostgresBackend, *, request_timeout: float = 30.0, timeout: float = 60.0, **timing: object
):
    """Open the store of ``directory``; ``timeout`` is that of the database."""
    directory.mkdir(exist_ok=True)
    wire = make_wire(backend.conn, environment=os.environ, timeout=timeout, schema=backend.schema)
    store: PostgresStore = open_postgres_store(directory, wire, backend, request_timeout=request_timeout, **timing)
    return store


@contextlib.contextmanager
def serve_cluster() -> Iterator[Cluster]:
    """Yield a server that a test may stop."""
    _need_server()
    cluster = make_cluster()
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.remove()
