"""Every kind of write: the files before and after it, and what the service must hold in the end."""

from dataclasses import dataclass

from fault_site import NETWORK, NETWORK_ID, NETWORKS, POOL_ID, POOLS, PROJECT, make_pool_block, make_removed_block


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteCase:
    """One write: ``method`` and ``path`` are those of the request that fails, ``blocks`` the files after it.

    ``live`` are the ids in the end, ``nodes`` the number of nodes of the pool. ``kept`` of the nodes there were
    before must still be the same. ``pools_made`` counts the pools that were ever made, from the first file on.
    """

    before: tuple[str, ...]
    blocks: tuple[str, ...]
    method: str
    path: str
    live: tuple[str, ...] = (POOL_ID, NETWORK_ID)
    nodes: int = 3
    kept: int = 3
    pools_made: int = 1
    allow: str = ""


BOTH = (NETWORK, make_pool_block())
ONE_POOL = f"{POOLS}/[^/]+"
ONE_NETWORK = f"{NETWORKS}/[^/]+"
RENAMED_ID = f"gpu-b-{PROJECT}"

CASES = {
    "create network": WriteCase(
        before=(), blocks=(NETWORK,), method="POST", path=NETWORKS, live=(NETWORK_ID,), nodes=0, kept=0, pools_made=0
    ),
    "create pool": WriteCase(before=(NETWORK,), blocks=BOTH, method="POST", path=POOLS, kept=0),
    "change network": WriteCase(
        before=BOTH,
        blocks=(NETWORK + 'description = "trains"\n', make_pool_block()),
        method="PATCH",
        path=ONE_NETWORK,
    ),
    "change pool": WriteCase(
        before=BOTH,
        blocks=(NETWORK, make_pool_block(description="second")),
        method="PATCH",
        path=ONE_POOL,
    ),
    "grow": WriteCase(
        before=BOTH, blocks=(NETWORK, make_pool_block(cpu=5)), method="PATCH", path=ONE_POOL, nodes=5, kept=3
    ),
    "shrink": WriteCase(
        before=BOTH,
        blocks=(NETWORK, make_pool_block(cpu=2)),
        method="POST",
        path=f"{ONE_POOL}/nodes/batch-delete",
        nodes=2,
        kept=2,
    ),
    "grow one flavor, then shrink the other": WriteCase(
        before=BOTH,
        blocks=(NETWORK, make_pool_block(cpu=2, gpu=2)),
        method="PATCH",
        path=ONE_POOL,
        nodes=4,
        kept=2,
    ),
    "shrink one flavor after growing the other": WriteCase(
        before=BOTH,
        blocks=(NETWORK, make_pool_block(cpu=2, gpu=2)),
        method="POST",
        path=f"{ONE_POOL}/nodes/batch-delete",
        nodes=4,
        kept=2,
    ),
    "delete pool": WriteCase(
        before=BOTH,
        blocks=(NETWORK, make_removed_block("pool.a")),
        method="DELETE",
        path=ONE_POOL,
        live=(NETWORK_ID,),
        nodes=0,
        kept=0,
        allow="pool.a=destroys",
    ),
    "delete network": WriteCase(
        before=(NETWORK,),
        blocks=(make_removed_block("network.main"),),
        method="DELETE",
        path=ONE_NETWORK,
        live=(),
        nodes=0,
        kept=0,
        pools_made=0,
        allow="network.main=destroys",
    ),
    "replace: its delete": WriteCase(
        before=BOTH,
        blocks=(NETWORK, make_pool_block(name="gpu-b")),
        method="DELETE",
        path=ONE_POOL,
        live=(RENAMED_ID, NETWORK_ID),
        nodes=0,
        kept=0,
        pools_made=2,
        allow="pool.a=destroys",
    ),
    "replace: its create": WriteCase(
        before=BOTH,
        blocks=(NETWORK, make_pool_block(name="gpu-b")),
        method="POST",
        path=POOLS,
        live=(RENAMED_ID, NETWORK_ID),
        nodes=0,
        kept=0,
        pools_made=2,
        allow="pool.a=destroys",
    ),
}
