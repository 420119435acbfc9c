"""What the project may have: flavors with their sold-out zones, and quotas (contract 2.11, 2.12)."""

from planner.core.snapshot import LiveFlavor, LiveQuota, Unread
from planner.remote.catalog_bodies import parse_flavor, parse_quotas
from planner.remote.client import Client
from planner.remote.errors import RemoteError, format_error
from planner.remote.listings import PAGE_SIZE, iterate_by_cursor
from planner.remote.paths import quote_segment


def fetch_flavors(client: Client) -> dict[str, LiveFlavor] | Unread:
    """Return the flavors by name, or the words that say why they could not be read."""
    path = f"/v1/{quote_segment(client.endpoint.project_id)}/resourceflavors"
    try:
        items = iterate_by_cursor(client, path, query={"limit": PAGE_SIZE})
        flavors = [parse_flavor(value, f"items[{index}]") for index, value in enumerate(items)]
    except RemoteError as error:
        return Unread(why=format_error(error))
    return {one.name: one for one in flavors}


def fetch_quotas(client: Client) -> tuple[LiveQuota, ...] | Unread:
    """Return the quotas, or the words that say why they could not be read."""
    try:
        return parse_quotas(client.request("GET", f"/v1/{quote_segment(client.endpoint.project_id)}/quotas").body)
    except RemoteError as error:
        return Unread(why=format_error(error))
