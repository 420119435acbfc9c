"""Entries of ``spec.resources``: their identity, their shape, and what the service fills in."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from planner.simulator.bodies import is_count
from planner.simulator.errors import bad_request
from planner.simulator.options import Options
from planner.simulator.requests import JsonObject

EntryKey = tuple[str, str]
"""Flavor and node pool; entries of the same key are one pool of nodes (contract 4.1.6)."""

_MEMBERS = frozenset(
    {
        "azs",
        "count",
        "creatingStep",
        "dataVolumes",
        "driver",
        "extendParams",
        "flavor",
        "labels",
        "maxCount",
        "network",
        "nodePool",
        "os",
        "rootVolume",
        "tags",
        "taints",
        "volumeGroupConfigs",
    }
)
_NODE_POOL = re.compile(r"[a-z]([a-z0-9-]{0,48}[a-z0-9])?")
_DEFAULT_SUFFIX = "-default"


def make_entry_key(entry: Mapping[str, Any]) -> EntryKey:
    """Return the identity of an entry; an empty node pool is the flavor's default one."""
    flavor: str = entry["flavor"]
    return flavor, entry.get("nodePool") or f"{flavor}{_DEFAULT_SUFFIX}"


def count_nodes(entries: Iterable[Mapping[str, Any]]) -> Counter[EntryKey]:
    """Return the wanted number of nodes by entry key."""
    counts: Counter[EntryKey] = Counter()
    for entry in entries:
        counts[make_entry_key(entry)] += entry["count"]
    return counts


def parse_entries(value: object, *, is_logical: bool, options: Options) -> list[JsonObject]:
    """Return ``spec.resources`` of a body as entries of the right shape.

    Raises:
        Refusal: 400 for what is no list of entries, or an entry with a member that cannot be.

    """
    if value is None:
        return []
    if not isinstance(value, list):
        raise bad_request("spec.resources must be a list")
    return [_parse_entry(one, is_logical=is_logical, options=options) for one in value]


def fill_entries(
    entries: Sequence[JsonObject], *, options: Options, azs: Mapping[EntryKey, Counter[str]]
) -> list[JsonObject]:
    """Return the entries of a physical pool with what the service derives when it was not sent.

    ``azs`` counts the nodes of each entry by availability zone.
    """
    return [_fill_entry(entry, options=options, azs=azs[make_entry_key(entry)]) for entry in entries]


def format_azs(counts: Mapping[str, int]) -> list[JsonObject]:
    """Return counts by availability zone as the API lists them, by name."""
    return [{"az": az, "count": count} for az, count in sorted(counts.items()) if count]


def _fill_entry(entry: JsonObject, *, options: Options, azs: Mapping[str, int]) -> JsonObject:
    filled = dict(entry)
    if options.fill_node_pool and not filled.get("nodePool"):
        filled["nodePool"] = make_entry_key(entry)[1]
    if options.fill_max_count:
        filled.setdefault("maxCount", entry["count"])
    if options.fill_azs:
        filled.setdefault("azs", format_azs(azs))
    return filled


def _parse_entry(entry: object, *, is_logical: bool, options: Options) -> JsonObject:
    if not isinstance(entry, dict):
        raise bad_request("an entry of spec.resources must be an object")
    if not isinstance(entry.get("flavor"), str) or not entry["flavor"]:
        raise bad_request("spec.resources.flavor is required")
    if not is_count(entry.get("count")):
        raise bad_request("spec.resources.count must be an integer")
    if entry["count"] < 1 and not is_logical:
        raise bad_request("count must greater than 1")
    if "maxCount" in entry and not (is_count(entry["maxCount"]) and entry["maxCount"]):
        raise bad_request("spec.resources.maxCount must be an integer of at least 1")
    _check_node_pool(entry)
    _check_inside(entry)
    return _check_members(entry, options)


def _check_node_pool(entry: JsonObject) -> None:
    name = entry.get("nodePool", "")
    if not isinstance(name, str):
        raise bad_request("invalid nodepool name")
    if name in {"", f"{entry['flavor']}{_DEFAULT_SUFFIX}"}:
        return
    if not _NODE_POOL.fullmatch(name) or name.endswith(_DEFAULT_SUFFIX):
        raise bad_request("invalid nodepool name")


def _check_inside(entry: JsonObject) -> None:
    from planner.simulator.shapes import EntryInside, check_shape

    check_shape(EntryInside, entry, place="spec.resources")


def _check_members(entry: JsonObject, options: Options) -> JsonObject:
    unknown = sorted(set(entry) - _MEMBERS)
    if unknown and options.unknown_members == "refuse":
        raise bad_request(f"unknown member spec.resources.{unknown[0]}")
    return {name: value for name, value in entry.items() if name in _MEMBERS}
