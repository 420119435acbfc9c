"""The service as an apply needs it: one object, what it is named, its nodes and jobs, and single attempts to write."""

import threading
from collections.abc import Sequence
from functools import partial

from planner.core.live_trees import find_display_name, make_tree
from planner.core.snapshot import Evidence, LiveResource, Unread
from planner.core.trees import Value
from planner.remote.bodies import parse_resource
from planner.remote.client import Answer, Client
from planner.remote.errors import RemoteError
from planner.remote.listings import Missing, fetch_listing, fetch_one
from planner.remote.reading import fetch_evidence
from planner.threads.joining import Joined


class Gateway:
    """Reads and writes single resources of one project. Every method may raise RemoteError."""

    def __init__(self, client: Client, *, stop: threading.Event | None = None) -> None:
        """Call the service by ``client``; once ``stop`` is set nothing is repeated, and no pause goes on."""
        self._client = client
        self._lock = threading.Lock()
        self._named: dict[tuple[str, str], Joined[str, dict[str, LiveResource]]] = {}
        if stop is not None:
            client.heed(stop)

    @property
    def project_id(self) -> str:
        """Return the project that all paths are of."""
        return self._client.endpoint.project_id

    @property
    def poll_interval(self) -> float:
        """Return the seconds between two polls."""
        return self._client.poll_interval

    @property
    def wait_timeout(self) -> float:
        """Return the seconds after which a wait ends, accepted and not finished."""
        return self._client.settings.wait_timeout

    @property
    def service_date(self) -> str:
        """Return the ``Date`` of the latest answer; empty before the first."""
        return self._client.service_date

    def fetch(self, kind: str, resource_id: str) -> LiveResource | None:
        """Return the resource, None where the service says with its code that it is not there."""
        found = fetch_one(self._client, kind, resource_id=resource_id)
        return None if isinstance(found, Missing) else found

    def fetch_named(self, kind: str, name: str, *, workspace: str) -> LiveResource | None:
        """Return the listed resource with the display name ``name``; None where the list shows none.

        The list is asked for after the call: threads that call meanwhile share the next one, or a thousand creations
        were a thousand lists of up to a thousand.
        """
        with self._lock:
            joined = self._named.setdefault((kind, workspace), Joined(partial(self._list_by_name, kind, workspace)))
        return joined.do(name).get(name)

    def _list_by_name(self, kind: str, workspace: str, _names: Sequence[str]) -> dict[str, LiveResource]:
        listed = fetch_listing(self._client, kind, workspaces=(workspace,))
        return {find_display_name(make_tree(one)): one for one in reversed(listed)}

    def fetch_evidence(self, pool_id: str) -> Evidence | Unread:
        """Return the nodes and workloads of a pool, or why they could not be read."""
        return fetch_evidence(self._client, pool_id)

    def send(self, method: str, path: str, *, body: Value, content_type: str) -> Answer:
        """Return the answer of exactly one attempt."""
        return self._client.send(method, path, body=body, content_type=content_type)

    def wait_to_repeat(self, method: str, error: RemoteError, *, number: int) -> bool:
        """Wait as the retry policy says, and return whether to try again with a request that was built anew."""
        return self._client.wait_to_repeat(method, error, number=number, is_rebuilt=True)


def parse_answer(answer: Answer) -> LiveResource:
    """Return the resource that a write answers with. Raises BadAnswer."""
    return parse_resource(answer.body)
