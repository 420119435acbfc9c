"""The simulator inside the process: an httpx transport over a world file."""

from pathlib import Path

import httpx

from planner.simulator.requests import Request, Response, make_request
from planner.simulator.store import FileStore, Store
from planner.simulator.world import respond


def make_transport(path: Path) -> httpx.BaseTransport:
    """Return a transport that answers from the world in ``path``, one step a request.

    Processes and threads may share the file; each request is one transaction under its lock.

    Raises:
        SimulatorError: by a request, when the file is no world or the disk refuses.

    """
    return StoreTransport(FileStore(path))


class StoreTransport(httpx.BaseTransport):
    """A transport that answers from a store."""

    def __init__(self, store: Store) -> None:
        """Answer from ``store``."""
        self._store = store

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request; see ``httpx.BaseTransport``."""
        asked = _read_request(request)
        response: Response = self._store.transact(lambda world: respond(world, asked))
        return httpx.Response(response.status, headers=dict(response.headers), content=response.body, request=request)


def _read_request(request: httpx.Request) -> Request:
    headers = {name.lower(): value for name, value in request.headers.items()}
    return make_request(request.method, request.url.raw_path.decode("ascii"), headers=headers, body=request.read())
