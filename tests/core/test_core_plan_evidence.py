"""What nodes, jobs, flavors and quotas add to a plan, and the guards of the run over all its changes."""

from dataclasses import replace
from decimal import Decimal

import pytest
from planning_cases import find_codes, make_live, make_network, make_pool, make_request, track

from planner.core.changes import Disruption
from planner.core.desired import NO_LIMITS, Permission
from planner.core.endangering import find_endangered
from planner.core.evidence import EndangeredWorkload, SoldOut
from planner.core.planning import build_plan
from planner.core.snapshot import Evidence, LiveFlavor, LiveNode, LiveQuota, LiveWorkload, Unread
from planner.kinds.table import KINDS

A, B = make_pool("aaa", count=4), make_pool("bbb", count=4)
SOLD = {"f": LiveFlavor(name="f", accelerators=1, zones=("z1", "z2"), sold_out=("z2",))}
NODES = tuple(
    LiveNode(name=f"n{number}", flavor="f", node_pool="", az="z1", phase="Available", private_ip=f"10.0.0.{number}")
    for number in range(4)
)


def make_job(name, *hosts, status="Running", **rest):
    ips = tuple(f"10.0.0.{number}" for number in hosts)
    return LiveWorkload(name=name, type="train", status=status, host_ips=ips, **rest)


JOBS = (
    make_job("short", 0, running_seconds=5),
    make_job("long", 1, 9, running_seconds=9),
    make_job("over", 2, status="Completed"),
)
BUSY = Evidence(nodes=NODES, workloads=JOBS)


def plan_two(first=A, second=B, *, run=None, prices=None, snapshot=None, permissions=(), **rest):
    """Plan two tracked pools; ``run`` are limits of the run, ``snapshot`` what else was read."""
    blocks = {"pool.a": first, "pool.b": second}
    usual = {
        "blocks": {name: tree for name, tree in blocks.items() if tree},
        "tracked": {"pool.a": track(A), "pool.b": track(B)},
        "live": {"pool.a": make_live(A), "pool.b": make_live(B)},
        "permissions": permissions,
    }
    request = make_request(**{**usual, **rest})
    desired = replace(request.desired, run_guards=replace(NO_LIMITS, **(run or {})), prices=prices or {})
    return build_plan(replace(request, desired=desired, snapshot=replace(request.snapshot, **(snapshot or {}))))


def list_blocks(found, prefix="run."):
    return [
        (str(one.address), block.code)
        for one in found.changes
        for block in one.blocked
        if block.code.startswith(prefix)
    ]


def make_allow(nodes, class_name=""):
    return Permission(address="pool.a", class_name=class_name, max_nodes_removed=nodes)


SMALLER_A, SMALLER_B, LARGER_B = make_pool("aaa", count=3), make_pool("bbb", count=3), make_pool("bbb", count=5)
REMOVED, ADDED = "run.max_nodes_removed", "run.max_nodes_added"
RUNS = [
    pytest.param({}, SMALLER_A, SMALLER_B, (), [], id="no limit"),
    pytest.param({"max_nodes_removed": 2}, SMALLER_A, SMALLER_B, (), [], id="just so"),
    pytest.param(
        {"max_nodes_removed": 1}, SMALLER_A, SMALLER_B, (), [("pool.a", REMOVED), ("pool.b", REMOVED)], id="both"
    ),
    pytest.param({"max_nodes_removed": 0}, SMALLER_A, LARGER_B, (), [("pool.a", REMOVED)], id="only who removes"),
    pytest.param({"max_nodes_added": 0}, SMALLER_A, LARGER_B, (), [("pool.b", ADDED)], id="only who adds"),
    pytest.param({"max_nodes_removed": 1}, SMALLER_A, SMALLER_B, (make_allow(1),), [], id="let go by name"),
    pytest.param({"max_nodes_removed": 0}, A, B, (), [], id="nothing to do"),
    pytest.param(
        {"max_disruption": "new_nodes"}, SMALLER_A, LARGER_B, (), [("pool.a", "run.max_disruption")], id="disruption"
    ),
    pytest.param(
        {"max_disruption": "new_nodes"}, SMALLER_A, LARGER_B, (make_allow(0, "interrupts"),), [], id="permitted class"
    ),
]


@pytest.mark.parametrize(("run", "first", "second", "permissions", "blocks"), RUNS)
def test_the_limits_of_a_run_block_who_has_a_part_in_their_excess(run, first, second, permissions, blocks):
    assert list_blocks(plan_two(first, second, run=run, permissions=permissions)) == blocks


def test_a_plan_tells_what_an_hour_costs():
    found = plan_two(SMALLER_A, LARGER_B, prices={"f": Decimal("3.2"), "unused": Decimal(9)})
    assert (found.summary.cost.before, found.summary.cost.after) == (Decimal("25.6"), Decimal("25.6"))
    assert plan_two(prices={"other": Decimal(1)}).summary.cost.unpriced == ("f",)
    assert plan_two().summary.cost is None


def find_change(found, address="pool.a"):
    return next(one for one in found.changes if str(one.address) == address)


def test_jobs_on_busy_nodes_are_named_longest_first_and_ended_ones_are_not():
    found = plan_two(make_pool("aaa", count=1), evidence={"pool.a": BUSY})
    endangered = find_change(found).endangered
    assert endangered.workloads == (
        EndangeredWorkload(name="long", type="train", status="Running", nodes=("n1",), running_seconds=9),
        EndangeredWorkload(name="short", type="train", status="Running", nodes=("n0",), running_seconds=5),
    )
    assert endangered.nodes_at_most == 1


@pytest.mark.parametrize(
    ("words", "names"),
    [
        pytest.param({"first": make_pool("aaa", count=4, driver={"gpuVersion": "2"})}, ["long", "short"], id="driver"),
        pytest.param({"replace": ("pool.a",)}, ["long", "short"], id="replace"),
        pytest.param({"first": None, "removed": {"pool.a": True}}, ["long", "short"], id="delete"),
    ],
)
def test_every_job_of_the_pool_is_in_danger_where_nothing_narrower_is_known(words, names):
    endangered = find_change(plan_two(**words, evidence={"pool.a": BUSY})).endangered
    assert ([one.name for one in endangered.workloads], endangered.nodes_at_most) == (names, None)


def test_nobody_is_named_where_nobody_could_look_or_nobody_was_asked():
    seen = plan_two(make_pool("aaa", count=1), evidence={"pool.a": Unread(why="no")})
    assert find_change(seen).endangered.why_unread == "no"
    assert "plan.no-evidence" in find_codes(seen)
    unasked = find_change(plan_two(make_pool("aaa", count=1)))
    assert (unasked.disruption, unasked.endangered) == (Disruption.INTERRUPTS, None)
    assert find_endangered(unasked, None, rules=KINDS["pool"]) is None


@pytest.mark.parametrize(
    ("tree", "sold_out"),
    [
        pytest.param(
            make_pool("aaa", count=5), (SoldOut(flavor="f", zones=("z2",), is_everywhere=False),), id="in one zone"
        ),
        pytest.param(make_pool("aaa", count=3), (), id="shrinkage"),
        pytest.param(make_pool("aaa", count=5, flavor="other"), (), id="a flavor of which nothing is known"),
        pytest.param(
            make_pool("aaa", resources=[{"flavor": "f", "count": 5, "azs": [{"az": "z1", "count": 5}]}]),
            (),
            id="elsewhere",
        ),
        pytest.param(
            make_pool("aaa", resources=[{"flavor": "f", "count": 5, "azs": [{"az": "z2", "count": 5}]}]),
            (SoldOut(flavor="f", zones=("z2",), is_everywhere=True),),
            id="in all zones that are wanted",
        ),
    ],
)
def test_zones_that_are_sold_out_are_told_of_what_is_to_grow(tree, sold_out):
    assert find_change(plan_two(tree, snapshot={"flavors": SOLD})).sold_out == sold_out


def test_a_replaced_pool_needs_all_its_nodes_anew():
    found = plan_two(replace=("pool.a",), snapshot={"flavors": SOLD})
    assert [one.zones for one in find_change(found).sold_out] == [("z2",)]


@pytest.mark.parametrize(
    ("snapshot", "codes"),
    [
        pytest.param(
            {"flavors": Unread(why="no"), "quotas": Unread(why="no")},
            {"plan.no-flavors", "plan.no-quotas"},
            id="unread",
        ),
        pytest.param({"quotas": (LiveQuota(type="pool", quota=2, used=2),)}, {"plan.over-quota"}, id="used up"),
        pytest.param({"quotas": (LiveQuota(type="pool", quota=3, used=2),)}, set(), id="one left"),
        pytest.param({"quotas": (LiveQuota(type="network", quota=0, used=0),)}, set(), id="another type"),
    ],
)
def test_what_the_project_may_have_is_told(snapshot, codes):
    blocks = {"pool.a": A, "pool.b": B, "pool.c": make_pool("ccc")}
    found = plan_two(blocks=blocks, snapshot=snapshot)
    assert set(find_codes(found)) == codes
    assert found.quotas == (None if "plan.no-quotas" in codes else snapshot.get("quotas"))


@pytest.mark.parametrize(
    ("phase", "available", "codes"),
    [
        pytest.param("ScalingFailed", 3, ["plan.missing-nodes"], id="too few"),
        pytest.param("ScalingFailed", 4, [], id="all"),
        pytest.param("Running", 3, [], id="not failed"),
    ],
)
def test_nodes_that_never_came_are_told_although_no_count_differs(phase, available, codes):
    live = make_live(A, phase=phase, resources={"available": [{"flavor": "f", "count": available}]})
    found = plan_two(live={"pool.a": live, "pool.b": make_live(B)})
    assert find_codes(found) == codes
    assert find_change(found).action.value == "no-op"


def test_a_network_ends_no_job_and_grows_no_node():
    network = make_network("net")
    found = plan_two(
        second=None,
        blocks={"pool.a": A},
        tracked={"pool.a": track(A), "network.n": track(network)},
        live={"pool.a": make_live(A), "network.n": make_live(network, phase="Active")},
        removed={"network.n": True},
        evidence={"network.n": BUSY},
    )
    change = find_change(found, "network.n")
    assert (change.disruption, change.sold_out) == (Disruption.DESTROYS, ())
