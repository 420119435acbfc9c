"""Which job runs on which node, which pools are meant, and since when a node was seen idle."""

from dataclasses import replace

import pytest

from planner.core.node_sights import NodeSight, PoolSight, add_evidence, compare_looks, find_matching
from planner.core.snapshot import Evidence, LiveNode, LiveWorkload, Unread

POOL = PoolSight(id="gpu-a-p", name="gpu-a", phase="Running", address="pool.a")
OTHER = PoolSight(id="cpu-b-p", name="cpu-b", phase="Running")
EARLY, LATE = "2026-11-25T10:00:00Z", "2026-11-25T11:00:00Z"


def make_node(name: str, ip: str = "10.0.0.1", *, phase: str = "Available") -> LiveNode:
    return LiveNode(name=name, flavor="f", node_pool="", az="az", phase=phase, private_ip=ip)


def make_job(status: str = "Running", *ips: str) -> LiveWorkload:
    return LiveWorkload(name="job", type="train", status=status, host_ips=ips)


@pytest.mark.parametrize(
    ("node", "job", "is_busy"),
    [
        pytest.param(make_node("n"), make_job("Running", "10.0.0.1"), True, id="runs here"),
        pytest.param(make_node("n"), make_job("Terminating", "10.0.0.9", "10.0.0.1"), True, id="ends on two nodes"),
        pytest.param(make_node("n"), make_job("Running", "10.0.0.11"), False, id="an address that begins alike"),
        pytest.param(make_node("n"), make_job("Completed", "10.0.0.1"), False, id="finished"),
        pytest.param(make_node("n", ""), make_job("Running", ""), False, id="no address"),
    ],
)
def test_a_job_is_on_the_node_of_its_address(node, job, is_busy):
    sight = add_evidence(POOL, Evidence(nodes=(node,), workloads=(job,))).nodes[0]
    assert (bool(sight.jobs), sight.is_idle) == (is_busy, not is_busy)


def test_jobs_without_a_node_are_queued():
    jobs = (make_job("Queue"), make_job("Pending"), make_job("Failed"), make_job("Pending", "10.0.0.1"))
    assert add_evidence(POOL, Evidence(nodes=(), workloads=jobs)).queued == 2


def test_what_cannot_be_read_is_said():
    assert add_evidence(POOL, Unread(why="no permission")).unread == "no permission"


@pytest.mark.parametrize(
    ("pattern", "found"),
    [("pool.a", [POOL]), ("gpu-a", [POOL]), ("cpu-b-p", [OTHER]), ("*", [POOL, OTHER]), ("pool.*", [POOL]), ("x", [])],
)
def test_a_pool_is_named_by_address_id_name_or_glob(pattern, found):
    assert list(find_matching([POOL, OTHER], pattern)) == found


def make_look(*sights: NodeSight) -> PoolSight:
    return replace(POOL, nodes=sights)


IDLE = NodeSight(node=make_node("n"))
SEEN = NodeSight(node=make_node("n"), idle_since=EARLY)
BUSY = NodeSight(node=make_node("n"), jobs=(make_job(),))
BROKEN = NodeSight(node=make_node("n", phase="Abnormal"))


@pytest.mark.parametrize(
    ("before", "after", "since"),
    [
        pytest.param([make_look(BUSY)], IDLE, LATE, id="it became idle"),
        pytest.param([make_look()], IDLE, LATE, id="it is new"),
        pytest.param([make_look(BROKEN)], IDLE, LATE, id="it came back"),
        pytest.param([make_look(SEEN)], IDLE, EARLY, id="it stayed idle"),
        pytest.param([make_look(IDLE)], IDLE, "", id="it was idle before the watch"),
        pytest.param([make_look(SEEN)], BUSY, "", id="it became busy"),
        pytest.param([replace(POOL, unread="no")], IDLE, "", id="the look before failed"),
        pytest.param([], IDLE, "", id="the pool is new"),
    ],
)
def test_since_when_a_node_is_idle_is_what_was_seen(before, after, since):
    compared = compare_looks(before, [make_look(after)], now=LATE)
    assert compared[0].nodes[0].idle_since == since
