"""What the service itself keeps of a pool: its events and its orders (contract 2.12)."""

import datetime as dt
from collections.abc import Mapping
from itertools import islice

from planner.core.lazy_dataclass import dataclass
from planner.core.trees import Tree, Value, as_int, as_list, as_text, as_tree
from planner.remote.client import Client
from planner.remote.paths import quote_segment

_MOST = 500
_MILLISECONDS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceRecord:
    """One event or order of a pool; ``time`` is RFC 3339 in UTC, texts are the service's own."""

    time: str
    kind: str
    what: str


def fetch_records(client: Client, pool_id: str, *, name: str) -> tuple[ServiceRecord, ...]:
    """Return the newest events and orders of a pool, newest first; ``name`` is its display name.

    Raises RemoteError. At most 500 of each: the service keeps a month.
    """
    project = quote_segment(client.endpoint.project_id)
    events = client.request(
        "GET", f"/v1/{project}/events", query={"resource": "pools", "name": pool_id, "limit": _MOST}
    )
    orders = client.request("GET", f"/v1/{project}/orders", query={"involvedName": name, "limit": _MOST})
    found = [*map(_read_event, _list_items(events.body)), *map(_read_order, _list_items(orders.body))]
    return tuple(sorted(found, key=lambda one: one.time, reverse=True))


def _list_items(body: Value) -> list[Tree]:
    return [as_tree(one) for one in islice(as_list(as_tree(body).get("items", [])), _MOST)]


def _read_event(item: Tree) -> ServiceRecord:
    time = as_text(item.get("lastTimestamp")) or as_text(item.get("firstTimestamp"))
    words = f"{as_text(item.get('reason'))}: {as_text(item.get('message'))}"
    return ServiceRecord(time=time, kind=f"event {as_text(item.get('type'))}".strip(), what=words)


def _read_order(item: Tree) -> ServiceRecord:
    counts = ", ".join(
        f"{title} {_format_counts(item, member)}"
        for title, member in (("from", "initCount"), ("wanted", "specCount"), ("reached", "resultCount"))
        if as_list(item.get(member, []))
    )
    failed = as_text(item.get("failReason"))
    words = f"{as_text(item.get('orderName'))}: {as_text(item.get('operation'))} {as_text(item.get('phase'))}"
    words = "; ".join(one for one in (words, counts, failed) if one)
    return ServiceRecord(time=_read_time(item, "creationTimestamp"), kind="order", what=words)


def _format_counts(item: Mapping[str, Value], member: str) -> str:
    rows = map(as_tree, as_list(item.get(member, [])))
    return " ".join(f"{as_text(row.get('flavor'))}:{as_int(row.get('count', 0))}" for row in rows)


def _read_time(item: Mapping[str, Value], member: str) -> str:
    """Return an order's time, which is in epoch milliseconds, as events have theirs."""
    milliseconds = item.get(member)
    if isinstance(milliseconds, bool) or not isinstance(milliseconds, int):
        return as_text(milliseconds) if isinstance(milliseconds, str) else ""
    try:
        return f"{dt.datetime.fromtimestamp(milliseconds // _MILLISECONDS, dt.UTC):%Y-%m-%dT%H:%M:%SZ}"
    except (OverflowError, ValueError, OSError):
        return ""
