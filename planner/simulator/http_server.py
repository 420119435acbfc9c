"""The simulator on a real port: HTTP/1.1 over loopback, with failures on demand."""

import contextlib
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.server import ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from planner.simulator.connections import Connection, Exchange
from planner.simulator.documents import World, change_options, start_world
from planner.simulator.errors import SimulatorError
from planner.simulator.faults import FaultSource, StaleRead
from planner.simulator.pacing import Pace, StepPerRequest
from planner.simulator.requests import Request, Response
from planner.simulator.store import FileStore, MemoryStore, Store
from planner.simulator.world import has_credentials, refuse_credentials, respond

T = TypeVar("T")
Gate = Callable[[Request], bool]
"""Tells whether a request's credentials are good."""


def _accept_all(request: Request) -> bool:
    return bool(request)


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """How a server serves: its port (0 is a free one), its pace (a step a request), and who judges credentials."""

    port: int = 0
    pace: Pace | None = None
    gate: Gate = _accept_all


class LocalServer:
    """Serves a world on 127.0.0.1 while it is entered; a world file is shared with other processes.

    ``url`` is the endpoint, ``requests`` every request with its headers in the order of arrival, ``world`` the
    world as it is now. Credentials of some kind are required unless ``options`` has ``require_auth`` false, which
    stays with the server; the other options stay in the world. ``serving`` says on which port, how fast the
    service lives, and who looks at the credentials.

    Raises:
        SimulatorError: the port is taken, or the world file is unusable.

    """

    def __init__(
        self,
        source: Path | World | None = None,
        *,
        options: Mapping[str, Any] | None = None,
        faults: FaultSource | None = None,
        serving: Serving | None = None,
    ) -> None:
        """Prepare to serve ``source``, a fresh world when it is left out."""
        self.requests: list[Request] = []
        self._store = _open_store(source)
        self._previous: World | None = None
        self._faults = faults or _find_no_fault
        self._serving = serving or Serving()
        self._pace = self._serving.pace or StepPerRequest()
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        chosen = dict(options or {})
        self._requires_auth = chosen.pop("require_auth", True)
        if chosen:
            self.change(lambda world: change_options(world, **chosen))

    def __enter__(self) -> Self:
        self._stopping.clear()
        try:
            self._server = _Server(("127.0.0.1", self._serving.port), Connection)
        except (OSError, OverflowError) as error:
            raise SimulatorError(f"the simulator cannot listen on port {self._serving.port}: {error}") from error
        self._server.exchange = self._exchange
        self._server.stopping = self._stopping
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()
        self._server.shutdown()
        self._server.close_connections()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        """The endpoint, without a slash at its end."""
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def world(self) -> World:
        """The world as it is now."""
        return self._store.transact(lambda world: (world, world))

    def change(self, change: Callable[[World], World]) -> None:
        """Change the world behind the service's back, as a colleague at the console does."""
        self._store.transact(lambda world: (change(world), None))

    def _exchange(self, request: Request) -> Exchange:
        with self._lock:
            self.requests.append(request)
        fault = self._faults(request)
        return Exchange(fault=fault, answer=lambda: self._answer(request, is_stale=isinstance(fault, StaleRead)))

    def _answer(self, request: Request, *, is_stale: bool) -> Response:
        if not self._admits(request):
            return refuse_credentials(self.world)
        return self._store.transact(lambda world: self._change_world(world, request, is_stale=is_stale))

    def _admits(self, request: Request) -> bool:
        return not self._requires_auth or (has_credentials(request) and self._serving.gate(request))

    def _change_world(self, world: World, request: Request, *, is_stale: bool) -> tuple[World, Response]:
        if is_stale and not request.is_write and self._previous is not None:
            return world, respond(self._previous, request, steps=0)[1]
        changed, response = respond(world, request, steps=self._pace.count_steps())
        if request.is_write:
            self._previous = world
        return changed, response


class _Server(ThreadingHTTPServer):
    """A threading server that knows its open connections, so that none outlives it."""

    daemon_threads = False
    request_queue_size = 128
    exchange: Callable[[Request], Exchange]
    stopping: threading.Event

    def __init__(self, address: tuple[str, int], connection: type[Connection]) -> None:
        """Listen on ``address``."""
        self._open: set[Any] = set()
        self._guard = threading.Lock()
        super().__init__(address, connection)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Remember the connection, then serve it in its own thread."""
        with self._guard:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Forget the connection and close it."""
        with self._guard:
            self._open.discard(request)
        super().shutdown_request(request)

    def close_connections(self) -> None:
        """Wake up the threads that wait for a next request which will not come."""
        with self._guard:
            for one in self._open:
                with contextlib.suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a client that went away is no fault of the service."""


def _open_store(source: Path | World | None) -> Store:
    return FileStore(source) if isinstance(source, Path) else MemoryStore(source or start_world())


def _find_no_fault(request: Request) -> None:
    """Let ``request`` pass."""
