"""Zones that are named for the first time: whose nodes go by name, and what is told where the service would choose."""

import pytest
from core_cases import POOL_RULES, make_live, make_pool_tree, plan_update
from planning_cases import make_live as make_planned
from planning_cases import make_pool, plan, track

from planner.core.changes import Disruption
from planner.core.field_paths import EntryKey
from planner.core.first_zones import count_zones, find_chosen_by_service, is_removed_by_name
from planner.core.snapshot import Evidence, LiveNode, LiveWorkload

KEY = EntryKey(parts=("f", ""))


def make_evidence(*zones, busy=()):
    nodes = tuple(
        LiveNode(name=f"n{index}", flavor="f", node_pool="", az=az, phase="Available", private_ip=f"n{index}")
        for index, az in enumerate(zones)
    )
    jobs = tuple(LiveWorkload(name=one, type="train", status="Running", host_ips=(one,)) for one in busy)
    return Evidence(nodes=nodes, workloads=jobs)


def plan_zones(evidence, *, live=None, **wanted):
    azs = [{"az": az, "count": count} for az, count in wanted.items()]
    entry = {"flavor": "f", "count": len(evidence.nodes), **({"azs": live} if live else {})}
    desired = {"flavor": "f", "count": sum(wanted.values()), "azs": azs}
    return plan_update(make_live(make_pool_tree(entry)), make_pool_tree(desired), evidence=evidence)


def test_nodes_are_counted_where_they_say_that_they_are():
    assert count_zones(make_evidence("z2", "z1", "z2", ""), KEY) == {"": 1, "z1": 1, "z2": 2}


@pytest.mark.parametrize(
    ("present", "wanted", "is_by_name"),
    [
        pytest.param({"z1": 2, "z2": 2}, {"z1": 2, "z2": 2}, True, id="as they are"),
        pytest.param({"z1": 2, "z2": 2}, {"z1": 3, "z2": 2}, True, id="growth alone"),
        pytest.param({"z1": 4}, {"z1": 2}, True, id="the only zone loses"),
        pytest.param({"z1": 4}, {"z1": 2, "z2": 1}, False, id="the only zone loses, and another gains"),
        pytest.param({"z1": 2, "z2": 2}, {"z1": 2, "z2": 1}, False, id="one of two loses"),
        pytest.param({"z1": 2, "z2": 2}, {"z1": 2}, False, id="one of two is left out"),
        pytest.param({"": 2}, {"z1": 2}, False, id="nodes that name no zone"),
        pytest.param({}, {"z1": 2}, True, id="no node at all"),
    ],
)
def test_names_are_chosen_where_only_one_zone_is_there_to_lose(present, wanted, is_by_name):
    assert is_removed_by_name(present, wanted) is is_by_name


@pytest.mark.parametrize(
    ("zones", "wanted", "busy", "disruption", "told"),
    [
        pytest.param(["z1", "z1", "z2"], {"z1": 2, "z2": 1}, [], Disruption.NONE, [], id="as they are"),
        pytest.param(["z1", "z1"], {"z1": 3}, [], Disruption.NEW_NODES, [], id="growth"),
        pytest.param(["z1", "z1"], {"z1": 1}, ["n0"], Disruption.DRAINS, [], id="one zone, enough idle"),
        pytest.param(["z1", "z1"], {"z1": 1}, ["n0", "n1"], Disruption.INTERRUPTS, [], id="one zone, none idle"),
        pytest.param(
            ["z1", "z1", "z2"], {"z1": 2}, [], Disruption.INTERRUPTS, [{"z1": 2, "z2": 1}], id="a zone left out"
        ),
        pytest.param(
            ["z1", "z2"], {"z1": 2}, [], Disruption.INTERRUPTS, [{"z1": 1, "z2": 1}], id="moved, with the same count"
        ),
    ],
)
def test_a_zone_that_is_named_now_is_judged_by_the_nodes_of_all(zones, wanted, busy, disruption, told):
    evidence = make_evidence(*zones, busy=busy)
    change = plan_zones(evidence, **wanted)
    assert change.disruption is disruption
    assert [one.present for one in find_chosen_by_service(change, evidence, rules=POOL_RULES)] == told


def test_zones_that_were_named_before_are_no_first_ones():
    evidence = make_evidence("z1", "z1", "z2")
    live = [{"az": "z1", "count": 2}, {"az": "z2", "count": 1}]
    change = plan_zones(evidence, live=live, z1=2)
    assert change.disruption is Disruption.DRAINS
    assert list(find_chosen_by_service(change, evidence, rules=POOL_RULES)) == []


def test_a_plan_shows_the_zones_as_they_are():
    before = make_pool("a", resources=[{"flavor": "f", "count": 3}])
    wanted = make_pool("a", resources=[{"flavor": "f", "count": 2, "azs": [{"az": "z1", "count": 2}]}])
    found = plan(
        blocks={"pool.a": wanted},
        tracked={"pool.a": track(before)},
        live={"pool.a": make_planned(before)},
        evidence={"pool.a": make_evidence("z1", "z1", "z2", "")},
    )
    [told] = [one for one in found.diagnostics if one.code == "plan.first-zones"]
    assert "1 in an unknown zone, 2 in z1, 1 in z2" in told.detail
    assert 'azs = [{ az = "z1", count = 2 }, { az = "z2", count = 1 }]' in told.detail
