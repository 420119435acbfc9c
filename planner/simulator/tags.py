"""Tags of pools, as edition C has them (contract 2.12)."""

import json
from collections import defaultdict
from collections.abc import Mapping
from typing import Any, Final

from planner.simulator.bodies import parse_body
from planner.simulator.calls import Call
from planner.simulator.drafts import Draft
from planner.simulator.errors import bad_request
from planner.simulator.lookups import find_pool, list_records
from planner.simulator.motion import find_private
from planner.simulator.paging import parse_lenient_number
from planner.simulator.requests import JsonObject, Response, make_json_response

TAGS_ANNOTATION: Final = "os.modelarts/tms.tags"
MAX_TAGS: Final = 20

_MAX_KEY, _MAX_VALUE = 128, 255
_DEFAULT_LIMIT = 200


def show_tags(draft: Draft, call: Call) -> Response:
    """Answer GET /v1/{project}/pools/{pool}/tags with 200: the documented 204 cannot carry the documented body.

    Raises:
        Refusal: 404 for an unknown pool.

    """
    return make_json_response({"tags": _format_tags(_find_tags(find_pool(draft, call)))})


def change_tags(draft: Draft, call: Call) -> Response:
    """Answer POST /v1/{project}/pools/{pool}/tags ``{action, tags}``: all tags as they are then.

    ``create`` overwrites a same key, ``delete`` takes tags of the same key and value, ``reset`` replaces all.

    Raises:
        Refusal: 404 for an unknown pool, 400 for a body that is no such change, or more than 20 tags.

    """
    pool_id = find_pool(draft, call)["metadata"]["name"]
    body = parse_body(call.request)
    given = parse_tags(body.get("tags"))
    pool = draft.copy_record("pools", pool_id)
    tags = _apply(_find_tags(pool), given, action=body.get("action"))
    if len(tags) > MAX_TAGS:
        raise bad_request(f"a pool has at most {MAX_TAGS} tags")
    pool.setdefault("simulator", {})["tags"] = tags
    pool["metadata"]["annotations"][TAGS_ANNOTATION] = json.dumps(_format_tags(tags), separators=(",", ":"))
    draft.put("pools", pool_id, value=pool)
    return make_json_response({"tags": _format_tags(tags)})


def list_tags(draft: Draft, call: Call) -> Response:
    """Answer GET /v1/{project}/pools/tags: every key of the project with its values."""
    values: defaultdict[str, set[str]] = defaultdict(set)
    for pool in list_records(draft, "pools", project_id=call.project_id):
        for key, value in _find_tags(pool).items():
            values[key].add(value)
    query = call.request.query
    offset, limit = parse_lenient_number(query.get("offset", "")), parse_lenient_number(query.get("limit", ""))
    keys = sorted(values)[offset : offset + (limit or _DEFAULT_LIMIT)]
    return make_json_response({"tags": [{"key": key, "values": sorted(values[key])} for key in keys]})


def parse_tags(value: object) -> dict[str, str]:
    """Return a body's list of ``{key, value}`` by key.

    Raises:
        Refusal: 400 for anything else.

    """
    if not isinstance(value, list) or not all(_is_tag(one) for one in value):
        raise bad_request("tags must be a list of keys with values")
    return {one["key"]: one["value"] for one in value}


def _is_tag(value: object) -> bool:
    if not isinstance(value, dict):
        return False
    key, text = value.get("key"), value.get("value")
    return isinstance(key, str) and isinstance(text, str) and 0 < len(key) <= _MAX_KEY and len(text) <= _MAX_VALUE


def _apply(tags: Mapping[str, str], given: dict[str, str], *, action: object) -> dict[str, str]:
    if action == "reset":
        return given
    if not given:
        raise bad_request("tags may be empty only for reset")
    if action == "create":
        return {**tags, **given}
    if action == "delete":
        return {key: value for key, value in tags.items() if given.get(key) != value}
    raise bad_request("action must be create, delete or reset")


def _find_tags(pool: Mapping[str, Any]) -> Mapping[str, str]:
    tags: Mapping[str, str] = find_private(pool).get("tags", {})
    return tags


def _format_tags(tags: Mapping[str, str]) -> list[JsonObject]:
    return [{"key": key, "value": value} for key, value in sorted(tags.items())]
