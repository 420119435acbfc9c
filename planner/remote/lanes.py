"""Lanes: HTTP clients of one connection each, taken for one request at a time.

One shared pool of httpx gets slower with every connection it holds, because each request walks over all of them; a
stack of lanes costs the same at one and at a hundred. A lane that was used last is taken first, so that few
connections stay warm.
"""

import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import httpx

_CONNECTED: Final = ("connect_tcp.complete", "start_tls.complete")
"""Events of httpcore after which the socket is another one: TLS, also through a proxy, takes it over."""


class Lane:
    """One HTTP client, and its connection as far as that has to be cut."""

    def __init__(self, http: "httpx.Client") -> None:
        """Use ``http``, which has one connection at most."""
        self.http = http
        self.is_cut = False
        self._socket: socket.socket | None = None

    def watch(self, event: str, info: Mapping[str, Any]) -> None:
        """Remember the socket; the ``trace`` extension of httpcore calls this."""
        if event.endswith(_CONNECTED):
            self._socket = info["return_value"].get_extra_info("socket")

    def cut(self) -> None:
        """End the connection under the request that waits on it."""
        self.is_cut = True
        if self._socket is not None:
            with suppress(OSError):
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


class Lanes:
    """As many lanes as requests were ever under way at once; may be used from many threads."""

    def __init__(self, make: "Callable[[], httpx.Client]") -> None:
        """Make a client by ``make`` now, so that what is wrong shows at once, and whenever all lanes are taken."""
        self._make = make
        self._lock = threading.Lock()
        self._all = [Lane(make())]
        self._free = [*self._all]

    @contextmanager
    def take(self) -> Iterator[Lane]:
        """Lend a lane; it goes back at the end."""
        with self._lock:
            lane = self._free.pop() if self._free else None
        if lane is None:
            lane = Lane(self._make())
            with self._lock:
                self._all.append(lane)
        lane.is_cut = False
        try:
            yield lane
        finally:
            with self._lock:
                self._free.append(lane)

    def close(self) -> None:
        """Close every connection."""
        with self._lock:
            for lane in self._all:
                lane.http.close()
