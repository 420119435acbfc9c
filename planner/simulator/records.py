"""The world's own log, which no answer shows: what went at whose request, and which workloads it cost.

``removed`` has a record for each node that left: ``{time, request, pool, node, flavor, nodePool, workloads}``; its
``workloads`` are the names of those that kept the node busy at that moment. ``killed`` has one for each workload that
was ended before its time: ``{time, request, pool, node, workload, by}``, ``by`` being ``removal`` or ``driver``.
``deleted`` has one for each pool and network: ``{time, request, kind, name}``.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from planner.simulator.documents import World
from planner.simulator.drafts import Draft
from planner.simulator.entries import EntryKey
from planner.simulator.requests import JsonObject

BY_REMOVAL: Final = "removal"
BY_DRIVER: Final = "driver"


def record_removals(draft: Draft, pool_id: str, *, nodes: Iterable[tuple[str, EntryKey, Sequence[str]]]) -> None:
    """Note nodes that leave: name, flavor and node pool, and the workloads that keep them busy."""
    records = [
        {"node": name, "flavor": flavor, "nodePool": node_pool, "workloads": list(workloads)}
        for name, (flavor, node_pool), workloads in nodes
    ]
    draft.extend("removed", [_sign(draft) | {"pool": pool_id} | one for one in records])


def record_kills(draft: Draft, pool_id: str, *, victims: Mapping[str, str], by: str) -> None:
    """Note workloads that end before their time: the node of each by its name."""
    records = [{"pool": pool_id, "node": node, "workload": name, "by": by} for name, node in victims.items()]
    draft.extend("killed", [_sign(draft) | one for one in records])


def record_deletion(draft: Draft, *, kind: str, name: str) -> None:
    """Note that somebody deletes a pool or a network."""
    draft.extend("deleted", [_sign(draft) | {"kind": kind, "name": name}])


def find_busy_removals(world: World) -> list[JsonObject]:
    """Return the records of nodes that were busy when they left; empty is what a careful client leaves behind."""
    removed: list[JsonObject] = world.document["removed"]
    return [one for one in removed if one["workloads"]]


def _sign(draft: Draft) -> dict[str, Any]:
    return {"time": draft.now, "request": draft.cause}
