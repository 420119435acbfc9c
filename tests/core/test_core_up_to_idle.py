"""``--up-to-idle``: a shrinkage takes idle nodes only, and the plan says how many stay (semantics 7.5)."""

import pytest
from core_cases import POOL_RULES, make_live, make_pool_tree, make_subject, plan_update
from hypothesis import given
from hypothesis import strategies as st
from planning_cases import find_codes, make_pool, plan, track
from planning_cases import make_live as make_planned

from planner.core.changes import Disruption
from planner.core.node_counts import find_busy_addresses
from planner.core.snapshot import Evidence, LiveNode, LiveWorkload, Unread
from planner.core.targets import find_target
from planner.core.tracking import TrackedResource
from planner.core.up_to_idle import hold_back
from planner.kinds.network import NETWORK_RULES


def make_nodes(names, *, flavor="f", az="z1"):
    return tuple(
        LiveNode(name=one, flavor=flavor, node_pool="", az=az, phase="Available", private_ip=one) for one in names
    )


def make_evidence(*nodes, busy=""):
    jobs = tuple(LiveWorkload(name=f"job-{ip}", type="train", status="Running", host_ips=(ip,)) for ip in busy)
    return Evidence(nodes=tuple(one for group in nodes for one in group), workloads=jobs)


def make_zones(**counts):
    return [{"az": az, "count": count} for az, count in counts.items()]


def find_shrunk(live, desired, evidence, **tracked):
    """Return the resources that a shrinkage up to the idle nodes comes to, and what it says of each removal."""
    record = TrackedResource(id="a-p", last_applied=tracked.pop("sent", {}), last_seen={}, **tracked)
    subject = make_subject(
        make_live(make_pool_tree(*live)),
        make_pool_tree(*desired),
        tracked=record,
        evidence=evidence,
        up_to_idle=True,
    )
    target = find_target(subject, POOL_RULES)
    return target.full["spec"]["resources"], [
        (one.asked.flavor, one.asked.az, one.asked.count, one.idle) for one in target.held_back
    ]


F4, F1 = {"flavor": "f", "count": 4}, {"flavor": "f", "count": 1}
G2 = {"flavor": "g", "count": 2}
ABCD = make_nodes("abcd")
AB_CD = (make_nodes("ab"), make_nodes("cd", az="z2"))
TWO_ZONES = {"flavor": "f", "count": 4, "azs": make_zones(z1=2, z2=2)}
STEPS = [{"flavor": "f", "count": 2, "creatingStep": {"step": step, "type": "hyperinstance"}} for step in (2, 4)]
FEWER_STEPS = [{**one, "count": 1} for one in STEPS]

CASES = [
    pytest.param([F4], [F1], make_evidence(ABCD), [F1], [], id="enough are idle"),
    pytest.param(
        [F4], [F1], make_evidence(ABCD, busy="abc"), [{"flavor": "f", "count": 3}], [("f", "", 3, 1)], id="one is idle"
    ),
    pytest.param([F4], [F1], make_evidence(ABCD, busy="abcd"), [F4], [("f", "", 3, 0)], id="none is idle"),
    pytest.param([F4], [F1], Unread(why="no"), [F4], [("f", "", 3, 0)], id="nobody could look"),
    pytest.param([F4], [F1], None, [F1], [], id="nobody has looked yet"),
    pytest.param([F1], [F4], make_evidence(make_nodes("a"), busy="a"), [F4], [], id="growth"),
    pytest.param(
        [F4, G2],
        [F1, {"flavor": "g", "count": 3}],
        make_evidence(ABCD, busy="abc"),
        [{"flavor": "f", "count": 3}, {"flavor": "g", "count": 3}],
        [("f", "", 3, 1)],
        id="growth elsewhere goes on",
    ),
    pytest.param(
        [TWO_ZONES],
        [{"flavor": "f", "azs": make_zones(z1=2, z2=0)}],
        make_evidence(*AB_CD, busy="c"),
        [{"flavor": "f", "count": 3, "azs": make_zones(z1=2, z2=1)}],
        [("f", "z2", 2, 1)],
        id="a zone",
    ),
    pytest.param(
        [TWO_ZONES],
        [{"flavor": "f", "count": 3, "azs": make_zones(z1=2, z2=1)}],
        make_evidence(*AB_CD, busy="c"),
        [{"flavor": "f", "count": 3, "azs": make_zones(z1=2, z2=1)}],
        [],
        id="a zone with enough",
    ),
    pytest.param(
        [TWO_ZONES],
        [{"flavor": "f", "count": 2}],
        make_evidence(*AB_CD, busy="abc"),
        [{"flavor": "f", "count": 3, "azs": make_zones(z1=2, z2=2)}],
        [("f", "", 2, 1)],
        id="zones of the service alone",
    ),
    pytest.param(
        [F4],
        [{"flavor": "f", "count": 2, "azs": make_zones(z1=2)}],
        make_evidence(ABCD, busy="abc"),
        [{"flavor": "f", "count": 2, "azs": make_zones(z1=2)}],
        [],
        id="zones named for the first time",
    ),
    pytest.param(
        STEPS,
        FEWER_STEPS,
        make_evidence(ABCD, busy="abc"),
        [FEWER_STEPS[0], STEPS[1]],
        [("f", "", 1, 0)],
        id="two entries and one idle node",
    ),
]


@pytest.mark.parametrize(("live", "desired", "evidence", "resources", "told"), CASES)
def test_a_shrinkage_takes_as_many_as_are_idle(live, desired, evidence, resources, told):
    assert find_shrunk(live, desired, evidence) == (resources, told)


@pytest.mark.parametrize(
    ("busy", "resources", "told"),
    [
        pytest.param("", [G2], [], id="all idle"),
        pytest.param("ab", [{"flavor": "f", "count": 2}, G2], [("f", "", 4, 2)], id="two idle"),
        pytest.param("abcd", [F4, G2], [("f", "", 4, 0)], id="none idle"),
    ],
)
def test_an_entry_that_goes_keeps_the_nodes_that_are_not_idle(busy, resources, told):
    sent = make_pool_tree(F4, G2)
    found = find_shrunk([F4, G2], [G2], make_evidence(ABCD, busy=busy), sent=sent, created_entries=("f", "g"))
    assert found == (resources, told)


def test_zones_without_a_count_get_none():
    live, full = ({"spec": {"resources": [{"flavor": "f", "azs": make_zones(z1=one)}]}} for one in (2, 1))
    held = hold_back(live, full, evidence=make_evidence(make_nodes("ab"), busy="ab"), rules=POOL_RULES)
    assert held.full == live


def test_an_entry_that_several_answer_for_is_left_to_the_guards():
    live = {"spec": {"resources": [F4]}}
    full = {"spec": {"resources": FEWER_STEPS}}
    assert hold_back(live, full, evidence=Unread(why="no"), rules=POOL_RULES).full == full


@pytest.mark.parametrize(
    ("type_", "rules"),
    [pytest.param("Logical", POOL_RULES, id="a quota"), pytest.param("", NETWORK_RULES, id="a network")],
)
def test_what_has_no_nodes_is_left_alone(type_, rules):
    live, full = ({"spec": {"type": type_, "resources": [one]}} for one in (F4, F1))
    assert hold_back(live, full, evidence=Unread(why="no"), rules=rules).full == full


@given(
    busy=st.sets(st.sampled_from("abcdefgh")),
    locked=st.sets(st.sampled_from("abcdefgh")),
    count=st.integers(min_value=0, max_value=8),
)
def test_a_shrinkage_is_never_larger_than_what_is_idle(busy, locked, count):
    nodes = tuple(
        LiveNode(
            name=one,
            flavor="f",
            node_pool="",
            az="z",
            phase="Available",
            private_ip=one,
            is_locked=one in locked,
        )
        for one in "abcdefgh"
    )
    evidence = make_evidence(nodes, busy=sorted(busy))
    live, desired = (make_pool_tree({"flavor": "f", "count": one}) for one in (8, count))
    change = plan_update(make_live(live), desired, evidence=evidence, up_to_idle=True)
    [entry] = change.after["spec"]["resources"]
    assert find_busy_addresses(evidence) == busy
    assert entry["count"] == max(count, len(busy | locked))
    assert change.disruption <= Disruption.DRAINS


A = make_pool("aaa")
SHRUNK = {
    "blocks": {"pool.a": make_pool("aaa", count=1)},
    "tracked": {"pool.a": track(make_pool("aaa", count=4))},
    "live": {"pool.a": make_planned(make_pool("aaa", count=4))},
}


@pytest.mark.parametrize(
    ("busy", "up_to_idle", "codes", "blocks", "action"),
    [
        pytest.param(
            "abc", False, ["plan.few-idle"], ["max_disruption", "max_percent_removed"], "update", id="without"
        ),
        pytest.param("abc", True, ["plan.held-back"], [], "update", id="with"),
        pytest.param("abcd", True, ["plan.held-back"], [], "no-op", id="none idle"),
        pytest.param("", True, [], ["max_percent_removed"], "update", id="all idle"),
    ],
)
def test_the_plan_says_what_stays_and_is_not_blocked_for_it(busy, up_to_idle, codes, blocks, action):
    evidence = {"pool.a": make_evidence(ABCD, busy=busy)}
    found = plan(**SHRUNK, evidence=evidence, up_to_idle=up_to_idle)
    [change] = found.changes
    assert (find_codes(found), [one.code for one in change.blocked]) == (codes, blocks)
    assert change.action.value == action


def test_an_import_and_a_replacement_look_at_idle_nodes_in_their_own_way():
    imported = {**SHRUNK, "tracked": {}, "imports": {"pool.a": "aaa-p"}}
    evidence = {"pool.a": make_evidence(ABCD, busy="abc")}
    assert find_codes(plan(**imported, evidence=evidence, up_to_idle=True)) == ["plan.held-back"]
    assert find_codes(plan(**SHRUNK, evidence=evidence, up_to_idle=True, replace=("pool.a",))) == []


def test_zones_of_the_service_hide_no_busy_node():
    live, desired = make_pool_tree(TWO_ZONES), make_pool_tree({"flavor": "f", "count": 2})
    change = plan_update(make_live(live), desired, evidence=make_evidence(*AB_CD, busy="abc"))
    assert change.disruption is Disruption.INTERRUPTS


def test_drift_that_takes_nodes_away_still_stops():
    evidence = {"pool.a": make_evidence(ABCD, busy="abc")}
    drifted = {**SHRUNK, "tracked": {"pool.a": track(make_pool("aaa", count=1))}}
    [change] = plan(**drifted, evidence=evidence, up_to_idle=True).changes
    assert [one.code for one in change.blocked] == ["drift"]
