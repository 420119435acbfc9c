"""``[[removed]]``, ``[[import]]`` and ``[[allow]]``: what reviewers are asked once."""

from typing import Annotated, Literal

from pydantic import Field

from planner.kinds.block_types import Block, Text
from planner.kinds.rule_blocks import Moment

AddressText = Annotated[
    str, Field(max_length=300, pattern=r'^(pool|network)\.[A-Za-z_][A-Za-z0-9_-]*(\["[^"\\]+"\])?$')
]
_Glob = Annotated[str, Field(max_length=300, pattern=r'^[A-Za-z0-9_*?-]+(\.[A-Za-z0-9_*?-]+(\["[^"\\]+"\])?)?$')]


class RemovedBlock(Block):
    """The only way to stop managing something."""

    from_: AddressText = Field(
        alias="from", description='Address to stop managing, such as pool.old or pool.team["a"].'
    )
    destroy: bool = Field(description="true deletes it from the service; false forgets it and leaves it running.")
    reason: Text | None = Field(default=None, description="Why; kept in the log.")


class ImportBlock(Block):
    """Adopt an object that exists."""

    to: AddressText = Field(description="Address of the block that describes it.")
    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{3,127}$")] = Field(
        description="Its id (metadata.name): the display name, a hyphen and the project id."
    )


class AllowBlock(Block):
    """A permission that ends by itself."""

    address: _Glob = Field(description="Address that is permitted; * and ? stand for any text, except for destroys.")
    class_: Literal["none", "new_nodes", "drains", "interrupts", "destroys", "purchases", "recreate"] | None = Field(
        default=None,
        alias="class",
        description="What is permitted: a disruption class, purchases, or recreate (make anew what vanished).",
    )
    max_nodes_removed: Annotated[int, Field(ge=0, le=1_000_000)] | None = Field(
        default=None, description="Nodes that one apply may remove in spite of the guards."
    )
    until: Moment = Field(description="The end of the permission, with its offset: 2026-12-01T06:00:00Z.")
    reason: Text | None = Field(default=None, description="Why, such as a ticket.")
