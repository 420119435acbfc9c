"""``[rollout.NAME]``: how changes of certain fields go through the pools."""

from typing import Annotated, Literal

from pydantic import Field

from planner.kinds.block_types import Block, Text

Day = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_Start = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
_End = Annotated[str, Field(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$")]


class WindowBlock(Block):
    """The hours in which a rollout may start something."""

    days: Annotated[list[Day], Field(min_length=1)] | None = Field(
        default=None, description="Days on which the window opens; absent: every day."
    )
    start: _Start = Field(description="When it opens, by the wall clock: 22:00.")
    end: _End = Field(description="When nothing more starts: 04:00; a time before start is one of the next day.")
    tz: Text = Field(description="Time zone of both, by its name: Europe/Berlin.")


class RolloutBlock(Block):
    """Changes of certain fields go through the pools one after the other."""

    fields: Annotated[list[Text], Field(min_length=1)] = Field(
        description='Config paths of the fields that take their turn, such as "driver" or "driver.gpu_version".'
    )
    order: Annotated[list[Text], Field(min_length=1)] | None = Field(
        default=None, description='Address globs in order, such as "pool.canary", "pool.*"; absent: all pools.'
    )
    batch: Annotated[int, Field(ge=1, le=1_000_000)] | None = Field(
        default=None, description="How many pools at a time; absent: one."
    )
    batch_percent: Annotated[int, Field(ge=1, le=100)] | None = Field(
        default=None, description="The same in percent of the pools that order names, at least one."
    )
    on_failure: Literal["stop", "continue"] | None = Field(
        default=None, description="stop starts nothing more after the first failure and is the default."
    )
    window: WindowBlock | None = Field(default=None, description="When it may start something; absent: at any time.")
