"""``[poolctl.severities]``: rules of the service whose severity the files may set (decision 14)."""

from typing import Literal

from pydantic import ConfigDict, Field

from planner.kinds.block_types import Block

_Level = Literal["error", "warning", "notice"]


class ConfigSeveritiesBlock(Block):
    """Severities of the codes that begin with config."""

    # The keys are codes, which are spelled with hyphens.
    model_config = ConfigDict(alias_generator=lambda name: name.replace("_", "-"))

    allow_matches_nothing: _Level | None = Field(
        default=None, description="A permission for an address that no file has; warning by default."
    )
    dedicate_pool: _Level | None = Field(default=None, description="A parent on a Dedicate pool; warning by default.")
    driver_without_accelerator: _Level | None = Field(
        default=None, description="A driver for an accelerator that no flavor of the pool has; error by default."
    )
    driver_without_strategy: _Level | None = Field(
        default=None, description="A driver version without an update strategy; warning by default."
    )
    logical_pool: _Level | None = Field(
        default=None, description="A key that the service refuses on a Logical pool, such as scope; error by default."
    )
    name_pattern: _Level | None = Field(
        default=None, description="A display name that not every edition of the API takes; error by default."
    )
    overlapping_ranges: _Level | None = Field(
        default=None, description="Address ranges of one pool that overlap; warning by default."
    )
    privileged_pool: _Level | None = Field(
        default=None, description="A scope on a pool in a VPC of one's own; warning by default."
    )
    subscription: _Level | None = Field(
        default=None, description="Billing by subscription without its period; warning by default."
    )
    too_many_flavors: _Level | None = Field(
        default=None, description="More than ten entries in a pool; error by default."
    )
    volume_group: _Level | None = Field(
        default=None, description="Data disks in a group that is not described; warning by default."
    )


class SeveritiesBlock(Block):
    """How much the rules matter that only the service can judge for sure."""

    config: ConfigSeveritiesBlock | None = Field(default=None, description="Codes that begin with config.")
