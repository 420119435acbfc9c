"""Trees and strategies that the tests of ``planner/core`` share."""

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


FLAVORS = st.sampled_from(["f1", "f2", "f3"])
TEXTS = st.sampled_from(["x", "y"])
ENTRY_EXTRAS = st.fixed_dictionaries(
    {},
    optional={
        "labels": st.dictionaries(TEXTS, TEXTS, max_size=2),
        "extendParams": st.dictionaries(TEXTS, TEXTS, max_size=2),
        "maxCount": st.integers(1, 5),
        "azs": st.lists(
            st.fixed_dictionaries({"az": st.sampled_from(["z1", "z2", "z3"]), "count": st.integers(1, 4)}),
            unique_by=lambda zone: zone["az"],
            min_size=1,
            max_size=3,
        ),
        "taints": st.lists(
            st.fixed_dictionaries(
                {"key": TEXTS, "effect": st.sampled_from(["NoSchedule", "NoExecute"]), "value": TEXTS}
            ),
            unique_by=lambda taint: (taint["key"], taint["effect"]),
            max_size=2,
        ),
    },
)
ENTRIES = st.lists(
    st.tuples(FLAVORS, st.sampled_from(["", "np"]), st.integers(1, 5), ENTRY_EXTRAS).map(
        lambda drawn: {
            "flavor": drawn[0],
            **({"nodePool": drawn[1]} if drawn[1] else {}),
            "count": drawn[2],
            **drawn[3],
        }
    ),
    unique_by=lambda entry: (entry["flavor"], entry.get("nodePool", "")),
    max_size=4,
)
POOLS = st.builds(
    lambda entries, notes, scope: {
        "metadata": {"labels": {"os.modelarts/name": "train"}, "annotations": notes},
        "spec": {"type": "Dedicate", "resources": entries, "scope": scope},
    },
    ENTRIES,
    st.dictionaries(TEXTS, TEXTS, max_size=2),
    st.lists(st.sampled_from(["Train", "Infer"]), unique=True),
)

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
