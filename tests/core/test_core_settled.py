"""A resource that one look shows to be settled: never one that the whole way would find something about."""

import pytest
from core_cases import POOL, POOLS, RANDOMS, make_live, make_pool_tree, make_subject
from hypothesis import given
from hypothesis import strategies as st
from test_core_laws import add_of_others, fill_in, shuffle, trim

from planner.core.addresses import Address
from planner.core.desired import DesiredResource, Lifecycle
from planner.core.drift import DriftView, find_drift
from planner.core.live_trees import make_seen
from planner.core.settled import Yardstick, is_settled
from planner.core.targets import find_target
from planner.core.tracking import TrackedResource
from planner.core.trees import CountRange, Reference
from planner.kinds.pool import POOL_RULES

NETWORK = Address(kind="network", name="main")
BY = Yardstick(rules=POOL_RULES, find_id={Reference(address=NETWORK): "net-p"}.get)
WANTED = {
    "metadata": {"labels": {"os.modelarts/name": "a"}},
    "spec": {"scope": ["Train"], "resources": [{"flavor": "f", "count": 2}]},
}
THERE = {
    "metadata": {"labels": {"os.modelarts/name": "a", "other": "x"}, "annotations": {"theirs": "1"}},
    "spec": {
        "type": "Dedicate",
        "scope": ["Train"],
        "network": {"name": "net-p"},
        "resources": [
            {"flavor": "f", "nodePool": "f-default", "count": 2, "maxCount": 2, "azs": [{"az": "z", "count": 2}]}
        ],
    },
}


def look(wanted, *, there=THERE, sent=None, seen=None, ignore=()):
    """Tell whether a pool is settled that was seen as it is, and to which ``sent`` was sent."""
    live = make_live(there)
    tracked = TrackedResource(id="a-p", last_applied=sent or {}, last_seen=make_seen(live) if seen is None else seen)
    lifecycle = Lifecycle(ignore_changes=ignore)
    return is_settled(DesiredResource(address=POOL, tree=wanted, lifecycle=lifecycle), tracked, live=live, by=BY)


def with_spec(**members):
    return {**WANTED, "spec": {**WANTED["spec"], **members}}


def with_entry(**members):
    return with_spec(resources=[{"flavor": "f", "count": 2, **members}])


@pytest.mark.parametrize(
    ("wanted", "sent"),
    [
        pytest.param(WANTED, {}, id="never sent"),
        pytest.param(WANTED, WANTED, id="sent as wanted"),
        pytest.param(WANTED, with_entry(count=1), id="another value sent before"),
        pytest.param(with_entry(nodePool="f-default"), {}, id="the default pool by its name"),
        pytest.param(with_entry(azs=[{"az": "z", "count": 2}]), WANTED, id="zones"),
        pytest.param(with_entry(count=CountRange(minimum=1, maximum=3, initial=1)), {}, id="inside a range"),
        pytest.param(with_spec(network={"name": Reference(address=NETWORK)}), {}, id="a reference"),
    ],
)
def test_what_is_there_as_wanted_is_settled(wanted, sent):
    assert look(wanted, sent=sent)


@pytest.mark.parametrize(
    ("wanted", "sent"),
    [
        pytest.param(with_entry(count=3), {}, id="another count"),
        pytest.param(with_entry(count=True), {}, id="another type"),
        pytest.param(with_entry(count=CountRange(minimum=3, maximum=4, initial=3)), {}, id="outside a range"),
        pytest.param(with_entry(nodePool="np"), {}, id="another node pool"),
        pytest.param(with_spec(resources=[]), {}, id="an entry of others"),
        pytest.param(with_spec(resources=[{"flavor": "f"}, {"flavor": "f"}]), {}, id="a key twice"),
        pytest.param(with_entry(creatingStep={"step": 1}), {}, id="a step"),
        pytest.param(with_entry(tags=[]), {}, id="a list that is not there"),
        pytest.param(with_spec(scope=["Infer"]), {}, id="another scope"),
        pytest.param(with_spec(scope="Train"), {}, id="no list"),
        pytest.param(with_spec(scope={"Train": True}), {}, id="an object for a list"),
        pytest.param(with_spec(description="x"), {}, id="a field that is not there"),
        pytest.param(with_spec(network={"name": Reference(address=POOL)}), {}, id="a reference to nothing"),
        pytest.param(
            with_spec(network={"name": Reference(address=NETWORK, attribute="name")}), {}, id="a reference to a name"
        ),
        pytest.param(WANTED, with_spec(network={"name": "net-p"}), id="a field that was sent is wanted no more"),
        pytest.param(WANTED, with_entry(labels={"a": "b"}), id="a member of an entry is wanted no more"),
        pytest.param(WANTED, with_spec(resources=[{"flavor": "g"}]), id="an entry is wanted no more"),
        pytest.param(WANTED, with_spec(scope={"Train": True}), id="an object was sent for a list"),
        pytest.param(WANTED, with_spec(resources="f"), id="a text was sent for a list"),
        pytest.param(WANTED, {"metadata": [], "spec": {}}, id="a list was sent for an object"),
    ],
)
def test_what_needs_a_closer_look_is_not_settled(wanted, sent):
    assert not look(wanted, sent=sent)


def test_what_was_seen_otherwise_is_not_settled():
    assert not look(WANTED, seen=make_seen(make_live(WANTED)))


def test_what_is_not_to_be_looked_at_is_not_settled():
    assert not look(WANTED, ignore=("resources[f].count",))


def test_plain_lists_that_were_sent_need_no_closer_look():
    assert look(WANTED, sent=with_spec(scope=["Infer"]))


VOLUMES = [{"volumeType": "SSD", "size": "1Gi"}, {"volumeType": "SSD", "size": "2Gi"}]


@pytest.mark.parametrize(
    ("volumes", "is_as_wanted"),
    [
        pytest.param(VOLUMES, True, id="the same in this order"),
        pytest.param(VOLUMES[::-1], False, id="another order"),
        pytest.param(VOLUMES[:1], False, id="fewer"),
    ],
)
def test_entries_of_a_list_without_keys_are_those_at_their_places(volumes, is_as_wanted):
    there = with_entry(dataVolumes=VOLUMES)
    assert look(with_entry(dataVolumes=volumes), there=there, sent=there) is is_as_wanted


def find_anything(wanted, live, tracked):
    """Return everything that the whole way of a plan would have to tell."""
    subject = make_subject(live, wanted, tracked=tracked)
    target = find_target(subject, POOL_RULES)
    view = DriftView(address=POOL, tracked=tracked, live=live, is_managed=bool, policies={})
    return (
        *target.fields,
        *target.released,
        *target.policies,
        *target.held_back,
        *find_drift(view, rules=POOL_RULES),
    ) + ((target.kept_entries,) if target.kept_entries else ())


@given(pool=POOLS, other=POOLS, random=RANDOMS, choices=st.tuples(*[st.integers(0, 3)] * 3))
def test_what_is_settled_is_nothing_to_the_whole_way(pool, other, random, choices):
    full = fill_in(pool)
    files = (pool, trim(pool, random), full, other)
    services = (full, pool, fill_in(other), shuffle(full, random))
    wanted, sent, live = files[choices[0]], files[choices[1]], make_live(services[choices[2]])
    tracked = TrackedResource(id="a-p", last_applied=sent, last_seen=make_seen(live))
    settled = is_settled(DesiredResource(address=POOL, tree=wanted), tracked, live=live, by=BY)
    assert not settled or find_anything(wanted, live, tracked) == ()


@given(pool=POOLS, random=RANDOMS)
def test_what_others_added_to_lists_is_looked_at_closely(pool, random):
    live = make_live(add_of_others(fill_in(pool), random))
    tracked = TrackedResource(id="a-p", last_applied=pool, last_seen=make_seen(live))
    assert not is_settled(DesiredResource(address=POOL, tree=pool), tracked, live=live, by=BY)


def test_a_pool_of_the_laws_is_settled_once_it_is_made():
    pool = make_pool_tree({"flavor": "f1", "count": 2}, team="vision")
    live = make_live(fill_in(pool))
    tracked = TrackedResource(id="a-p", last_applied=pool, last_seen=make_seen(live))
    assert is_settled(DesiredResource(address=POOL, tree=pool), tracked, live=live, by=BY)
