"""``[network.NAME]``: a network that pools are made in (contract 2.10, semantics 9)."""

from typing import Annotated

from pydantic import Field

from planner.kinds.block_types import Block, Description, DisplayName, ForEach, Identifier, Text, Workspace
from planner.kinds.rule_blocks import LifecycleBlock
from planner.kinds.value_rules import NETWORK_NAME


class PeerConnectionBlock(Block):
    """A connection to a VPC."""

    peer_vpc_id: Identifier = Field(description="Id of the VPC.")
    peer_subnet_id: Identifier = Field(description="Id of the subnet in that VPC.")
    default_gate_way: bool | None = Field(default=None, description="Make it the default route.")


class SfsTurboConnectionBlock(Block):
    """A connection to an SFS Turbo file system."""

    name: Text = Field(description="Name of the connection.")
    sfs_id: Identifier = Field(description="Id of the file system.")
    subnet_id: Identifier | None = Field(default=None, description="Id of the subnet that is used.")


class ConnectionBlock(Block):
    """What a network is connected to; each list is the whole wanted list."""

    peer_connection_list: list[PeerConnectionBlock] | None = Field(
        default=None, description="VPC peerings; order is kept."
    )
    sfs_turbo_connection_list: list[SfsTurboConnectionBlock] | None = Field(
        default=None, description="SFS Turbo file systems; order is kept."
    )


class NetworkBlock(Block):
    """A network; its name and cidr are fixed at creation."""

    for_each: ForEach | None = Field(
        default=None,
        description="Makes the block once for each member of a list of texts or a map: each.key, each.value.",
    )
    name: DisplayName = Field(
        description="Display name: 4 to 32 of a-z, 0-9 and -, starting with a letter, not ending in a hyphen.",
        json_schema_extra={"pattern": NETWORK_NAME},
    )
    workspace_id: Workspace | None = None
    description: Description | None = None
    cidr: Annotated[str, Field(pattern=r"^[0-9.]{7,15}/[0-9]{1,2}$")] = Field(
        description="Address range: 10.0.0.0/8 to /24, 172.16.0.0/12 to /24 or 192.168.0.0/16 to /24."
    )
    ipv6enable: bool | None = Field(default=None, description="Also use IPv6; cannot be turned off again.")
    connection: ConnectionBlock | None = Field(default=None, description="VPC peerings and file systems.")
    lifecycle: LifecycleBlock | None = Field(default=None, description="What is never done to this network.")
