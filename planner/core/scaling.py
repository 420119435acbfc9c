"""What ``scale`` asks for: so many nodes of one flavor, node pool and zone; and what a plan makes of it."""

import re
from typing import Final

from planner.core.addresses import Address
from planner.core.assign import find_field
from planner.core.changes import Action, Change, Plan
from planner.core.field_paths import EntryKey, FieldPath
from planner.core.kind_rules import KindRules
from planner.core.lazy_dataclass import dataclass
from planner.core.preparing import RESOURCES
from planner.core.trees import Tree, as_int

_SPELLING: Final = re.compile(
    r"(?P<flavor>[^/@=\s]+)(?:/(?P<node_pool>[^/@=\s]+))?(?:@(?P<az>[^/@=\s]+))?=(?P<count>[0-9]{1,6})", re.ASCII
)
_COUNTED: Final = ("count", "maxCount", "azs")


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleTarget:
    """``count`` nodes of ``flavor``; ``node_pool`` and ``az`` are empty where nobody named one."""

    flavor: str
    node_pool: str = ""
    az: str = ""
    count: int

    @property
    def name(self) -> str:
        """Return what is scaled, as users spell it."""
        pool = f"/{self.node_pool}" if self.node_pool else ""
        return f"{self.flavor}{pool}{f'@{self.az}' if self.az else ''}"


def parse_scale_target(text: str) -> ScaleTarget | None:
    """Return the target that ``FLAVOR[/NODE_POOL][@AZ]=N`` spells; None where it spells none."""
    match = _SPELLING.fullmatch(text)
    if match is None:
        return None
    return ScaleTarget(
        flavor=match["flavor"], node_pool=match["node_pool"] or "", az=match["az"] or "", count=int(match["count"])
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaledEntry:
    """A target and the entry of ``spec.resources`` that it means."""

    target: ScaleTarget
    key: EntryKey


def find_change(plan: Plan, address: Address) -> Change | None:
    """Return what ``plan`` does about ``address``."""
    return next((one for one in plan.changes if one.address == address), None)


def find_planned(tree: Tree, scaled: ScaledEntry, *, rules: KindRules) -> int:
    """Return how many nodes of ``scaled`` a pool's tree has: of its zone, where it names one."""
    place = (*RESOURCES, scaled.key)
    zone = ("azs", EntryKey(parts=(scaled.target.az,))) if scaled.target.az else ()
    return as_int(find_field(tree, (*place, *zone, "count"), rules=rules))


def find_total(tree: Tree, scaled: ScaledEntry, *, rules: KindRules) -> int:
    """Return how many nodes the whole entry of ``scaled`` has in a pool's tree."""
    return as_int(find_field(tree, (*RESOURCES, scaled.key, "count"), rules=rules))


def find_companions(plan: Plan, address: Address, scaled: tuple[ScaledEntry, ...]) -> tuple[str, ...]:
    """Return what ``plan`` changes besides the counts that were asked for: labels of fields, and other addresses.

    What has to wait for its turn in a rollout is none of it.
    """
    keys = {one.key.parts for one in scaled}
    own = find_change(plan, address)
    fields = () if own is None else own.fields
    later = frozenset() if own is None else _find_waiting(own)
    labels = [one.label for one in fields if one.path not in later and not _is_counted(one.path, keys)]
    others = [str(one.address) for one in plan.changes if one.address != address and one.action is not Action.NO_OP]
    return (*labels, *others)


def _find_waiting(change: Change) -> frozenset[FieldPath]:
    numbers = {number for turn in change.turns if turn.waits for number in turn.operations}
    return frozenset(intent.path for number in numbers for intent in change.operations[number - 1].intents)


def _is_counted(path: tuple[object, ...], keys: set[tuple[str, ...]]) -> bool:
    match path:
        case ("spec", "resources", EntryKey(parts=parts), str(member), *_):
            return parts[:2] in keys and member in _COUNTED
        case _:
            return False
