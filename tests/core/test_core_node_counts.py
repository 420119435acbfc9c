"""Which nodes may be removed by name without hurting a job (semantics 7.5)."""

import pytest

from planner.core.changes import FlavorNodes, NodeConstraint
from planner.core.node_counts import find_busy_addresses, find_matching, find_removable, find_surplus
from planner.core.snapshot import Evidence, LiveNode, LiveResource, LiveWorkload


def make_node(name="n", **members):
    return LiveNode(
        **{
            "name": name, "flavor": "f", "node_pool": "", "az": "z1", "phase": "Available", "private_ip": f"ip-{name}",
            **members,
        }
    )  # fmt: skip


def make_job(status, *ips):
    return LiveWorkload(name="job", type="train", status=status, host_ips=ips)


def find_names(nodes, jobs=(), **constraint):
    wanted = NodeConstraint(**{"flavor": "f", "node_pool": "", "count": 1, **constraint})
    return [node.name for node in find_removable(Evidence(nodes=tuple(nodes), workloads=tuple(jobs)), wanted)]


@pytest.mark.parametrize("status", ["Creating", "Running", "Pending", "Terminating"])
def test_a_node_with_an_active_job_is_busy(status):
    assert find_names([make_node("a"), make_node("b")], [make_job(status, "ip-a", "ip-x")]) == ["b"]


@pytest.mark.parametrize("status", ["Queue", "Abnormal", "Completed", "Terminated", "Failed"])
def test_a_node_whose_jobs_are_over_is_idle(status):
    assert find_names([make_node("a")], [make_job(status, "ip-a")]) == ["a"]


@pytest.mark.parametrize(
    "members",
    [
        pytest.param({"is_locked": True}, id="locked"),
        pytest.param({"is_subscribed": True}, id="subscribed"),
        pytest.param({"is_bound": True}, id="bound to a logical pool"),
        pytest.param({"phase": "Deleting"}, id="going already"),
        pytest.param({"flavor": "g"}, id="another flavor"),
        pytest.param({"node_pool": "np"}, id="another node pool"),
    ],
)
def test_a_node_is_no_candidate(members):
    assert find_names([make_node("a", **members), make_node("b")]) == ["b"]


@pytest.mark.parametrize(
    ("constraint", "names"),
    [
        pytest.param({"az": ""}, ["a", "b"], id="any zone"),
        pytest.param({"az": "z2"}, ["b"], id="one zone"),
        pytest.param({"node_pool": "np"}, ["c"], id="a node pool"),
        pytest.param({"flavor": "g"}, [], id="no such flavor"),
    ],
)
def test_a_constraint_matches(constraint, names):
    nodes = [make_node("a"), make_node("b", az="z2"), make_node("c", node_pool="np")]
    wanted = NodeConstraint(**{"flavor": "f", "node_pool": "", "count": 1, **constraint})
    assert [node.name for node in find_matching(nodes, wanted)] == names
    assert find_names(nodes, **constraint) == names


def test_abnormal_nodes_go_first_and_then_by_name():
    nodes = [make_node("c"), make_node("b", phase="Abnormal"), make_node("a"), make_node("d", phase="Abnormal")]
    assert find_names(nodes) == ["b", "d", "a", "c"]


def test_a_job_makes_all_its_hosts_busy():
    jobs = (make_job("Running", "1", "2"), make_job("Failed", "3"), make_job("Pending"), make_job("Creating", "2", "4"))
    assert find_busy_addresses(Evidence(nodes=(), workloads=jobs)) == {"1", "2", "4"}


@pytest.mark.parametrize(
    ("buckets", "surplus"),
    [
        pytest.param({"available": [("f", 2)]}, set(), id="as many as wanted"),
        pytest.param({"available": [("f", 3)]}, {"f"}, id="more than wanted"),
        pytest.param(
            {"creating": [("f", 1)], "available": [("f", 1)], "abnormal": [("f", 1)]}, {"f"}, id="in all three"
        ),
        pytest.param({"available": [("f", 2)], "deleting": [("f", 5)]}, set(), id="those that go do not count"),
        pytest.param({"available": [("f", 2), ("f", 1)]}, {"f"}, id="over several zones"),
        pytest.param({"available": [("g", 4)]}, set(), id="both pools of a flavor together"),
        pytest.param({"available": [("g", 5), ("other", 9)]}, {"g"}, id="flavors that nobody asked for do not count"),
        pytest.param({}, set(), id="nothing is told"),
    ],
)
def test_flavors_with_more_nodes_than_wanted_are_found(buckets, surplus):
    resources = {name: [{"flavor": flavor, "count": count} for flavor, count in rows] for name, rows in buckets.items()}
    live = LiveResource(id="a-p", metadata={}, spec={}, status={"resources": resources})
    wanted = [
        FlavorNodes(flavor=flavor, node_pool=pool, before=0, after=2)
        for flavor, pool in (("f", ""), ("g", ""), ("g", "np"))
    ]
    assert find_surplus(live, wanted) == surplus
