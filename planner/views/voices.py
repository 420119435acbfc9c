"""The literal lines that name the tool: poolctl's own, and Terraform's for readers that look for them."""

from typing import Final

from planner.core.lazy_dataclass import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """How a plan is introduced; ``keyword`` stands before the kind in the first line of a block."""

    tool: str
    intro: str
    drift_note: str
    keyword: str = ""


POOLCTL: Final = Voice(
    tool="poolctl",
    intro="poolctl made the following plan. Resource actions are indicated with the following symbols:",
    drift_note='poolctl detected the following changes made outside of poolctl since the last "poolctl apply":',
)
TERRAFORM: Final = Voice(
    tool="Terraform",
    intro="Terraform used the selected providers to generate the following execution plan. Resource actions are "
    "indicated with the following symbols:",
    drift_note="Terraform detected the following changes made outside of Terraform since the last "
    '"terraform apply" which may have affected this plan:',
    keyword="resource ",
)
