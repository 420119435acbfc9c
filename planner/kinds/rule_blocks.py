"""``lifecycle``, ``guards`` and ``freeze`` of a block: what apply may do to it."""

from typing import Annotated, Final, Literal

from pydantic import AwareDatetime, Field

from planner.kinds.block_types import Block, Text

DISRUPTION_WORDS: Final = ("none", "new_nodes", "drains", "interrupts", "destroys")
"""Disruption classes, lowest first (semantics 4)."""

DRIFT_WORDS: Final = ("revert", "keep", "stop")
"""What to do about drift, from the one that acts most to the one that never acts."""

Disruption = Literal["none", "new_nodes", "drains", "interrupts", "destroys"]
OnDrift = Literal["revert", "keep", "stop"]
Moment = Annotated[AwareDatetime, Field(strict=True)]
_Limit = Annotated[int, Field(ge=0, le=1_000_000)]


class LifecycleBlock(Block):
    """What is never done to a resource."""

    prevent_destroy: bool | None = Field(
        default=None, description="Refuse every plan that would delete or replace this resource."
    )
    ignore_changes: list[Text] | None = Field(
        default=None,
        description='Config paths that are set on create and left alone ever after, such as "resources[FLAVOR].count".',
    )


class GuardsBlock(Block):
    """Limits on what one apply may do; a pool may only tighten them."""

    max_disruption: Disruption | None = Field(
        default=None, description="The highest disruption class that needs no permission; absent: drains."
    )
    max_percent_removed: Annotated[int, Field(ge=0, le=100)] | None = Field(
        default=None, description="Nodes of a pool that one apply may remove, in percent; absent: 50."
    )
    max_nodes_removed: _Limit | None = Field(
        default=None, description="Nodes of a pool that one apply may remove; absent: no limit."
    )
    max_nodes_added: _Limit | None = Field(
        default=None, description="Nodes that one apply may add to a pool; absent: 30."
    )
    on_drift: OnDrift | None = Field(
        default=None,
        description="What to do about drift that nobody asked for: revert it, keep it, or stop; absent: by its class.",
    )


class FreezeBlock(Block):
    """No write to the pool until a moment."""

    until: Moment = Field(description="The end of the freeze, with its offset: 2026-12-01T00:00:00Z.")
    reason: Text = Field(description="Why; shown to whoever is stopped by it.")
