"""What two versions of a state differ in: what is tracked, under which address, and what is recorded of it."""

import datetime as dt

import pytest
from core_cases import make_pool_tree
from planning_cases import address

from planner.core.state_diff import compare_states
from planner.core.tracking import Hold, ServiceIdentity, State, TrackedResource
from planner.core.trees import ABSENT
from planner.kinds.table import KINDS

ONE = TrackedResource(
    id="id-1",
    last_applied={"spec": {"scope": ["Train"]}},
    last_seen=make_pool_tree({"flavor": "f", "count": 2}, team="ours") | {"phase": "Running"},
)
HOLD = Hold(entry="f", count=3, until=dt.datetime(2026, 12, 1, tzinfo=dt.UTC), who="ann@desk")
SERVICE = ServiceIdentity(endpoint="https", region="eu-de", project_id="p")


def make(resources=None, **members):
    tracked = {address(name): one for name, one in (resources or {}).items()}
    return State(**{"lineage": "l", "resources": tracked} | members)


def change(tracked, **members):
    kept = {name: getattr(tracked, name) for name in ("id", "last_applied", "last_seen")}
    return TrackedResource(**kept | members)


def tell(before, after):
    """Return (address, word, previous, labels) of each record that differs."""
    found = compare_states(make(before), make(after), kinds=KINDS)
    return [
        (str(one.address), one.word, str(one.previous or ""), [row.label for row in one.fields])
        for one in found.records
    ]


SEEN_OTHERWISE = make_pool_tree({"flavor": "f", "count": 5}, team="ours") | {"phase": "Abnormal"}


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        pytest.param({}, {}, [], id="nothing"),
        pytest.param({"pool.a": ONE}, {"pool.a": ONE}, [], id="the same"),
        pytest.param({"pool.a": ONE}, {"pool.a": change(ONE, last_seen={**ONE.last_seen})}, [], id="an equal one"),
        pytest.param({}, {"pool.a": ONE}, [("pool.a", "tracked", "", [])], id="tracked"),
        pytest.param({"pool.a": ONE}, {}, [("pool.a", "forgotten", "", [])], id="forgotten"),
        pytest.param({"pool.a": ONE}, {"pool.b": ONE}, [("pool.b", "moved", "pool.a", [])], id="moved"),
        pytest.param(
            {"pool.a": ONE},
            {"pool.a": change(ONE, id="id-2")},
            [("pool.a", "tracked", "", []), ("pool.a", "forgotten", "", [])],
            id="another object at the same address",
        ),
        pytest.param({"network.a": ONE}, {"pool.a": ONE}, [("network.a", "forgotten", "", []), ("pool.a", "tracked", "", [])], id="an id of another kind"),
        pytest.param({"pool.a": ONE}, {"pool.a": change(ONE, last_seen=SEEN_OTHERWISE)}, [("pool.a", "changed", "", ["phase", "last_seen: resources[f].count"])], id="seen otherwise"),
        pytest.param({"pool.a": ONE}, {"pool.a": change(ONE, last_applied={})}, [("pool.a", "changed", "", ["last_applied: scope"])], id="sent otherwise"),
        pytest.param(
            {"pool.a": ONE},
            {"pool.b": change(ONE, prevent_destroy=True, waiting="Running", created_entries=("f",), holds=(HOLD,))},
            [("pool.b", "moved", "pool.a", ["created_entries", "holds", "prevent_destroy", "waiting"])],
            id="moved and recorded otherwise",
        ),
    ],
)  # fmt: skip
def test_records_are_told_by_what_became_of_them(before, after, told):
    assert tell(before, after) == told


def test_what_stands_around_the_resources_is_compared_without_the_serial():
    before = make(serial=3, applied_from="a" * 40, guards={"pool.a": {"max_nodes_removed": 2}})
    after = make(serial=9, lineage="m", service=SERVICE, moved_to="elsewhere")
    found = compare_states(before, after, kinds=KINDS)
    assert [(one.label, one.before, one.after) for one in found.head] == [
        ("applied_from", "a" * 40, ABSENT),
        ("guards: pool.a.max_nodes_removed", 2, ABSENT),
        ("lineage", "l", "m"),
        ("moved_to", ABSENT, "elsewhere"),
        ("service.endpoint", ABSENT, "https"),
        ("service.project_id", ABSENT, "p"),
        ("service.region", ABSENT, "eu-de"),
    ]
    assert not found.is_empty


def test_states_that_differ_in_their_serials_alone_are_the_same():
    assert compare_states(make(serial=1), make(serial=2), kinds=KINDS).is_empty
