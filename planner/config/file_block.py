"""A whole ``*.pools.toml`` file."""

from typing import Annotated

from pydantic import Field

from planner.config.language_blocks import AnyValue, IncludeBlock, MovedBlock, PolicyBlock, VariableBlock
from planner.config.request_blocks import AllowBlock, ImportBlock, RemovedBlock
from planner.config.rollout_blocks import RolloutBlock
from planner.config.settings_blocks import BackendBlock, PoolctlBlock, ProviderBlock
from planner.kinds.block_types import Block, BlockName, InstanceName
from planner.kinds.network_block import NetworkBlock
from planner.kinds.pool_block import PoolBlock
from planner.kinds.rule_blocks import AllGuardsBlock, Money

PriceKey = Annotated[str, Field(min_length=1, max_length=253)]


class FileBlock(Block):
    """Desired state of ModelArts resource pools: one of the *.pools.toml files of a directory."""

    include: IncludeBlock | None = Field(default=None, description="Files of other directories that are read, too.")
    poolctl: PoolctlBlock | None = Field(default=None, description="What the files ask of poolctl itself.")
    backend: BackendBlock | None = Field(default=None, description="Where the state is kept; one for all files.")
    provider: ProviderBlock | None = Field(default=None, description="The service; one for all files.")
    guards: AllGuardsBlock | None = Field(default=None, description="Limits on what one apply may do.")
    prices: dict[PriceKey, Money] | None = Field(default=None, description="Price of one node an hour by flavor.")
    variable: dict[BlockName, VariableBlock] | None = Field(default=None, description="Values given from outside.")
    locals: dict[BlockName, AnyValue] | None = Field(default=None, description="Values computed once, by name.")
    network: dict[InstanceName, NetworkBlock] | None = Field(default=None, description="Networks by name.")
    pool: dict[InstanceName, PoolBlock] | None = Field(default=None, description="Resource pools by name.")
    removed: list[RemovedBlock] | None = Field(default=None, description="What is no longer managed.")
    moved: list[MovedBlock] | None = Field(default=None, description="What has another address now.")
    import_: list[ImportBlock] | None = Field(default=None, alias="import", description="What is adopted.")
    allow: list[AllowBlock] | None = Field(default=None, description="What is permitted beyond the guards, for a time.")
    rollout: dict[BlockName, RolloutBlock] | None = Field(
        default=None, description="How changes of certain fields go through the pools, one after the other."
    )
    policy: dict[BlockName, PolicyBlock] | None = Field(default=None, description="Rules that every plan keeps.")
