"""``--up-to-idle``: a shrinkage takes only as many nodes as are idle now, and says how many stay (semantics 7.5)."""

from collections.abc import Iterator
from dataclasses import field

from planner.core.assign import find_field, set_field
from planner.core.changes import NodeConstraint
from planner.core.entries import find_entry
from planner.core.field_paths import EntryKey, FieldPath
from planner.core.kind_rules import KindRules
from planner.core.lazy_dataclass import dataclass, replace
from planner.core.node_counts import find_removable
from planner.core.preparing import RESOURCES, find_entry_keys
from planner.core.snapshot import Evidence, Unread
from planner.core.trees import ABSENT, Maybe, Tree, as_int, as_list, as_text, as_tree, find_member

_LOGICAL = "Logical"


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldBack:
    """A removal that is made smaller: ``asked`` holds the nodes that the files let go, of which ``idle`` go."""

    asked: NodeConstraint
    idle: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A target whose shrinkages take idle nodes only."""

    full: Tree
    held_back: tuple[HeldBack, ...] = ()


def hold_back(before: Tree, full: Tree, *, evidence: Evidence | Unread | None, rules: KindRules) -> Held:
    """Return the target ``full`` with no shrinkage larger than the number of its idle nodes.

    Without a look at the nodes that failed nothing is idle; without one at all (None) nothing is held back yet.
    A Logical pool has no nodes of its own, and an entry that names zones for the first time is left as it is.
    """
    if evidence is None or rules.lists.get(RESOURCES) is None or find_member(before, "spec", "type") == _LOGICAL:
        return Held(full=full)
    holding = _Holding(evidence=evidence)
    for key in find_entry_keys(before, rules):
        full = _hold_entry(before, full, key=key, rules=rules, holding=holding)
    return Held(full=full, held_back=tuple(holding.held_back))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Holding:
    """The nodes that are spoken for, so that no two entries count on the same idle one, and what is held back."""

    evidence: Evidence | Unread
    taken: set[str] = field(default_factory=set)
    held_back: list[HeldBack] = field(default_factory=list)

    def hold(self, asked: NodeConstraint) -> int:
        """Return how many of the nodes that are ``asked`` stay, because they are not idle."""
        if asked.count <= 0:
            return 0
        free = find_removable(self.evidence, asked) if isinstance(self.evidence, Evidence) else ()
        names = [one.name for one in free if one.name not in self.taken][: asked.count]
        self.taken.update(names)
        if len(names) < asked.count:
            self.held_back.append(HeldBack(asked=asked, idle=len(names)))
        return asked.count - len(names)


def _hold_entry(before: Tree, full: Tree, *, key: EntryKey, rules: KindRules, holding: _Holding) -> Tree:
    place = (*RESOURCES, key)
    old, new = as_tree(find_field(before, place, rules=rules)), as_tree(find_field(full, place, rules=rules))
    if not old or (not new and _is_ambiguous(full, key, rules)):
        return full
    constraint = NodeConstraint(flavor=key.parts[0], node_pool=key.parts[1], count=_count(old) - _count(new))
    zones = _find_zones(old), _find_zones(new)
    if new and zones[1] and zones[0] != zones[1]:
        return _hold_zones(full, zones, place=place, rules=rules, hold=(holding, constraint)) if zones[0] else full
    kept = holding.hold(constraint)
    if not kept:
        return full
    if not new:
        # Entries that go keep their place: only the count of what stays is another one.
        restored = _restore_entry(before, full, key, rules=rules)
        return set_field(restored, (*place, "count"), value=kept, rules=rules)
    return set_field(full, (*place, "count"), value=_count(new) + kept, rules=rules)


def _hold_zones(
    full: Tree,
    zones: tuple[dict[str, int], dict[str, int]],
    *,
    place: FieldPath,
    rules: KindRules,
    hold: tuple[_Holding, NodeConstraint],
) -> Tree:
    """Hold back zone by zone; the count of the entry follows their sum."""
    holding, constraint = hold
    old, new = zones
    total = sum(new.values())
    for az, count in old.items():
        kept = holding.hold(replace(constraint, az=az, count=count - new.get(az, 0)))
        if kept:
            path = (*place, "azs", EntryKey(parts=(az,)), "count")
            full = set_field(full, path, value=new.get(az, 0) + kept, rules=rules)
            total += kept
    if total == sum(new.values()) or find_field(full, (*place, "count"), rules=rules) is ABSENT:
        return full
    return set_field(full, (*place, "count"), value=total, rules=rules)


def _restore_entry(before: Tree, full: Tree, key: EntryKey, *, rules: KindRules) -> Tree:
    """Return ``full`` with the entry of ``key`` where it stands in ``before``."""
    rule = rules.lists[RESOURCES]
    present = as_list(find_member(before, *RESOURCES))
    entries = list(as_list(find_member(full, *RESOURCES)))
    index = find_entry(present, rule, key=key)[0]
    entries.insert(min(index, len(entries)), present[index])
    return {**full, "spec": {**as_tree(full["spec"]), "resources": entries}}


def _is_ambiguous(full: Tree, key: EntryKey, rules: KindRules) -> bool:
    return len(find_entry(as_list(find_member(full, *RESOURCES)), rules.lists[RESOURCES], key=key)) > 1


def _count(entry: Tree) -> int:
    return as_int(entry.get("count", ABSENT))


def _find_zones(entry: Tree) -> dict[str, int]:
    return dict(_iterate_zones(entry.get("azs", ABSENT)))


def _iterate_zones(zones: Maybe) -> Iterator[tuple[str, int]]:
    for zone in map(as_tree, as_list(zones)):
        yield as_text(zone.get("az", ABSENT)), as_int(zone.get("count", ABSENT))
