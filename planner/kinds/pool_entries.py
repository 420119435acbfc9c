"""Entries of ``spec.resources``: their keys, their nodes, and what the service derives in them."""

from collections.abc import Iterable

from planner.core.changes import FlavorNodes
from planner.core.entries import find_entry, find_refined, index_entries
from planner.core.field_paths import EntryKey, FieldPath
from planner.core.kind_rules import ListRule
from planner.core.trees import ABSENT, Tree, Value, as_int, as_list, as_text, as_tree, find_member, is_same
from planner.kinds.default_pools import is_default_pool

RESOURCES = ("spec", "resources")


def _is_derived_pool(entry: Tree, member: str) -> bool:
    if member != "nodePool":
        return False
    pool = entry.get("nodePool", ABSENT)
    return isinstance(pool, str) and is_default_pool(as_text(entry.get("flavor", ABSENT)), pool)


ENTRY_RULE = ListRule(
    keys=("flavor", "nodePool"), optional_keys=("creatingStep",), keeps_others=True, is_default=_is_derived_pool
)


def is_logical(tree: Tree) -> bool:
    """Tell whether a pool's tree is of a logical pool, which shares the nodes of its parent."""
    return find_member(tree, "spec", "type") == "Logical"


def find_entries(tree: Tree | None) -> dict[EntryKey, Tree]:
    """Return a pool's entries by (flavor, node pool), and creating step where one is set."""
    entries = as_list(find_member(tree or {}, *RESOURCES))
    refined = find_refined([entries], ENTRY_RULE)
    return {key: as_tree(entry) for key, entry in index_entries(entries, ENTRY_RULE, refined=refined).items()}


def find_named_entry(tree: Tree, key: EntryKey) -> Tree:
    """Return the one entry that ``key`` names; empty where there is none."""
    entries = as_list(find_member(tree, *RESOURCES))
    found = find_entry(entries, ENTRY_RULE, key=key)
    return as_tree(entries[found[0]]) if found else {}


def find_zones(entry: Tree) -> dict[str, int]:
    """Return an entry's nodes by zone; empty where it names no zones."""
    zones = (as_tree(zone) for zone in as_list(entry.get("azs", ABSENT)))
    return {as_text(zone.get("az", ABSENT)): as_int(zone.get("count", ABSENT)) for zone in zones}


def count_nodes(before: Tree | None, after: Tree | None) -> tuple[FlavorNodes, ...]:
    """Return nodes before and after by flavor and node pool; a logical pool has none of its own."""
    if is_logical(before or after or {}):
        return ()
    old = find_entries(before)
    new = old if after is before else find_entries(after)
    return tuple(
        FlavorNodes(
            flavor=key.parts[0],
            node_pool="/".join(key.parts[1:]).rstrip("/"),
            before=as_int(old.get(key, {}).get("count", ABSENT)),
            after=as_int(new.get(key, {}).get("count", ABSENT)),
        )
        for key in (*old, *(added for added in new if added not in old))
    )


def find_gaps(tree: Tree) -> tuple[str, ...]:
    """Return what a pool cannot be made without: a Dedicate one has a network (contract 7, C2)."""
    return () if is_logical(tree) or find_member(tree, "spec", "network") is not ABSENT else ("network",)


def finish_pool(live: Tree, target: Tree, written: Iterable[FieldPath]) -> Tree:
    """Return ``target`` less what the service derives, where its entries differ from ``live`` (semantics 3.2).

    A node pool named ``<flavor>-default`` goes from every entry; ``maxCount`` (Dedicate) and ``azs`` go from
    entries whose nodes change, unless a path of ``written`` sets them.
    """
    wanted = find_member(target, *RESOURCES)
    if wanted is ABSENT or is_same(wanted, find_member(live, *RESOURCES)):
        return target
    old = find_entries(live)
    held = [path for path in written if path[:2] == RESOURCES and len(path) > len(RESOURCES) + 1]
    derived = ("azs",) if is_logical(target) else ("azs", "maxCount")
    entries: list[Value] = [
        _strip_entry(entry, old.get(key), dropped=[name for name in derived if not _is_held(key, name, held)])
        for key, entry in find_entries(target).items()
    ]
    return {**target, "spec": {**as_tree(target["spec"]), "resources": entries}}


def _strip_entry(entry: Tree, old: Tree | None, *, dropped: list[str]) -> Tree:
    kept = {name: value for name, value in entry.items() if not _is_derived_pool(entry, name)}
    if old is not None and not _is_resized(old, entry):
        return kept
    return {name: value for name, value in kept.items() if name not in dropped}


def _is_held(key: EntryKey, name: str, held: list[FieldPath]) -> bool:
    return any(
        path[3] == name and isinstance(path[2], EntryKey) and key.parts[: len(path[2].parts)] == path[2].parts
        for path in held
    )


def _is_resized(old: Tree, new: Tree) -> bool:
    return old.get("count") != new.get("count") or find_zones(old) != find_zones(new)
