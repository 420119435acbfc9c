"""``[pool.NAME]``: a resource pool (contract 3, semantics 9)."""

from typing import Annotated, Literal

from pydantic import Discriminator, Field

from planner.kinds.block_types import (
    Block,
    Description,
    DisplayName,
    ForEach,
    Identifier,
    Plain,
    Table,
    Text,
    Verbatim,
    Workspace,
    choose_table,
)
from planner.kinds.entry_block import EntryBlock
from planner.kinds.rule_blocks import FreezeBlock, GuardsBlock, LifecycleBlock
from planner.kinds.value_rules import MAXIMUM_ENTRIES, POOL_NAME

_Cidr = Annotated[str, Field(pattern=r"^[0-9.]{7,15}/[0-9]{1,2}$")]
_IdOrReference = Annotated[str, Field(pattern=r"^([A-Za-z0-9][A-Za-z0-9._-]{3,127}|\$\{.*\})$")]


class NetworkIdsBlock(Block):
    """The network of a privileged pool."""

    vpc_id: Identifier = Field(description="VPC id.")
    subnet_id: Identifier = Field(description="Subnet id.")


class ContainerNetworkBlock(Block):
    """The network of the containers; fixed after creation."""

    cidr: _Cidr = Field(description="Address range of the containers, such as 172.16.0.0/16.")


class MasterBlock(Block):
    """One control node."""

    az: Identifier = Field(description="The availability zone, such as eu-de-01.")


class DriverBlock(Block):
    """The accelerator driver of the pool's nodes."""

    gpu_version: Text | None = Field(
        default=None, description="GPU driver, such as 440.33; pools with GPU flavors only."
    )
    npu_version: Text | None = Field(
        default=None, description="Ascend driver, such as C78; pools with NPU flavors only."
    )
    update_strategy: Literal["force", "idle"] | None = Field(
        default=None,
        description="idle waits for each node's jobs to end; force replaces drivers at once and may kill jobs.",
    )


class UserLoginBlock(Block):
    """How users log in to the nodes of a privileged pool."""

    key_pair_name: Text = Field(description="Name of the key pair. No password stands in any file.")


class ClusterBlock(Block):
    """The CCE cluster of a privileged pool."""

    provider_id: Identifier = Field(description="Id of the cluster.")
    name: Text | None = Field(default=None, description="Name of the cluster.")


class PoolBlock(Block):
    """A resource pool; keys that are left out belong to the service or to somebody else."""

    for_each: ForEach | None = Field(
        default=None,
        description="Makes the block once for each member of a list of texts or a map: each.key, each.value.",
    )
    name: DisplayName = Field(
        description="Display name: 4 to 25 of a-z, 0-9, -, first a letter, last no hyphen (label os.modelarts/name).",
        json_schema_extra={"pattern": POOL_NAME},
    )
    type: Literal["Dedicate", "Logical"] = Field(
        description="Dedicate has nodes of its own; Logical is a quota on a parent."
    )
    workspace_id: Workspace | None = None
    node_prefix: Annotated[str, Field(pattern="^[a-z0-9-]{0,32}$")] | None = Field(
        default=None, description="What the nodes' names start with (label os.modelarts/node.prefix)."
    )
    sharing: Literal["shared", "unshared"] | None = Field(
        default=None, description="Whether other users' jobs may run here (label os.modelarts/sharing)."
    )
    description: Description | None = None
    scheduler_extension: Annotated[str, Field(max_length=4096)] | None = Field(
        default=None, description="Priority of other users' jobs (annotation os.modelarts/scheduler.extension)."
    )
    order_id: Annotated[str, Field(max_length=64)] | None = Field(
        default=None,
        description="Order of a subscription; needs the permission purchases (annotation os.modelarts/order.id).",
    )
    labels: Verbatim | None = Field(default=None, description="Other labels; keys are verbatim.")
    annotations: Verbatim | None = Field(default=None, description="Other annotations; keys are verbatim.")
    scope: list[Literal["Train", "Infer", "Notebook"]] | None = Field(
        default=None, description="Job types the pool takes; the whole wanted set. Not on Logical pools."
    )
    job_flavors: list[Text] | None = Field(
        default=None, description="Job flavors the pool takes; the whole wanted set."
    )
    parent: _IdOrReference | None = Field(
        default=None, description="Parent of a Logical pool: an id or ${pool.NAME.id}."
    )
    network: (
        Annotated[Annotated[_IdOrReference, Plain] | Annotated[NetworkIdsBlock, Table], Discriminator(choose_table)]
        | None
    ) = Field(
        default=None,
        description="Network of a Dedicate pool: an id, ${network.NAME.id}, or { vpc_id, subnet_id } if privileged.",
    )
    container_network: ContainerNetworkBlock | None = Field(default=None, description="Network of the containers.")
    kubernetes_svc_ip_range: _Cidr | None = Field(default=None, description="Address range of Kubernetes services.")
    masters: Annotated[list[MasterBlock], Field(min_length=1)] | None = Field(
        default=None, description="Control nodes by zone; Dedicate pools only."
    )
    cluster_flavor: Identifier | None = Field(default=None, description="Flavor of the cluster, such as cce.s1.small.")
    driver: DriverBlock | None = Field(default=None, description="Accelerator driver; Dedicate pools only.")
    ipv6enable: bool | None = Field(default=None, description="Also use IPv6.")
    user_login: UserLoginBlock | None = Field(default=None, description="Login to the nodes of a privileged pool.")
    clusters: Annotated[list[ClusterBlock], Field(min_length=1)] | None = Field(
        default=None, description="CCE cluster of a privileged pool."
    )
    resources: Annotated[list[EntryBlock], Field(min_length=1)] = Field(
        description="The flavors of the pool, 1 to 10 entries matched by (flavor, node_pool).",
        json_schema_extra={"maxItems": MAXIMUM_ENTRIES},
    )
    lifecycle: LifecycleBlock | None = Field(default=None, description="What is never done to this pool.")
    guards: GuardsBlock | None = Field(default=None, description="Limits for this pool; may only tighten [guards].")
    freeze: FreezeBlock | None = Field(default=None, description="No write to this pool until a moment.")
