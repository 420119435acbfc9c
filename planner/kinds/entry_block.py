"""``[[pool.NAME.resources]]``: one flavor of a pool and its nodes (contract 3, semantics 9)."""

from typing import Annotated, Final, Literal

from pydantic import ConfigDict, Discriminator, Field

from planner.kinds.block_types import (
    Block,
    Identifier,
    Nodes,
    Plain,
    Table,
    Text,
    Verbatim,
    choose_table,
)
from planner.kinds.value_rules import MAXIMUM_NODES
from planner.kinds.volume_blocks import DataVolumeBlock, RootVolumeBlock, VolumeGroupConfigBlock

NODE_POOL: Final = r"^([a-z]([a-z0-9-]{0,48}[a-z0-9])?|.+-default)$"


class CountRangeBlock(Block):
    """A node count that is acted on only outside the range."""

    min: Nodes = Field(description="The fewest nodes; below it the pool grows to it.")
    max: Nodes = Field(description="The most nodes; above it the pool shrinks to it.")
    initial: Nodes | None = Field(default=None, description="Nodes at creation; absent: min.")


class AzBlock(Block):
    """Nodes of one availability zone."""

    az: Identifier = Field(description="The availability zone, such as eu-de-01.")
    count: Annotated[int, Field(ge=1, le=MAXIMUM_NODES)] = Field(description="Nodes in this zone, as a total.")


class TagBlock(Block):
    """One tag of the nodes."""

    model_config = ConfigDict(regex_engine="python-re")

    key: Annotated[str, Field(max_length=128, pattern=r"^(?!CCE-)(?!__type_baremetal).+$")] = Field(
        description="The tag's key: 1 to 128 characters, not starting with CCE- or __type_baremetal."
    )
    value: Annotated[str, Field(max_length=255)] = Field(description="The tag's value, at most 255 characters.")


class TaintBlock(Block):
    """One Kubernetes taint of the nodes."""

    key: Annotated[str, Field(min_length=1, max_length=317)] = Field(description="The taint's key.")
    value: Annotated[str, Field(max_length=63)] | None = Field(default=None, description="The taint's value.")
    effect: Literal["NoSchedule", "PreferNoSchedule", "NoExecute"] = Field(
        description="What the taint does to pods that do not tolerate it; NoExecute ends running jobs."
    )


class EntryNetworkBlock(Block):
    """The network of the nodes of a privileged pool."""

    vpc: Identifier | None = Field(default=None, description="VPC id.")
    subnet: Identifier | None = Field(default=None, description="Subnet id.")
    security_groups: list[Identifier] | None = Field(
        default=None, description="Security group ids; order does not matter."
    )


class CreatingStepBlock(Block):
    """The step in which nodes are made; part of the entry's identity where it is set."""

    step: Annotated[int, Field(ge=1, le=MAXIMUM_NODES)] = Field(
        description="Nodes made at once; count is its multiple."
    )
    type: Literal["rack", "hyperinstance"] = Field(description="What a step is.")


class OsBlock(Block):
    """The operating system image of the nodes."""

    name: Text | None = Field(default=None, description="Name of the image's system.")
    image_id: Identifier | None = Field(default=None, description="Id of the image.")
    image_type: Literal["private", ""] | None = Field(
        default=None, description="private for an own image, empty otherwise."
    )


class EntryDriverBlock(Block):
    """The driver of this flavor's nodes."""

    version: Text | None = Field(default=None, description="Driver version.")


class EntryBlock(Block):
    """One entry of ``resources``; (flavor, node_pool) identifies it."""

    flavor: Identifier = Field(description="The flavor of the nodes, such as modelarts.vm.gpu.t4u8.")
    count: (
        Annotated[Annotated[Nodes, Plain] | Annotated[CountRangeBlock, Table], Discriminator(choose_table)] | None
    ) = Field(
        default=None,
        description="Nodes wanted, or { min, max, initial }: act only outside the range. Not needed beside azs.",
    )
    max_count: Annotated[int, Field(ge=1, le=MAXIMUM_NODES)] | None = Field(
        default=None, description="Quota of a Logical pool, not below count; on a Dedicate pool equal to count."
    )
    node_pool: Annotated[str, Field(pattern=NODE_POOL)] | None = Field(
        default=None, description="Node pool: 1 to 50 lower-case letters, digits and hyphens, starting with a letter."
    )
    azs: Annotated[list[AzBlock], Field(min_length=1)] | None = Field(
        default=None, description="Nodes by availability zone; order does not matter."
    )
    tags: list[TagBlock] | None = Field(default=None, description="Tags of the nodes, matched by key.")
    taints: list[TaintBlock] | None = Field(default=None, description="Taints of the nodes, matched by key and effect.")
    labels: Verbatim | None = Field(default=None, description="Kubernetes labels of the nodes; keys are verbatim.")
    network: EntryNetworkBlock | None = Field(default=None, description="Network of the nodes of a privileged pool.")
    extend_params: Verbatim | None = Field(
        default=None,
        description="Custom node settings, keys verbatim and values texts: dockerBaseSize, postInstall, runtime, …",
    )
    creating_step: CreatingStepBlock | None = Field(default=None, description="The step in which nodes are made.")
    root_volume: RootVolumeBlock | None = Field(default=None, description="System disk of the nodes.")
    data_volumes: list[DataVolumeBlock] | None = Field(
        default=None, description="Data disks of the nodes; order is kept."
    )
    volume_group_configs: list[VolumeGroupConfigBlock] | None = Field(
        default=None, description="How the data disks are grouped; needed with custom data disks."
    )
    os: OsBlock | None = Field(default=None, description="Image of the nodes.")
    driver: EntryDriverBlock | None = Field(default=None, description="Driver of this entry's nodes.")
