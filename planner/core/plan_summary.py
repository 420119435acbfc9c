"""What a plan says of its changes as a whole: how many of which kind, and how many nodes."""

from planner.core.changes import Action, Change, PlanInputs, PlanSummary
from planner.core.money import HourlyCost


def summarise(changes: tuple[Change, ...], *, is_partial: bool, cost: HourlyCost | None) -> PlanSummary:
    """Return the counts of ``changes``; ``cost`` and whether options left resources out are not seen in them."""
    counts = {action: sum(1 for one in changes if one.action is action) for action in Action}
    return PlanSummary(
        create=counts[Action.CREATE],
        update=counts[Action.UPDATE],
        replace=counts[Action.REPLACE],
        delete=counts[Action.DELETE],
        import_=counts[Action.IMPORT],
        forget=counts[Action.FORGET],
        no_op=counts[Action.NO_OP],
        move=sum(1 for one in changes if one.previous_address is not None),
        nodes_before=sum(one.nodes_before for one in changes),
        nodes_after=sum(one.nodes_after for one in changes),
        is_partial=is_partial,
        cost=cost,
    )


def is_partial(inputs: PlanInputs) -> bool:
    """Tell whether options left resources out of the plan that has ``inputs``."""
    return bool(inputs.target or inputs.exclude)
