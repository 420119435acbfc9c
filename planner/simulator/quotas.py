"""Flavors, quotas and the user's configuration: what an account may buy (contract 2.11, 2.12)."""

from planner.simulator.calls import Call
from planner.simulator.catalog import MAX_ENTRIES, NETWORK_RANGES, SCOPE_TYPES, VOLUME_TYPES
from planner.simulator.drafts import Draft
from planner.simulator.lookups import list_records, matches_labels
from planner.simulator.paging import cut_page, parse_limit
from planner.simulator.refusals import refuse_silently
from planner.simulator.requests import Response, make_json_response

_SECTIONS = {"pools": "pool", "networks": "network"}


def check_quota(draft: Draft, section: str, *, project_id: str) -> None:
    """Refuse one more object of ``section`` when the quota is used up and quotas are enforced.

    Raises:
        Refusal: 400; the service's own code is unknown (contract 1.1).

    """
    kind = _SECTIONS[section]
    used = sum(1 for _ in list_records(draft, section, project_id=project_id))
    if draft.options.enforce_quotas and used >= draft.section("quotas").get(kind, 0):
        raise refuse_silently(draft.options, f"the {kind} quota is exceeded")


def list_flavors(draft: Draft, call: Call) -> Response:
    """Answer GET /v1/{project}/resourceflavors, with the zones where a flavor is sold out."""
    query = call.request.query
    found = [one for one in draft.records("flavors") if matches_labels(one, query.get("labelSelector", ""))]
    ordered = sorted(found, key=lambda one: str(one["metadata"]["name"]))
    size = parse_limit(query.get("limit", ""))
    page, metadata = cut_page(ordered, size=size, token=query.get("continue", ""))
    for index, one in enumerate(page):
        if one["metadata"]["name"] in draft.options.sold_out:
            page[index] = one | {"status": {"phase": dict.fromkeys(draft.options.azs, "soldout")}}
    return make_json_response({"apiVersion": "v1", "kind": "ResourceFlavorList", "metadata": metadata, "items": page})


def show_quotas(draft: Draft, call: Call) -> Response:
    """Answer GET /v1/{project}/quotas: integers, as edition A has them."""
    resources = [
        {
            "type": kind,
            "quota": draft.section("quotas").get(kind, 0),
            "used": sum(1 for _ in list_records(draft, section, project_id=call.project_id)),
        }
        for section, kind in _SECTIONS.items()
    ]
    return make_json_response({"quotas": {"resources": resources}})


def show_config(draft: Draft, call: Call) -> Response:  # noqa: ARG001 - all handlers are called alike
    """Answer GET /v1/{project}/os-user-config: limits and choices of the environment (contract 2.12)."""
    quotas = draft.section("quotas")
    plugins = [
        {"scope": one, "plugins": [], "externalDependency": False, "supportRetry": True, "reservedNetworkCidr": []}
        for one in SCOPE_TYPES
    ]
    config = {
        "networkCidrs": list(NETWORK_RANGES),
        "networkQuota": quotas.get("network", 0),
        "poolQuota": quotas.get("pool", 0),
        "poolHighAvailable": False,
        "maxPoolFlavors": MAX_ENTRIES,
        "licenseScopeType": "multi",
        "clusterFlavorSpecs": [],
        "volumeTypes": list(VOLUME_TYPES),
        "poolScopePlugins": plugins,
    }
    return make_json_response(config)
