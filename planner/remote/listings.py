"""Reading of lists and single resources: a list proves presence, only a coded 404 proves absence."""

from collections.abc import Iterator
from typing import Final

from planner.core.lazy_dataclass import dataclass
from planner.core.snapshot import LiveResource
from planner.core.trees import Value
from planner.remote.bodies import Page, parse_page, parse_resource
from planner.remote.client import Client
from planner.remote.errors import BadAnswer, NotFound
from planner.remote.paths import build_collection_path, build_resource_path

PAGE_SIZE: Final = 500
"""Entries a page, the most that the API gives (contract 1)."""
_MOST_PAGES: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """The service says in its own code that ``id`` is not there."""

    id: str


def fetch_listing(client: Client, kind: str, *, workspaces: tuple[str, ...]) -> tuple[LiveResource, ...]:
    """Return the resources of ``kind`` in ``workspaces``, each id once, in the order of their ids.

    An empty name, like no workspace at all, asks for the default one. Raises RemoteError.
    """
    found: dict[str, LiveResource] = {}
    for workspace in dict.fromkeys(workspaces or ("",)):
        found |= {one.id: one for one in _fetch_workspace(client, kind, workspace=workspace)}
    return tuple(found[one] for one in sorted(found))


def fetch_one(client: Client, kind: str, *, resource_id: str) -> LiveResource | Missing:
    """Return the resource, or Missing where the service says so with its code (semantics 1.1).

    Raises RemoteError for everything else: it is then unread, not missing.
    """
    path = build_resource_path(kind, resource_id, project_id=client.endpoint.project_id)
    try:
        answer = client.request("GET", path)
    except NotFound:
        return Missing(id=resource_id)
    live = parse_resource(answer.body)
    if live.id != resource_id:
        raise BadAnswer("It describes another resource than the one that was asked for.", status=answer.status)
    return live


def iterate_by_cursor(client: Client, path: str, *, query: dict[str, str | int]) -> Iterator[Value]:
    """Yield the items of every page, following ``metadata.continue``; raises BadAnswer if it goes in circles."""
    seen = {""}
    page = _fetch_page(client, path, query=query)
    yield from page.items
    while page.cursor:
        if page.cursor in seen or len(seen) > _MOST_PAGES:
            raise BadAnswer("Its pages go in circles: metadata.continue repeats.")
        seen.add(page.cursor)
        page = _fetch_page(client, path, query={**query, "continue": page.cursor})
        yield from page.items


def iterate_by_offset(client: Client, path: str) -> Iterator[Value]:
    """Yield the items of every page, counting offsets.

    The last page is the one that reaches ``total``, or without it one that is not full.
    """
    offset = 0
    for _ in range(_MOST_PAGES):
        page = _fetch_page(client, path, query={"offset": offset, "limit": PAGE_SIZE})
        yield from page.items
        offset += len(page.items)
        if not page.items or (len(page.items) < PAGE_SIZE if page.total is None else offset >= page.total):
            return
    raise BadAnswer("Its pages do not end.")


def _fetch_workspace(client: Client, kind: str, *, workspace: str) -> Iterator[LiveResource]:
    path = build_collection_path(kind, project_id=client.endpoint.project_id)
    query: dict[str, str | int] = {"workspaceId": workspace} if workspace else {}
    for index, value in enumerate(iterate_by_cursor(client, path, query=query)):
        yield parse_resource(value, f"items[{index}]")


def _fetch_page(client: Client, path: str, *, query: dict[str, str | int]) -> Page:
    return parse_page(client.request("GET", path, query=query).body)
