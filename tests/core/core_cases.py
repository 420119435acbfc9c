"""Trees and strategies that the tests of ``planner/core`` share."""

import copy
import itertools
import math
import random
from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import strategies as st

from planner.core.addresses import Address
from planner.core.advance import record_import
from planner.core.desired import DesiredResource
from planner.core.resource_changes import Making, make_import, make_update
from planner.core.snapshot import LiveResource
from planner.core.targets import Subject, find_target
from planner.core.tracking import TrackedResource
from planner.core.trees import Tree
from planner.kinds.pool import POOL_RULES

NAMES = st.sampled_from(["a", "b", "c", "__x", "os.modelarts/description"])
SCALARS = st.one_of(
    st.booleans(),
    st.integers(-3, 3),
    st.floats(allow_nan=False, allow_infinity=False, width=16),
    st.sampled_from(["", "x", "y"]),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=3)),
    max_leaves=8,
)
TREES = st.dictionaries(NAMES, VALUES, max_size=4)


def make_pool_tree(*entries: Tree, **annotations: str) -> Tree:
    """Return a pool's tree with these entries."""
    return {
        "metadata": {"labels": {"os.modelarts/name": "train"}, "annotations": dict(annotations)},
        "spec": {"type": "Dedicate", "resources": list(entries)},
    }


# Small domains are written out and sampled, not built by nested strategies: the same values, one draw each.
_TEXTS = ("x", "y")
_DICTIONARIES = [
    dict(zip(names, values, strict=True))
    for size in range(3)
    for names in itertools.combinations(_TEXTS, size)
    for values in itertools.product(_TEXTS, repeat=size)
]
_ZONES = [
    [{"az": az, "count": count} for az, count in zip(names, counts, strict=True)]
    for size in (1, 2, 3)
    for names in itertools.permutations(("z1", "z2", "z3"), size)
    for counts in itertools.product(range(1, 5), repeat=size)
]
_TAINTS = [
    [{"key": key, "effect": effect, "value": value} for (key, effect), value in zip(keys, values, strict=True)]
    for size in range(3)
    for keys in itertools.permutations(itertools.product(_TEXTS, ("NoSchedule", "NoExecute")), size)
    for values in itertools.product(_TEXTS, repeat=size)
]
_TAGS = [
    [{"key": key, "value": value} for key, value in zip(keys, values, strict=True)]
    for size in range(3)
    for keys in itertools.permutations(_TEXTS, size)
    for values in itertools.product(_TEXTS, repeat=size)
]
_VOLUMES = [
    [{"volumeType": type_, "size": size} for type_, size in zip(types, sizes, strict=True)]
    for length in range(3)
    for types in itertools.product(_TEXTS, repeat=length)
    for sizes in itertools.product(("10", "20"), repeat=length)
]
_PAIRS = [*itertools.product(("f1", "f2", "f3"), ("", "np"))]
# Of the many orders of three and four pairs only some, so that pools of every size come about as often.
_KEYS = [keys for size, step in enumerate((1, 1, 1, 4, 12)) for keys in [*itertools.permutations(_PAIRS, size)][::step]]
_SETS = [list(members) for size in range(3) for members in itertools.permutations(("Train", "Infer"), size)]


_ENTRY_FIELDS = {"labels": _DICTIONARIES, "extendParams": _DICTIONARIES, "maxCount": range(1, 6), "taints": _TAINTS}
_ENTRY_LISTS = {"azs": _ZONES, "tags": _TAGS, "dataVolumes": _VOLUMES}
_SPEC_FIELDS = {
    "jobFlavors": _SETS,
    "driver": [{"gpuVersion": version, "updateStrategy": how} for version in _TEXTS for how in _TEXTS],
}


def draw_members(domains: Mapping[str, Sequence[Any]]) -> st.SearchStrategy[dict[str, Any]]:
    """Return objects where each member is left out half of the time, else one of its values: all in one draw.

    Drawing is what the laws spend their time on, and a number above 2**24 is not drawn evenly.
    """
    sizes = [2 * len(values) for values in domains.values()]
    assert math.prod(sizes) <= 2**24

    def choose(number: int) -> dict[str, Any]:
        chosen = {}
        for (name, values), size in zip(domains.items(), sizes, strict=True):
            number, index = divmod(number, size)
            if index >= len(values):
                chosen[name] = copy.deepcopy(values[index - len(values)])
        return chosen

    return st.integers(0, math.prod(sizes) - 1).map(choose)


COUNTS = st.integers(1, 5)
KEYS = st.sampled_from(_KEYS)
ENTRY_FIELDS, ENTRY_LISTS = draw_members(_ENTRY_FIELDS), draw_members(_ENTRY_LISTS)


@st.composite
def draw_entries(draw: st.DrawFn) -> list[Tree]:
    """Return entries of a pool, no two of one flavor and node pool."""
    return [
        {
            "flavor": flavor,
            **({"nodePool": pool} if pool else {}),
            "count": draw(COUNTS),
            **draw(ENTRY_FIELDS),
            **draw(ENTRY_LISTS),
        }
        for flavor, pool in draw(KEYS)
    ]


# The pools of one example are of one type: a change of it is a replacement, which has laws of its own.
TYPES = st.shared(st.sampled_from(("Dedicate", "Logical")), key="type")
POOLS = st.builds(
    lambda type_, entries, notes, scope, rest: {
        "metadata": {"labels": {"os.modelarts/name": "train"}, "annotations": dict(notes)},
        "spec": {"type": type_, "resources": entries, "scope": list(scope), **rest},
    },
    TYPES,
    draw_entries(),
    st.sampled_from(_DICTIONARIES),
    st.sampled_from(_SETS),
    draw_members(_SPEC_FIELDS),
)
RANDOMS = st.integers(0, 2**24 - 1).map(random.Random)

POOL = Address(kind="pool", name="a")
MAKING = Making(rules=POOL_RULES, project_id="p", find_source=lambda _label: None)
NEVER_SENT = TrackedResource(id="a-p", last_applied={}, last_seen={})


def make_live(tree, *, phase="Running", **metadata):
    """Return the live object of a tree, with an id of its own."""
    return LiveResource(
        id="a-p", metadata={**tree.get("metadata", {}), **metadata}, spec=tree["spec"], status={"phase": phase}
    )


def make_subject(live, desired, *, tracked=NEVER_SENT, evidence=None, revert_drift=False, up_to_idle=False, **block):
    """Return what the target of ``desired`` is found from; ``block`` holds lifecycle and guards."""
    return Subject(
        desired=DesiredResource(address=POOL, tree=desired, **block),
        tree=desired,
        tracked=tracked,
        live=live,
        evidence=evidence,
        revert_drift=revert_drift,
        find_source=lambda _label: None,
        up_to_idle=up_to_idle,
    )


def plan_update(live, desired, *, making=MAKING, **around):
    """Return the update that brings a live object to ``desired``."""
    subject = make_subject(live, desired, **around)
    return make_update(subject.desired, live, find_target(subject, making.rules), making=making)


def plan_import(live, desired):
    """Return the change that adopts a live object as ``desired``."""
    subject = make_subject(live, desired, tracked=record_import(live))
    return make_import(subject.desired, live, find_target(subject, POOL_RULES), making=MAKING)
