"""What the project may have: flavors with their sold-out zones, and quotas (contract 2.11, 2.12)."""

from collections.abc import Iterator

from planner.core.snapshot import LiveFlavor, LiveQuota, Unread
from planner.core.trees import Tree, as_tree
from planner.remote.catalog_bodies import parse_flavor, parse_quotas
from planner.remote.client import Client
from planner.remote.errors import RemoteError, format_error
from planner.remote.listings import PAGE_SIZE, iterate_by_cursor
from planner.remote.paths import quote_segment


def iterate_flavors(client: Client) -> Iterator[tuple[LiveFlavor, Tree]]:
    """Yield each flavor, and the body that it was read from. Raises RemoteError."""
    path = f"/v1/{quote_segment(client.endpoint.project_id)}/resourceflavors"
    for index, value in enumerate(iterate_by_cursor(client, path, query={"limit": PAGE_SIZE})):
        yield parse_flavor(value, f"items[{index}]"), as_tree(value)


def fetch_flavors(client: Client) -> dict[str, LiveFlavor] | Unread:
    """Return the flavors by name, or the words that say why they could not be read."""
    try:
        return {flavor.name: flavor for flavor, _ in iterate_flavors(client)}
    except RemoteError as error:
        return Unread(why=format_error(error))


def fetch_quotas(client: Client) -> tuple[LiveQuota, ...] | Unread:
    """Return the quotas, or the words that say why they could not be read."""
    try:
        return parse_quotas(client.request("GET", f"/v1/{quote_segment(client.endpoint.project_id)}/quotas").body)
    except RemoteError as error:
        return Unread(why=format_error(error))
