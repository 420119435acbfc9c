"""The workplace: where, when and as whom a command runs, and what every use case opens first."""

import datetime as dt
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

import planner
from planner.config.documents import NO_FILES
from planner.config.errors import ConfigError
from planner.config.load import NO_INPUTS, Loaded, load_configuration
from planner.config.variable_inputs import VariableInputs
from planner.core.desired import DesiredState, HttpBackend, PostgresBackend, S3Backend
from planner.core.diagnostics import Diagnostic, make_warning
from planner.core.events import Emit, Noticed
from planner.core.lazy_dataclass import dataclass
from planner.state.locks.holders import LockRequest
from planner.state.stores.history import SaveNote
from planner.state.stores.local.store import open_local_store
from planner.state.stores.store import Store

if TYPE_CHECKING:
    from planner.state.stores.s3.store import S3Store

_STORE_TIMEOUT: Final = 30.0
"""Seconds that the place of the state has at least: a large state takes longer than a request to the service."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workplace:
    """Where, when and as whom a command runs.

    ``directory`` holds the configuration. ``clock`` returns aware moments in UTC, ``make_id`` a fresh
    UUID each time, ``who`` is ``user@host``. ``log`` takes the lines of ``--debug`` where that is asked for.
    ``variables`` are the values that the command line or a saved plan gives.
    """

    directory: Path
    environment: Mapping[str, str]
    emit: Emit
    clock: Callable[[], dt.datetime]
    make_id: Callable[[], str]
    who: str
    log: Callable[[str], None] | None = None
    variables: VariableInputs = NO_INPUTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """A sound configuration: what it asks for, and where; its warnings are in ``loaded.diagnostics``."""

    loaded: Loaded
    desired: DesiredState


def load_files(workplace: Workplace) -> Files:
    """Return the configuration; raises ConfigError with all that is wrong."""
    loaded = load_configuration(workplace.directory, workplace.environment, variables=workplace.variables)
    if loaded.desired is None:
        raise ConfigError(*loaded.diagnostics)
    return Files(loaded=loaded, desired=loaded.desired)


def load_desired_state(workplace: Workplace) -> DesiredState:
    """Return what the files ask for, for those who only look where the state is: variables may lack their values.

    Raises ConfigError.
    """
    loaded = load_configuration(workplace.directory, workplace.environment, variables=workplace.variables)
    found = loaded.desired or loaded.place
    if found is None:
        raise ConfigError(*loaded.diagnostics)
    return found


def load_desired_or_nothing(workplace: Workplace) -> DesiredState:
    """Return what the files ask for; nothing where there are none, so that the environment alone can name a service.

    Raises ConfigError where there are files and something is wrong with them.
    """
    return load_files_or_nothing(workplace).desired


def load_files_or_nothing(workplace: Workplace) -> Files:
    """Return the configuration; an empty one where there are no files.

    Raises ConfigError where there are files and something is wrong with them.
    """
    loaded = load_configuration(workplace.directory, workplace.environment, variables=workplace.variables)
    if [one.code for one in loaded.diagnostics] == [NO_FILES]:
        return Files(loaded=loaded, desired=DesiredState())
    if loaded.desired is None:
        raise ConfigError(*loaded.diagnostics)
    return Files(loaded=loaded, desired=loaded.desired)


def open_store(workplace: Workplace, desired: DesiredState) -> Store:
    """Return the store that the configuration names; no state is read and nothing is made yet. Raises StoreError."""
    if desired.git is not None:
        # Loaded where it is asked for: it brings what starts processes.
        from planner.state.stores.git.command import open_git
        from planner.state.stores.git.store import open_git_store

        git = open_git(workplace.directory, workplace.environment)
        return open_git_store(git, desired.git, request_timeout=desired.provider.request_timeout)
    if desired.http is not None:
        return _open_http_store(workplace, desired.http, request_timeout=desired.provider.request_timeout)
    if desired.s3 is not None:
        return _open_s3_store(workplace, desired.s3, request_timeout=desired.provider.request_timeout)
    if desired.postgres is not None:
        return _open_postgres_store(workplace, desired.postgres, request_timeout=desired.provider.request_timeout)
    return open_local_store(workplace.directory, desired.state_path)


def _open_postgres_store(workplace: Workplace, where: PostgresBackend, *, request_timeout: float) -> Store:
    from planner.state.stores.postgres.store import open_postgres_store
    from planner.state.stores.postgres.wire import find_host, make_wire
    from planner.workflow.store_hosts import check_store_host

    # Without a host it is a socket of this machine, or one that the environment names.
    if host := find_host(where.conn):
        check_store_host(host, environment=workplace.environment)
    timeout = max(request_timeout, _STORE_TIMEOUT)
    wire = make_wire(where.conn, environment=workplace.environment, timeout=timeout, schema=where.schema)
    return open_postgres_store(workplace.directory, wire, where, request_timeout=request_timeout)


def _open_http_store(workplace: Workplace, where: HttpBackend, *, request_timeout: float) -> Store:
    from planner.state.stores.http.store import open_http_store
    from planner.state.stores.http.wire import HttpWire, find_credentials
    from planner.workflow.store_hosts import check_store_url

    for url in (where.address, where.lock_address, where.unlock_address):
        check_store_url(url, environment=workplace.environment)
    credentials = find_credentials(workplace.environment)
    timeout = max(request_timeout, _STORE_TIMEOUT)
    return open_http_store(workplace.directory, HttpWire(where=where, credentials=credentials, timeout=timeout))


def probe_store(workplace: Workplace, desired: DesiredState) -> str:
    """Prove that the store can hold a lock, and return where it is; empty where that needs no proof.

    A scratch object is written, and deleted again. Raises StoreError where the store cannot.
    """
    if desired.s3 is None:
        return ""
    store = _open_s3_store(workplace, desired.s3, request_timeout=desired.provider.request_timeout)
    store.probe()
    return store.shown


def _open_s3_store(workplace: Workplace, where: S3Backend, *, request_timeout: float) -> "S3Store":
    from planner.state.stores.s3.client import open_s3_client
    from planner.state.stores.s3.store import open_s3_store
    from planner.workflow.store_hosts import check_store_url

    client = open_s3_client(where)
    check_store_url(client.url, environment=workplace.environment)
    return open_s3_store(workplace.directory, client, request_timeout=request_timeout)


def is_shared(desired: DesiredState) -> bool:
    """Tell whether the files keep the state at a place that machines share."""
    return any((desired.git, desired.http, desired.s3, desired.postgres))


def find_store_warnings(workplace: Workplace, desired: DesiredState) -> tuple[Diagnostic, ...]:
    """Return what is doubtful about keeping the state here: a CI job's disk goes with the job (semantics 8.3)."""
    if not workplace.environment.get("CI") or is_shared(desired):
        return ()
    return (
        make_warning(
            "state.local-in-ci",
            "The state is kept on the disk of a CI job",
            detail="CI is set, and the local store keeps the state on one disk: two jobs do not see each other's lock, "
            "and a state that is not kept is lost. Keep it on a ref of the repository: write [backend.git] in place of "
            "[backend.local].",
        ),
    )


def format_when(workplace: Workplace) -> str:
    """Return the present moment as RFC 3339 in UTC, to the second."""
    return f"{workplace.clock():%Y-%m-%dT%H:%M:%SZ}"


def make_note(workplace: Workplace, *, operation: str, reason: str = "") -> SaveNote:
    """Return what is to be remembered of a save that is made now, without a run."""
    return SaveNote(operation=operation, who=workplace.who, when=format_when(workplace), reason=reason)


def make_lock_request(workplace: Workplace, *, operation: str, timeout: float, info: str = "") -> LockRequest:
    """Return who asks for the lock and for what; a wait of up to ``timeout`` seconds is told as ``Noticed``."""
    return LockRequest(
        id=workplace.make_id(),
        operation=operation,
        who=workplace.who,
        created=format_when(workplace),
        version=planner.__version__,
        info=info,
        timeout=timeout,
        notify=lambda text: workplace.emit(Noticed(text=text)),
    )
