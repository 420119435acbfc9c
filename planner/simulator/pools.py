"""Pools: list, show, patch, delete (contract 2.2 to 2.5)."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from planner.simulator.bodies import parse_merge_patch
from planner.simulator.calls import Call
from planner.simulator.catalog import GPU, NPU
from planner.simulator.drafts import Draft, format_time, parse_time
from planner.simulator.drivers import start_upgrades
from planner.simulator.entries import count_nodes, fill_entries
from planner.simulator.events import count_phases, record_counts, set_phase
from planner.simulator.lookups import WORKSPACE_LABEL, find_pool, find_workspace, list_records, matches_labels
from planner.simulator.motion import find_private
from planner.simulator.node_records import count_azs
from planner.simulator.options import Options
from planner.simulator.orders import fail_order, start_order
from planner.simulator.paging import cut_page
from planner.simulator.pool_patches import PoolPatch, make_pool_patch
from planner.simulator.pool_rules import FROZEN_FOR_GOOD, check_patch, find_control_bits
from planner.simulator.pool_views import format_pool
from planner.simulator.records import record_deletion
from planner.simulator.refusals import refuse_silently
from planner.simulator.requests import JsonObject, Response, make_json_response
from planner.simulator.scaling import remove_nodes, resize_pool
from planner.simulator.scopes import change_scope

FAILED_LISTED: Final = timedelta(days=3)
MAX_FAILED: Final = 500

_CREATING_PHASES = frozenset({None, "Creating", "Waiting"})


def list_pools(draft: Draft, call: Call) -> Response:
    """Answer GET /v2/{project}/pools.

    A blank ``status`` leaves out failed creations (edition A); no pool has a status that is none of the three (L1;
    no error is documented for this call). A blank ``workspaceId`` is workspace 0.
    """
    found = [one for one in list_records(draft, "pools", project_id=call.project_id) if _is_wanted(one, draft, call)]
    found = _limit_failed(found, now=draft.now)
    page, metadata = cut_page(found, size=draft.options.page_size, token=call.request.query.get("continue", ""))
    items = [format_pool(draft, one) for one in page]
    return make_json_response({"apiVersion": "v2", "kind": "PoolList", "metadata": metadata, "items": items})


def show_pool(draft: Draft, call: Call) -> Response:
    """Answer GET /v2/{project}/pools/{pool}.

    Raises:
        Refusal: 404 for an unknown pool.

    """
    return make_json_response(format_pool(draft, find_pool(draft, call)))


def patch_pool(draft: Draft, call: Call) -> Response:
    """Answer PATCH /v2/{project}/pools/{pool}: the whole pool, already with the new counts (P4, P5).

    Raises:
        Refusal: 404 for an unknown pool, 400 for everything that the contract's P1 to P26 refuse.

    """
    body = parse_merge_patch(call.request, draft.options, status=draft.options.content_type_status)
    patch = make_pool_patch(draft, find_pool(draft, call), patch=body)
    check_patch(patch)
    pool = patch.after
    counted = count_phases(draft, pool["metadata"]["name"])
    is_resized = _change_nodes(draft, patch)
    record_counts(draft, pool["metadata"]["name"], before=counted)
    if is_resized or _changes_workspace(patch):
        start_order(draft, pool, operation="modify", before=patch.before_counts, after=patch.after_counts)
    if "scope" in patch.spec_patch:
        change_scope(pool, pool["spec"]["scope"])
    _change_driver(draft, patch)
    draft.put("pools", pool["metadata"]["name"], value=pool)
    return make_json_response(format_pool(draft, pool))


def delete_pool(draft: Draft, call: Call) -> Response:
    """Answer DELETE /v2/{project}/pools/{pool}: the pool with its deletion time; it goes over the next steps (X1).

    Raises:
        Refusal: 404 for an unknown pool, 400 for one that is frozen for good or has logical pools.

    """
    pool_id = find_pool(draft, call)["metadata"]["name"]
    pool = draft.copy_record("pools", pool_id)
    if draft.options.control_modes and find_control_bits(pool) & FROZEN_FOR_GOOD:
        raise refuse_silently(draft.options, "the pool is frozen")
    if any(one["spec"].get("parent") == pool_id for one in draft.section("pools").values()):
        raise refuse_silently(draft.options, "the pool has logical pools")
    if pool["status"].get("phase") != "Deleting":
        _start_deletion(draft, pool)
    return make_json_response(format_pool(draft, pool))


def _start_deletion(draft: Draft, pool: JsonObject) -> None:
    pool_id = pool["metadata"]["name"]
    pool["metadata"]["deletionTimestamp"] = draft.now
    fail_order(draft, pool)
    start_order(draft, pool, operation="delete", before=count_nodes(pool["spec"].get("resources", ())), after={})
    set_phase(draft, pool, phase="Deleting")
    draft.put("pools", pool_id, value=pool)
    counted = count_phases(draft, pool_id)
    remove_nodes(draft, pool_id, names=[one["metadata"]["name"] for one in draft.nodes(pool_id)])
    record_counts(draft, pool_id, before=counted)
    record_deletion(draft, kind="pool", name=pool_id)


def _is_wanted(pool: Mapping[str, Any], draft: Draft, call: Call) -> bool:
    query = call.request.query
    parent = query.get("parent", "")
    return (
        pool["metadata"]["name"] not in draft.options.list_omits
        and find_workspace(pool) == (query.get("workspaceId") or "0")
        and (not parent or pool["spec"].get("parent") == parent)
        and _has_status(pool["status"].get("phase"), query.get("status", ""), options=draft.options)
        and matches_labels(pool, query.get("labelSelector", ""))
    )


def _limit_failed(pools: Sequence[JsonObject], *, now: str) -> list[JsonObject]:
    """Leave out failed creations of more than three days ago, and those beyond 500 (L2)."""
    failed = [one for one in pools if one["status"].get("phase") == "CreationFailed"]
    if not failed:
        return list(pools)
    since = format_time(parse_time(now) - FAILED_LISTED)
    listed = {one["metadata"]["name"] for one in failed if _find_end(one, now) >= since}
    shown = set(sorted(listed)[:MAX_FAILED])
    return [one for one in pools if one["status"].get("phase") != "CreationFailed" or one["metadata"]["name"] in shown]


def _find_end(pool: Mapping[str, Any], now: str) -> str:
    """Return when a creation failed, as text that sorts by time."""
    return str(find_private(pool).get("failed") or pool["metadata"].get("creationTimestamp") or now)


def _has_status(phase: str | None, status: str, *, options: Options) -> bool:
    found = "creating" if phase in _CREATING_PHASES else "failed" if phase == "CreationFailed" else "created"
    return found == status if status else found != "failed" or not options.blank_status_hides_failed


def _change_nodes(draft: Draft, patch: PoolPatch) -> bool:
    """Fill the entries of the patched pool and let its nodes follow; tell whether that is an order."""
    pool, spec = patch.after, patch.after["spec"]
    if "resources" not in patch.spec_patch:
        return False
    if patch.is_logical:
        return patch.before_counts != patch.after_counts
    was_failed = pool["status"].get("phase") == "ScalingFailed"
    is_changed = was_failed or _make_places(patch.before) != _make_places(pool)
    is_resized = is_changed and resize_pool(draft, pool)
    if is_resized and was_failed:
        set_phase(draft, pool, phase="Running")
    azs = count_azs(draft.nodes(pool["metadata"]["name"]))
    spec["resources"] = fill_entries(spec["resources"], options=draft.options, azs=azs)
    return is_resized or patch.before_counts != patch.after_counts


def _make_places(pool: Mapping[str, Any]) -> list[tuple[object, ...]]:
    """Return what of the entries decides where nodes stand."""
    entries = pool["spec"].get("resources", ())
    return [(one["flavor"], one.get("nodePool"), one["count"], repr(one.get("azs"))) for one in entries]


def _changes_workspace(patch: PoolPatch) -> bool:
    labels = [one["metadata"]["labels"].get(WORKSPACE_LABEL) for one in (patch.before, patch.after)]
    return bool(labels[0] != labels[1])


def _change_driver(draft: Draft, patch: PoolPatch) -> None:
    driver: JsonObject = patch.spec_patch.get("driver") or {}
    for accelerator in (GPU, NPU):
        if accelerator not in patch.accelerators and f"{accelerator}Version" in driver:
            patch.after["spec"].get("driver", {}).pop(f"{accelerator}Version", None)
    start_upgrades(draft, patch.after, driver=driver)
