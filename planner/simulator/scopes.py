"""Job types of a pool: enabling takes a step, a removed one goes after a step (contract 4.5, S1)."""

from collections.abc import Sequence

from planner.simulator.bodies import parse_body
from planner.simulator.calls import Call
from planner.simulator.drafts import Draft
from planner.simulator.errors import Refusal, bad_request
from planner.simulator.lookups import find_pool
from planner.simulator.options import Options
from planner.simulator.requests import JsonObject, Response, make_json_response


def change_scope(pool: JsonObject, wanted: Sequence[str]) -> None:
    """Start enabling and disabling until ``status.scope`` of ``pool``, which is edited, fits ``wanted``."""
    states = {one["scopeType"]: one for one in pool["status"].get("scope", ())}
    for name, one in states.items():
        if name not in wanted:
            one["state"] = "Disabled" if one["state"] == "Disabled" else "Disabling"
        elif one["state"] in {"Disabling", "Disabled"}:
            one["state"] = "Enabling"
    new = [{"scopeType": name, "state": "Enabling"} for name in wanted if name not in states]
    pool["status"]["scope"] = [*states.values(), *new]


def step_scope(pool: JsonObject, options: Options) -> None:
    """Bring the scope states of ``pool``, which is edited, one step on, once it runs."""
    if pool["status"].get("phase") not in {"Running", "Abnormal", "ScalingFailed"}:
        return
    states = pool["status"].get("scope", ())
    kept = [one for one in states if one["state"] != "Disabling" or options.removed_scopes == "disabled"]
    for one in kept:
        if one["state"] == "Disabling":
            one["state"] = "Disabled"
        elif one["state"] == "Enabling":
            one["state"] = "EnableFailed" if one["scopeType"] in options.failing_scopes else "Enabled"
    if "scope" in pool["status"]:
        pool["status"]["scope"] = kept


def retry_scope(draft: Draft, call: Call) -> Response:
    """Answer POST .../retry-scope: a scope that failed is enabled again (contract 2.6).

    Raises:
        Refusal: 400 for a scope that has not failed, and for an unknown pool: the API declares no 404 here.

    """
    wanted, pool_id = parse_body(call.request).get("scope"), call.names[0]
    try:
        find_pool(draft, call)
    except Refusal as refusal:
        raise bad_request(f"The pool {pool_id} scope {wanted} cannot be enabled.") from refusal
    pool = draft.copy_record("pools", pool_id)
    failed = [one for one in pool["status"].get("scope", ()) if one["state"] == "EnableFailed"]
    found = [one for one in failed if one["scopeType"] == wanted]
    if not found:
        raise bad_request(f"The pool {pool_id} scope {wanted} cannot be enabled.")
    found[0]["state"] = "Enabling"
    draft.put("pools", pool_id, value=pool)
    return make_json_response({})
