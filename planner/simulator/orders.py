"""Orders: what a change of counts starts, and how it ends (contract 2.12)."""

from collections.abc import Mapping
from typing import Any

from planner.simulator.calls import Call
from planner.simulator.drafts import Draft
from planner.simulator.entries import EntryKey
from planner.simulator.errors import POOL_NOT_FOUND, Refusal, bad_request
from planner.simulator.lookups import NAME_LABEL, find_workspace, list_records
from planner.simulator.options import Options
from planner.simulator.paging import MAX_LIMIT, parse_number
from planner.simulator.requests import JsonObject, Response, make_json_response

ORDER_LABEL = "os.modelarts/order.name"

_DEFAULT_LIMIT = 100
_PHASES = frozenset({"", "pending", "running", "successed", "failed"})
_DETAIL_STATUSES = {"running": "processing", "successed": "succeed", "partialSuccessed": "succeed", "failed": "failed"}
_ACTIONS = {"apply": "createPool", "modify": "createNode", "delete": "deletePool"}


def start_order(
    draft: Draft, pool: JsonObject, *, operation: str, before: Mapping[EntryKey, int], after: Mapping[EntryKey, int]
) -> None:
    """Add an order for ``pool``, which is edited: its label names the order (P13), its private part waits for it."""
    number = draft.next_number()
    display_name = pool["metadata"]["labels"].get(NAME_LABEL, "")
    name = f"order.{display_name}-{number:05}"
    order = {
        "orderName": name,
        "orderId": f"{number:032x}",
        "resourceName": pool["metadata"]["name"],
        "resourceDisplayName": display_name,
        "workspaceId": find_workspace(pool),
        "operation": operation,
        "initCount": _format_counts(before),
        "specCount": _format_counts(after),
        "creationTimestamp": draft.now_milliseconds,
        "beginTimestamp": draft.now_milliseconds,
        "phase": "running",
    }
    draft.append("orders", order | {"simulator": {"project_id": pool.get("simulator", {}).get("project_id", "")}})
    pool.setdefault("simulator", {})["order"] = name
    if draft.options.order_labels:
        pool["metadata"]["labels"][ORDER_LABEL] = name


def settle_order(draft: Draft, pool: JsonObject, *, reached: Mapping[EntryKey, int], missing: int, came: bool) -> None:
    """End the open order of ``pool``, which is edited; ``missing`` nodes never came, ``came`` says that some did."""
    name = pool["simulator"].pop("order")
    phase = "successed" if not missing else "partialSuccessed" if came else "failed"
    ended: JsonObject = {"endTimestamp": draft.now_milliseconds, "resultCount": _format_counts(reached)}
    ended |= _format_end(draft.options, phase)
    if missing:
        ended["failReason"] = f"{missing} nodes could not be created: sold out"
    _end_order(draft, name, ended=ended)


def fail_order(draft: Draft, pool: Mapping[str, Any]) -> None:
    """End the open order of a pool that goes, when it has one."""
    name = pool.get("simulator", {}).get("order")
    if name:
        ended = {"endTimestamp": draft.now_milliseconds, "failReason": "the pool was deleted"}
        _end_order(draft, name, ended=ended | _format_end(draft.options, "failed"))


def list_orders(draft: Draft, call: Call) -> Response:
    """Answer GET /v1/{project}/orders, newest first; ``involvedName`` takes the display name or the id.

    Raises:
        Refusal: 400 for a filter that cannot be, 404 for a name that neither a pool nor an order has.

    """
    query = call.request.query
    if query.get("phase", "") not in _PHASES:
        raise bad_request("unknown order phase")
    found = [one for one in reversed(draft.records("orders")) if _is_wanted(one, call)]
    name = query.get("involvedName", "")
    if name and not found and not _is_known(draft, call, name=name):
        raise Refusal(404, POOL_NOT_FOUND, text=f"Pool {name} not found.")
    offset, limit = parse_number(query.get("offset", "")), parse_number(query.get("limit", ""))
    page = found[offset : offset + min(limit or _DEFAULT_LIMIT, MAX_LIMIT)]
    return make_json_response({"count": len(found), "items": [_format_order(one) for one in page]})


def show_order(draft: Draft, call: Call) -> Response:
    """Answer GET /v1/{project}/orders/{order}: the order's detail; an unknown one has no items (no 404 is declared)."""
    orders = (one for one in draft.records("orders") if _is_of_project(one, call.project_id))
    items = [_format_detail(one) for one in orders if one.get("orderName") == call.names[0]]
    return make_json_response({"count": len(items), "items": items})


def _format_detail(order: Mapping[str, Any]) -> JsonObject:
    begin = order.get("beginTimestamp", 0)
    return {
        "resourceName": order.get("resourceName", ""),
        "action": _ACTIONS.get(order.get("operation", ""), "createNode"),
        "status": _DETAIL_STATUSES.get(_find_outcome(order), "processing"),
        "beginTimestamp": str(begin),
        "updateTimestamp": str(order.get("endTimestamp", begin)),
        "message": order.get("failReason", ""),
    }


def _is_known(draft: Draft, call: Call, *, name: str) -> bool:
    pools = list_records(draft, "pools", project_id=call.project_id)
    return any(name in {one["metadata"]["name"], one["metadata"]["labels"].get(NAME_LABEL)} for one in pools)


def _format_end(options: Options, phase: str) -> JsonObject:
    """Return the two spellings of an end: the words of the table and of clients, or those of the example (O1)."""
    return {"phase": phase} if options.order_end == "successed" else {"phase": "completed", "result": phase}


def _find_outcome(order: Mapping[str, Any]) -> str:
    return str(order.get("result") or order.get("phase", ""))


def _end_order(draft: Draft, name: str, *, ended: JsonObject) -> None:
    orders = draft.records("orders")
    draft.replace_records("orders", (one | ended if one.get("orderName") == name else one for one in orders))


def _is_wanted(order: Mapping[str, Any], call: Call) -> bool:
    query = call.request.query
    name, phase = query.get("involvedName", ""), query.get("phase", "")
    created = order.get("creationTimestamp", 0)
    return (
        _is_of_project(order, call.project_id)
        and (not name or name in {order.get("resourceName"), order.get("resourceDisplayName")})
        and order.get("workspaceId", "0") == (query.get("workspaceId") or order.get("workspaceId", "0"))
        and (not phase or _find_outcome(order).lower().endswith(phase))
        and created >= parse_number(query.get("since", ""))
        and created <= (parse_number(query.get("until", "")) or created)
    )


def _is_of_project(order: Mapping[str, Any], project_id: str) -> bool:
    return order.get("simulator", {}).get("project_id") in {None, "", project_id}


def _format_order(order: Mapping[str, Any]) -> JsonObject:
    return {name: value for name, value in order.items() if name != "simulator"}


def _format_counts(counts: Mapping[EntryKey, int]) -> list[JsonObject]:
    return [{"flavor": flavor, "nodePool": pool, "count": n} for (flavor, pool), n in sorted(counts.items()) if n]
