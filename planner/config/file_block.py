"""A whole ``*.pools.toml`` file."""

from pydantic import Field

from planner.config.request_blocks import AllowBlock, ImportBlock, RemovedBlock
from planner.config.settings_blocks import BackendBlock, PoolctlBlock, ProviderBlock
from planner.kinds.block_types import Block, BlockName
from planner.kinds.network_block import NetworkBlock
from planner.kinds.pool_block import PoolBlock
from planner.kinds.rule_blocks import GuardsBlock


class FileBlock(Block):
    """Desired state of ModelArts resource pools: one of the *.pools.toml files of a directory."""

    poolctl: PoolctlBlock | None = Field(default=None, description="What the files ask of poolctl itself.")
    backend: BackendBlock | None = Field(default=None, description="Where the state is kept; one for all files.")
    provider: ProviderBlock | None = Field(default=None, description="The service; one for all files.")
    guards: GuardsBlock | None = Field(default=None, description="Limits on what one apply may do to each pool.")
    network: dict[BlockName, NetworkBlock] | None = Field(default=None, description="Networks by name.")
    pool: dict[BlockName, PoolBlock] | None = Field(default=None, description="Resource pools by name.")
    removed: list[RemovedBlock] | None = Field(default=None, description="What is no longer managed.")
    import_: list[ImportBlock] | None = Field(default=None, alias="import", description="What is adopted.")
    allow: list[AllowBlock] | None = Field(default=None, description="What is permitted beyond the guards, for a time.")
