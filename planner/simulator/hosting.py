"""A port of this machine: uvicorn on a loop and a thread of its own, which end at once when they have to."""

import asyncio
import ipaddress
import os
import socket
import threading
from typing import Any, Final

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from planner.simulator.asgi import TRANSPORT, Application
from planner.simulator.errors import PortError

_BACKLOG: Final = 1_024
_IDLE_SECONDS: Final = 75
_LAST_ANSWERS_SECONDS: Final = 1.0
_FLUSH_SECONDS: Final = 0.5


class Host:
    """Listens on ``host`` and ``port`` (0 is a free one), and serves ``application`` until it is stopped.

    Raises:
        PortError: the host is not this machine's own, or the port cannot be had.

    """

    def __init__(self, application: Application, *, host: str, port: int) -> None:
        """Listen from now on; connections wait until ``start``."""
        self._socket = _listen(host, port)
        self._server = _Server(application)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="simulator", daemon=True)

    @property
    def url(self) -> str:
        """The endpoint, without a slash at its end."""
        return self._url

    def start(self) -> None:
        """Begin to answer."""
        host, port = self._socket.getsockname()[:2]
        self._url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
        self._thread.start()

    def stop(self) -> None:
        """Let requests in flight be answered, close every connection, and return when all is closed."""
        self._loop.call_soon_threadsafe(self._server.ended.set)
        self._thread.join()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._server.serve(sockets=[self._socket]))
        self._loop.close()


class _Connection(HttpToolsProtocol):
    """A connection whose requests know the transport that they came over."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # uvicorn says the same
        # Head and body are written one after the other: held back for an acknowledgement, a body comes 40 ms later.
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        super().connection_made(transport)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {TRANSPORT: {TRANSPORT: self.transport}}


class _Server(uvicorn.Server):
    """A server that waits for a word instead of looking around ten times a second."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self.ended = asyncio.Event()
        super().__init__(
            uvicorn.Config(
                application,
                http=_Connection,
                ws="none",
                loop="asyncio",
                lifespan="off",
                log_config=None,
                # What a client does wrong is its own affair; what the simulator does wrong is reported elsewhere.
                log_level="critical",
                access_log=False,
                proxy_headers=False,
                server_header=False,
                date_header=False,
                backlog=_BACKLOG,
                timeout_keep_alive=_IDLE_SECONDS,
                workers=1,
            )
        )

    async def main_loop(self) -> None:
        await self.ended.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for one in sockets or ():
            one.close()
        self.application.stopping.set()
        await self._finish_tasks(seconds=_LAST_ANSWERS_SECONDS)
        for connection in [*self.server_state.connections]:
            connection.transport.close()
        await self._flush_connections()
        for connection in [*self.server_state.connections]:
            connection.transport.abort()
        for task in self.server_state.tasks:
            task.cancel()
        await self._finish_tasks()

    async def _finish_tasks(self, *, seconds: float | None = None) -> None:
        tasks: list[asyncio.Task[Any]] = [*self.server_state.tasks]
        if tasks:
            await asyncio.wait(tasks, timeout=seconds)

    async def _flush_connections(self) -> None:
        """Give clients a moment to read what was written to them; most need no more than a round of the loop."""
        for pause in (0.0, *[_FLUSH_SECONDS / 50] * 50):
            await asyncio.sleep(pause)
            if not self.server_state.connections:
                return


def is_own_host(host: str) -> bool:
    """Tell whether ``host`` can be reached from this machine alone: localhost, 127.0.0.0/8 or ::1."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _listen(host: str, port: int) -> socket.socket:
    if not is_own_host(host):
        raise PortError(f"the simulator listens on this machine alone, on 127.0.0.1, ::1 or localhost, not {host}")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except (OSError, OverflowError) as error:
        # The error's own text repeats the address.
        words = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else str(error)
        hint = "take another port, or port 0 for any free one"
        raise PortError(f"the simulator cannot listen on port {port} of {host} ({words}): {hint}") from error
