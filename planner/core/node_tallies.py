"""Where a pool's nodes are, as its status counts them, against what its entries ask for (contract 3 and 4.3)."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TypeAlias

from planner.core.entries import make_key
from planner.core.events import NodeProgress
from planner.core.field_paths import EntryKey
from planner.core.kind_rules import KindRules, ListRule
from planner.core.lazy_dataclass import dataclass
from planner.core.preparing import RESOURCES
from planner.core.snapshot import LiveResource
from planner.core.trees import ABSENT, Tree, as_int, as_list, as_text, as_tree, find_member

Place: TypeAlias = tuple[str, str]
"""A flavor and a node pool; the pool is empty for the flavor's default one."""

# Contract 3: ``creationFailed`` was read by an older client only; buckets that are empty are left out (P7).
_BUCKETS = ("creating", "available", "abnormal", "deleting", "creationFailed")


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeTally:
    """Nodes of one flavor and node pool: how many are wanted, and how many the status counts.

    ``present`` are those that count as there. ``name`` is the flavor, with the node pool where the
    status tells them apart.
    """

    name: str
    wanted: int
    present: int
    available: int
    creating: int
    deleting: int
    failed: int

    @property
    def is_settled(self) -> bool:
        """Tell whether as many are there as wanted, and none is coming or going."""
        return self.present == self.wanted and not self.creating and not self.deleting


def make_tallies(
    wanted: Tree, live: LiveResource, *, rules: KindRules, keys: Iterable[EntryKey], counts_abnormal: bool = False
) -> tuple[NodeTally, ...]:
    """Return a tally for each place of ``keys``: what ``wanted``, a resource's tree, asks for and ``live`` counts.

    Where the status names no node pool for a flavor, its places are one: their counts are sums over the
    flavor. A kind without nodes has none. With ``counts_abnormal`` an abnormal node is there too.
    """
    rule = rules.lists.get(RESOURCES)
    if rule is None:
        return ()
    rows = {bucket: _find_rows(live.status, bucket) for bucket in _BUCKETS}
    split = frozenset(as_text(row.get("flavor")) for listed in rows.values() for row in listed if row.get("nodePool"))
    asked = _sum_counts(map(as_tree, as_list(find_member(wanted, *RESOURCES))), rule, split=split)
    sums = {bucket: _sum_counts(listed, rule, split=split) for bucket, listed in rows.items()}
    places = dict.fromkeys(_make_place(key, split) for key in keys)
    return tuple(_make_tally(one, sums, wanted=asked[one], counts_abnormal=counts_abnormal) for one in places)


def make_node_progress(tallies: Iterable[NodeTally]) -> tuple[NodeProgress, ...]:
    """Return the rows that a waiting user is shown."""
    return tuple(
        NodeProgress(
            flavor=one.name,
            wanted=one.wanted,
            available=one.available,
            creating=one.creating,
            deleting=one.deleting,
        )
        for one in tallies
    )


def _find_rows(status: Tree, bucket: str) -> list[Tree]:
    return [as_tree(row) for row in as_list(find_member(status, "resources", bucket))]


def _sum_counts(rows: Iterable[Tree], rule: ListRule, *, split: frozenset[str]) -> Counter[Place]:
    counts: Counter[Place] = Counter()
    for row in rows:
        counts[_make_place(make_key(row, rule), split)] += as_int(row.get("count", ABSENT))
    return counts


def _make_place(key: EntryKey, split: frozenset[str]) -> Place:
    flavor, node_pool = key.parts[:2]
    return flavor, node_pool if flavor in split else ""


def _make_tally(place: Place, sums: Mapping[str, Counter[Place]], *, wanted: int, counts_abnormal: bool) -> NodeTally:
    available = sums["available"][place]
    return NodeTally(
        name="/".join(part for part in place if part),
        wanted=wanted,
        present=available + (sums["abnormal"][place] if counts_abnormal else 0),
        available=available,
        creating=sums["creating"][place],
        deleting=sums["deleting"][place],
        failed=sums["creationFailed"][place],
    )
