"""Entries whose zones the files name for the first time: where their nodes are, and whether names can be chosen.

The service says of no entry in which zones its nodes are; only the nodes themselves do. A removal by name is of
the whole entry then, so that it hits the right zone only where there is but one (semantics 7.5).
"""

from collections import Counter
from collections.abc import Iterator, Mapping

from planner.core.assign import find_field
from planner.core.changes import Change, NodeConstraint
from planner.core.field_paths import EntryKey
from planner.core.kind_rules import KindRules
from planner.core.lazy_dataclass import dataclass
from planner.core.node_counts import find_matching
from planner.core.preparing import RESOURCES, find_entry_keys
from planner.core.snapshot import Evidence
from planner.core.trees import Tree, as_int, as_list, as_text, as_tree


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstZones:
    """An entry whose zones are named for the first time, and the nodes that each zone has now."""

    key: EntryKey
    present: Mapping[str, int]


def count_zones(evidence: Evidence, key: EntryKey) -> dict[str, int]:
    """Return the nodes of an entry by zone, as the nodes say; a node that says none has the zone ''."""
    constraint = NodeConstraint(flavor=key.parts[0], node_pool=key.parts[1], count=0)
    return dict(sorted(Counter(node.az for node in find_matching(evidence.nodes, constraint)).items()))


def is_removed_by_name(present: Mapping[str, int], wanted: Mapping[str, int]) -> bool:
    """Tell whether no node goes, or only nodes of the one zone that there is: those are chosen by name."""
    is_losing = any(wanted.get(az, 0) < count for az, count in present.items())
    is_growing = any(present.get(az, 0) < count for az, count in wanted.items())
    return not is_losing or (len(present) == 1 and not is_growing)


def find_chosen_by_service(change: Change, evidence: Evidence, *, rules: KindRules) -> Iterator[FirstZones]:
    """Yield the entries of ``change`` whose nodes the service would choose, because their zones are named only now."""
    for key in find_entry_keys(change.before or {}, rules):
        old, new = (_find_zones(tree or {}, key, rules) for tree in (change.before, change.after))
        present = count_zones(evidence, key)
        if new and not old and not is_removed_by_name(present, new):
            yield FirstZones(key=key, present=present)


def _find_zones(tree: Tree, key: EntryKey, rules: KindRules) -> dict[str, int]:
    zones = as_list(find_field(tree, (*RESOURCES, key, "azs"), rules=rules))
    return {as_text(as_tree(one).get("az")): as_int(as_tree(one).get("count")) for one in zones}
