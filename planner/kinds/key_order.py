"""The order in which the keys of blocks are told, however a file has them: a plan is the same for every layout.

One order for all tables, which is that of each model (a test holds them together): plans are read without the models.
"""

from collections.abc import Iterable
from typing import Final

from planner.core.trees import Tree, Value

KEYS: Final = (
    # Disks, counts and other tables of an entry, then the entry itself.
    "volume_type", "size", "volume_group", "lv_type", "path", "docker_thin_pool", "lvm_config", "types",
    "min", "max", "initial", "az", "key", "value", "effect", "vpc", "subnet", "security_groups", "step", "version",
    "flavor", "count", "max_count", "node_pool", "azs", "tags", "taints",
    # Tables of a pool.
    "vpc_id", "gpu_version", "npu_version", "update_strategy", "key_pair_name", "provider_id",
    # A pool and a network; some of these are keys of an entry, too.
    "name", "type", "image_id", "image_type", "workspace_id", "node_prefix", "sharing", "description", "cidr",
    "scheduler_extension", "order_id", "labels", "annotations", "scope", "job_flavors", "parent", "network",
    "extend_params", "creating_step", "root_volume", "data_volumes", "volume_group_configs", "os",
    "container_network", "kubernetes_svc_ip_range", "masters", "cluster_flavor", "driver", "ipv6enable", "user_login",
    "clusters", "resources",
    "peer_vpc_id", "peer_subnet_id", "default_gate_way", "sfs_id", "subnet_id",
    "peer_connection_list", "sfs_turbo_connection_list", "connection",
)  # fmt: skip

_RANKS: Final = {key: rank for rank, key in enumerate(KEYS)}


def sort_keys(table: Tree) -> Iterable[tuple[str, Value]]:
    """Return the members of a sound table in their order; rules of a block, which no tree holds, come last."""
    return sorted(table.items(), key=_find_rank) if len(table) > 1 else table.items()


def _find_rank(member: tuple[str, Value]) -> int:
    return _RANKS.get(member[0], len(_RANKS))
