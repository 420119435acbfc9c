"""Bytes of a request become a JSON object, or a refusal; nothing of a body is trusted."""

import json
import math
from collections.abc import Iterator
from typing import Any, NoReturn

from planner.simulator.errors import UNSUPPORTED_CONTENT_TYPE, Refusal, bad_request
from planner.simulator.options import Options
from planner.simulator.requests import JsonObject, Request

MERGE_PATCH = "application/merge-patch+json"
MAX_DEPTH = 32
MAX_COUNT = 100_000


def parse_body(request: Request) -> JsonObject:
    """Return the body as a JSON object.

    Raises:
        Refusal: 400 for what is no JSON object, holds a number that JSON does not know, or is nested too deeply.

    """
    try:
        document = json.loads(request.body, parse_constant=_refuse_constant, parse_float=_parse_float)
    except (ValueError, RecursionError) as error:
        raise bad_request("the body is not JSON") from error
    if not isinstance(document, dict):
        raise bad_request("the body is not a JSON object")
    if _measure_depth(document) > MAX_DEPTH:
        raise bad_request("the body is nested too deeply")
    return document


def parse_merge_patch(request: Request, options: Options, *, status: int) -> JsonObject:
    """Return the merge patch of a PATCH (P1, P2).

    Raises:
        Refusal: ``status`` with its own code for another content type, 400 for an invalid body.

    """
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if options.merge_patch_only and content_type != MERGE_PATCH:
        raise Refusal(status, UNSUPPORTED_CONTENT_TYPE, text="Content type not supported")
    return parse_body(request)


def require_object(document: JsonObject, name: str) -> JsonObject:
    """Return the member ``name``, an empty object when it is absent.

    Raises:
        Refusal: 400 when it is present and no object; ``null`` is none.

    """
    found = document.get(name, {})
    if not isinstance(found, dict):
        raise bad_request(f"{name} must be an object")
    return found


def require_texts(document: JsonObject, name: str) -> list[str]:
    """Return the member ``name``, a list of different texts; absent and ``null`` are an empty one.

    Raises:
        Refusal: 400 when it is something else.

    """
    found = document.get(name)
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found) or len(set(found)) < len(found):
        raise bad_request(f"{name} must be a list of different strings")
    return found


def parse_names(request: Request, member: str) -> list[str]:
    """Return the names that the member ``member`` of a body lists, each once.

    Raises:
        Refusal: 400 for a body without names.

    """
    found = parse_body(request).get(member)
    if not isinstance(found, list) or not found or not all(isinstance(one, str) for one in found):
        raise bad_request(f"{member} must be a list of names")
    return list(dict.fromkeys(found))


def is_count(value: object) -> bool:
    """Tell whether ``value`` is a JSON integer that can count nodes; ``true`` and ``1.0`` are none."""
    return type(value) is int and 0 <= value <= MAX_COUNT


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def _parse_float(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError("a number is out of range")
    return value


def _measure_depth(document: JsonObject) -> int:
    depth, level = 0, [document]
    while level and depth <= MAX_DEPTH:
        depth += 1
        level = [child for parent in level for child in _find_children(parent)]
    return depth


def _find_children(parent: Any) -> Iterator[Any]:
    children = parent.values() if isinstance(parent, dict) else parent
    return (child for child in children if isinstance(child, dict | list))
