"""The simulator on a real port: HTTP/1.1 over loopback, with failures on demand."""

import logging
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from planner.simulator.asgi import Application, Exchange
from planner.simulator.documents import World, change_options, start_world
from planner.simulator.faults import FaultSource, Script, StaleRead, cut_list
from planner.simulator.hosting import Host
from planner.simulator.identity import PATH as IDENTITY_PATH
from planner.simulator.identity import Identity
from planner.simulator.pacing import Pace, StepPerRequest
from planner.simulator.requests import Request, Response
from planner.simulator.store import KeptStore, MemoryStore
from planner.simulator.world import has_credentials, refuse_credentials, refuse_signature, respond

Gate = Callable[[Request], bool]
"""Tells whether a request's credentials are good."""

_WAITING_FAULTS: Final = 64


def admit_all(request: Request) -> bool:
    """Admit any request that carries credentials of some kind."""
    return bool(request)


def _log(error: Exception) -> None:
    logging.getLogger(__name__).error("a fault of the simulator", exc_info=error)


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """How a server serves.

    ``host`` is a loopback one, ``port`` 0 a free one. ``pace`` says how fast the service lives (a step a request),
    ``gate`` judges credentials. ``identity`` gives out tokens, which then are the only good ones where it knows an
    account. ``has_record`` keeps every request. ``report`` is told of what goes wrong with the simulator itself: a
    world that cannot be saved, an exception that nobody foresaw.
    """

    host: str = "127.0.0.1"
    port: int = 0
    pace: Pace = field(default_factory=StepPerRequest)
    gate: Gate = admit_all
    identity: Identity | None = None
    has_record: bool = True
    report: Callable[[Exception], None] = _log


class LocalServer:
    """Serves a world on this machine while it is entered; a world file is kept for it alone meanwhile.

    ``url`` is the endpoint, ``requests`` every request with its headers in the order of arrival, ``world`` the
    world as it is now. Credentials of some kind are required unless ``options`` has ``require_auth`` false, which
    stays with the server; the other options stay in the world.

    Raises:
        SimulatorError: when it is entered, where the port is taken, or an option or the world file is unusable;
            when it is left, where the world file cannot be written.

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
        self._source = source
        self._options = dict(options or {})
        self._requires_auth = self._options.pop("require_auth", True)
        self._previous: World | None = None
        self._faults = faults or _find_no_fault
        # A function of a test may wait for something; a script never does.
        self._threads = None if faults is None or isinstance(faults, Script) else ThreadPoolExecutor(_WAITING_FAULTS)
        self._serving = serving or Serving()
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        self._store = self._open_store()
        try:
            if self._options:
                self.change(lambda world: change_options(world, **self._options))
            application = Application(self._exchange, threads=self._threads, report=self._serving.report)
            self._host = Host(application, host=self._serving.host, port=self._serving.port)
        except BaseException:
            self._close_store()
            raise
        self._host.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._host.stop()
        finally:
            self._close_store()
            if self._threads is not None:
                self._threads.shutdown()

    @property
    def url(self) -> str:
        """The endpoint, without a slash at its end."""
        return self._host.url

    @property
    def world(self) -> World:
        """The world as it is now."""
        return self._store.transact(lambda world: (world, world))

    def change(self, change: Callable[[World], World]) -> None:
        """Change the world behind the service's back, as a colleague at the console does."""
        self._store.transact(lambda world: (change(world), None))

    def _open_store(self) -> KeptStore | MemoryStore:
        if isinstance(self._source, Path):
            return KeptStore(self._source, report=self._serving.report)
        return MemoryStore(self._source or start_world())

    def _close_store(self) -> None:
        if isinstance(self._store, KeptStore):
            self._store.close()

    def _exchange(self, request: Request) -> Exchange:
        if self._serving.has_record:
            with self._lock:
                self.requests.append(request)
        fault = self._faults(request)
        is_stale = isinstance(fault, StaleRead)
        return Exchange(fault=fault, answer=lambda: cut_list(self._answer(request, is_stale=is_stale), fault))

    def _answer(self, request: Request, *, is_stale: bool) -> Response:
        identity = self._serving.identity
        if identity is not None and request.path == IDENTITY_PATH:
            return identity.answer(request)
        if self._requires_auth and not (has_credentials(request) and (identity is None or identity.admits(request))):
            return refuse_credentials(self.world)
        if self._requires_auth and not self._serving.gate(request):
            return refuse_signature(self.world)
        return self._store.transact(lambda world: self._change_world(world, request, is_stale=is_stale))

    def _change_world(self, world: World, request: Request, *, is_stale: bool) -> tuple[World, Response]:
        if is_stale and not request.is_write and self._previous is not None:
            return world, respond(self._previous, request, steps=0)[1]
        changed, response = respond(world, request, steps=self._serving.pace.count_steps())
        if request.is_write:
            self._previous = world
        return changed, response


def _find_no_fault(request: Request) -> None:
    """Let ``request`` pass."""
