"""``lifecycle``, ``guards`` and ``freeze`` of a block: what apply may do to it."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from planner.kinds.block_types import Block, Text

Disruption = Literal["none", "new_nodes", "drains", "interrupts", "destroys"]
OnDrift = Literal["revert", "keep", "stop"]
Moment = Annotated[AwareDatetime, Field(strict=True)]
_Limit = Annotated[int, Field(ge=0, le=1_000_000)]
Money = Annotated[float, Field(ge=0, le=1_000_000, allow_inf_nan=False)]


class LifecycleBlock(Block):
    """What is never done to a resource."""

    prevent_destroy: bool | None = Field(
        default=None, description="Refuse every plan that would delete or replace this resource."
    )
    ignore_changes: list[Text] | None = Field(
        default=None,
        description='Config paths that are set on create and left alone ever after, such as "resources[FLAVOR].count".',
    )


class LimitsBlock(Block):
    """Limits on what one apply may do."""

    max_disruption: Disruption | None = Field(
        default=None,
        description="The highest disruption class that needs no permission; absent: drains for a pool, any for a run.",
    )
    max_percent_removed: Annotated[int, Field(ge=0, le=100)] | None = Field(
        default=None,
        description="Nodes that one apply may remove, in percent, at least one; absent: 50 for a pool, any for a run.",
    )
    max_nodes_removed: _Limit | None = Field(
        default=None, description="Nodes that one apply may remove; absent: no limit."
    )
    max_nodes_added: _Limit | None = Field(
        default=None, description="Nodes that one apply may add; absent: 30 for a pool, any for a run."
    )
    max_accelerators_removed: _Limit | None = Field(
        default=None, description="GPUs and NPUs that one apply may remove; absent: no limit."
    )
    max_hourly_cost_added: Money | None = Field(
        default=None, description="Money an hour that one apply may add, by [prices]; absent: no limit."
    )


class GuardsBlock(LimitsBlock):
    """Limits on what one apply may do to a pool; a pool may only tighten them."""

    on_drift: OnDrift | None = Field(
        default=None,
        description="What to do about drift that nobody asked for: revert it, keep it, or stop; absent: by its class.",
    )


class RunGuardsBlock(LimitsBlock):
    """Limits on one apply as a whole, over all pools; what is not written has no limit."""


class AllGuardsBlock(GuardsBlock):
    """Limits on what one apply may do to each pool, and as a whole."""

    run: RunGuardsBlock | None = Field(
        default=None, description="The same over the whole apply; what is not written here has no limit."
    )


class FreezeBlock(Block):
    """No write to the pool until a moment."""

    until: Moment = Field(description="The end of the freeze, with its offset: 2026-12-01T00:00:00Z.")
    reason: Text = Field(description="Why; shown to whoever is stopped by it.")
