"""Finding the object that a path names, in the project of the path."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Any

from planner.simulator.calls import Call
from planner.simulator.drafts import Draft
from planner.simulator.errors import network_not_found, pool_not_found
from planner.simulator.motion import find_private
from planner.simulator.requests import JsonObject

NAME_LABEL = "os.modelarts/name"
WORKSPACE_LABEL = "os.modelarts/workspace.id"

_PROJECT = re.compile(r"[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?")


def find_pool(draft: Draft, call: Call) -> JsonObject:
    """Return the pool that the path names, to read.

    Raises:
        Refusal: 404 when this project has no such pool (P3).

    """
    pool: JsonObject | None = draft.section("pools").get(call.names[0])
    if pool is None or not _is_of_project(pool, call.project_id):
        raise pool_not_found(call.names[0])
    return pool


def find_network(draft: Draft, call: Call) -> JsonObject:
    """Return the network that the path names, to read.

    Raises:
        Refusal: 404 when this project has no such network.

    """
    network: JsonObject | None = draft.section("networks").get(call.names[0])
    if network is None or not _is_of_project(network, call.project_id):
        raise network_not_found(call.names[0])
    return network


def make_object_id(name: str, project_id: str) -> str:
    """Return the id of a pool or network: its display name and its project (C3).

    A project's id that is none of the service's own cannot stand in a name; its digest does.
    """
    if _PROJECT.fullmatch(project_id):
        return f"{name}-{project_id}"
    digest = hashlib.sha256(project_id.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{name}-{digest[:32]}"


def list_records(draft: Draft, section: str, *, project_id: str) -> Iterator[JsonObject]:
    """Yield the records of one project in the order of their ids."""
    records = draft.section(section)
    return (records[key] for key in sorted(records) if _is_of_project(records[key], project_id))


def find_workspace(record: Mapping[str, Any]) -> str:
    """Return the workspace of an object; ``0`` is the default one."""
    workspace: str = record["metadata"]["labels"].get(WORKSPACE_LABEL) or "0"
    return workspace


def matches_labels(record: Mapping[str, Any], selector: str) -> bool:
    """Tell whether a ``labelSelector`` (``key`` or ``key=value``, with commas) holds for a record."""
    labels = record["metadata"].get("labels", {})
    return all(_matches(labels, one.strip()) for one in selector.split(",") if one.strip())


def _matches(labels: Mapping[str, Any], term: str) -> bool:
    key, equals, value = term.partition("=")
    return labels.get(key) == value.removeprefix("=") if equals else key in labels


def _is_of_project(record: Mapping[str, Any], project_id: str) -> bool:
    return bool(find_private(record).get("project_id", project_id) == project_id)
