"""What has to be looked at besides the resources themselves, and for which pools (semantics 1.6)."""

from planner.core.addresses import Address
from planner.core.changes import Action, Change, Disruption, FieldChange, Plan
from planner.core.desired import DesiredState
from planner.core.lazy_dataclass import dataclass
from planner.core.tallies import count_added, count_removed
from planner.core.trees import as_int

_LEAVING = frozenset({Action.DELETE, Action.REPLACE})
_MAKING = frozenset({Action.CREATE, Action.REPLACE})


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceNeeds:
    """The pools whose nodes and jobs decide, and whether flavors and quotas of the project are wanted."""

    pools: frozenset[Address]
    flavors: bool
    quotas: bool

    @property
    def is_any(self) -> bool:
        """Tell whether anything is to be looked at."""
        return bool(self.pools) or self.flavors or self.quotas


def find_evidence_needs(plan: Plan, desired: DesiredState) -> EvidenceNeeds:
    """Return what decides, and what there is to tell, about the changes of ``plan``.

    Jobs: where nodes go, where a driver is upgraded, and where a change may end jobs. Flavors, and how many
    accelerators they have: where nodes come or go, and where a policy counts them.
    Quotas: where something is made or grows.
    """
    changes = [one for one in plan.changes if one.operations]
    is_growing = any(count_added(one) for one in changes)
    return EvidenceNeeds(
        pools=frozenset(one.address for one in changes if one.kind == "pool" and _is_deciding(one)),
        flavors=any(map(_is_moving_nodes, changes)) or _is_counting_cards(desired),
        quotas=is_growing or any(one.action in _MAKING for one in changes),
    )


def _is_counting_cards(desired: DesiredState) -> bool:
    """Tell whether a policy may read how many accelerators there are."""
    return any("cards" in one.condition for one in desired.policies)


def _is_moving_nodes(change: Change) -> bool:
    # A replaced pool takes as many nodes as it had: all of them go, and all of them come.
    return count_added(change) > 0 or count_removed(change) > 0 or change.action is Action.REPLACE


def _is_deciding(change: Change) -> bool:
    if change.action in _LEAVING:
        return True
    if change.action is Action.CREATE:
        return False
    shrinks = any(operation.nodes for operation in change.operations)
    return shrinks or any(_is_harmful(one) for one in change.fields)


def _is_harmful(field: FieldChange) -> bool:
    """Tell whether a look at the jobs says what the change of a field does to them, or to whom."""
    match field.path:
        case ("spec", "driver", *_):
            return True
        case ("spec", "resources", _, "azs", *_):
            return True
        case ("spec", "resources", _, "count"):
            return as_int(field.after) < as_int(field.before)
        case _:
            return field.disruption >= Disruption.INTERRUPTS
