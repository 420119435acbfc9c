"""Drift: what others changed since the last apply, and what is to be done about it (semantics 2.3)."""

from collections.abc import Callable

from planner.core.addresses import Address
from planner.core.assign import find_field
from planner.core.changes import Disruption, DriftRow
from planner.core.field_changes import find_differences
from planner.core.field_paths import FieldPath
from planner.core.flatten import Refined, find_refined_keys, find_shared_keys
from planner.core.kind_rules import KindRules
from planner.core.lazy_dataclass import dataclass
from planner.core.list_order import is_same_field
from planner.core.live_trees import find_phase, make_seen
from planner.core.snapshot import LiveResource
from planner.core.tracking import TrackedResource
from planner.core.trees import ABSENT, Maybe, Tree, as_text, as_tree, is_same

REVERT = "revert"
KEEP = "keep"
STOP = "stop"


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftView:
    """What drift of one resource is told from: ``policies`` holds the decision by path."""

    address: Address
    tracked: TrackedResource
    live: LiveResource
    is_managed: Callable[[FieldPath], bool]
    policies: dict[FieldPath, str]


def find_drift(view: DriftView, *, rules: KindRules) -> tuple[DriftRow, ...]:
    """Return a row for each field that differs from what was last seen, and one for the phase."""
    seen, live = view.tracked.last_seen, make_seen(view.live)
    if is_same(seen, live):
        return ()
    refined = _find_refined(view, (seen, live), rules)
    differences = find_differences(_make_fields(seen), _make_fields(live), rules=rules, refined=refined)
    rows = [
        DriftRow(
            address=view.address,
            label=rules.format_label(path),
            before=before,
            after=after,
            is_managed=view.is_managed(path),
            policy=view.policies.get(path, ""),
        )
        for path, before, after in differences
    ]
    return (*rows, *_find_phase_drift(view, as_text(seen.get("phase", ABSENT))))


def find_baseline(tracked: TrackedResource, path: FieldPath, *, rules: KindRules) -> Maybe:
    """Return what a field was last known to be: as sent, else as seen."""
    sent = find_field(tracked.last_applied, path, rules=rules)
    return sent if sent is not ABSENT else find_field(tracked.last_seen, path, rules=rules)


def is_drift(tracked: TrackedResource, path: FieldPath, *, desired: Maybe, rules: KindRules) -> bool:
    """Tell whether a difference is somebody else's: the files ask for what they asked for at the last apply."""
    return is_same_field(find_baseline(tracked, path, rules=rules), desired, path=path, rules=rules)


def choose_policy(configured: str | None, disruption: Disruption) -> str:
    """Return what becomes of one drifted field: as configured, else by what reverting it would do."""
    if configured is not None:
        return configured
    return REVERT if disruption <= Disruption.NEW_NODES else STOP


def _make_fields(seen: Tree) -> Tree:
    return {"metadata": as_tree(seen.get("metadata", {})), "spec": as_tree(seen.get("spec", {}))}


def _find_refined(view: DriftView, trees: tuple[Tree, ...], rules: KindRules) -> Refined:
    """Return the keys whose optional members count: as for the plan, and where entries differ in them alone."""
    shared = (find_shared_keys(tree, rules) for tree in trees)
    return find_refined_keys((view.tracked.last_applied,), rules).union(*shared)


def _find_phase_drift(view: DriftView, before: str) -> tuple[DriftRow, ...]:
    after = find_phase(view.live)
    if before == after:
        return ()
    return (DriftRow(address=view.address, label="phase", before=before, after=after, is_managed=False),)
