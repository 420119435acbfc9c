"""How nodes and workloads live: nodes that come one by one, zones that are sold out, jobs that queue, run and end."""

import pytest

from planner.simulator import seeding

CPU = "modelarts.vm.cpu.4ud"
GPU = "modelarts.vm.gpu.t4u8"


def _available(service, pool_id, count):
    seen = service.statuses(pool_id, count)
    return [sum(one["count"] for one in status["resources"].get("available", ())) for status in seen]


@pytest.mark.parametrize(
    ("options", "seen"),
    [
        ({}, [6, 6, 6, 6]),
        ({"nodes_per_step": 1}, [3, 4, 5, 6]),
        ({"nodes_per_step": 2}, [4, 6, 6, 6]),
        ({"nodes_per_step": 2, "steps_per_node": 2}, [2, 4, 6, 6]),
    ],
)
def test_new_nodes_come_at_once_or_one_after_the_other(make_service, options, seen):
    service = make_service(**options)
    pool_id = service.seed_pool(flavors={CPU: 2})
    service.patch(pool_id, {"spec": {"resources": [{"flavor": CPU, "count": 6}]}})
    assert _available(service, pool_id, 4) == seen


def test_a_resize_that_comes_in_parts_stays_one_order(make_service):
    service = make_service(nodes_per_step=1)
    pool_id = service.seed_pool(flavors={CPU: 1})
    service.patch(pool_id, {"spec": {"resources": [{"flavor": CPU, "count": 4}]}})
    phases = [service.v1("GET", "orders").json["items"][0]["phase"] for _ in range(4)]
    assert phases == ["running", "running", "successed", "successed"]


@pytest.fixture
def queue(service):
    """Two nodes of a GPU pool; a job of three steps runs on the first."""
    service.pool_id = service.seed_pool(flavors={GPU: 2})
    service.names = seeding.list_node_names(service.world, service.pool_id)
    service.world = seeding.make_workload(
        service.world, service.pool_id, nodes=service.names[:1], name="first", steps=3
    )
    return service


def _statuses(service, count):
    seen = []
    for _ in range(count):
        items = service.workloads(service.pool_id).json["items"]
        seen.append({one["name"]: one["status"] for one in items})
    return seen


def test_a_queued_job_starts_once_enough_nodes_are_free(queue):
    queue.world = seeding.make_workload(queue.world, queue.pool_id, nodes=[], name="wide", needs=2, steps=2)
    assert [one["wide"] for one in _statuses(queue, 6)] == [
        "Queue", "Queue", "Running", "Running", "Completed", "Completed",
    ]  # fmt: skip


def test_a_started_job_keeps_its_nodes_busy(queue):
    queue.world = seeding.make_workload(queue.world, queue.pool_id, nodes=[], name="small", needs=1)
    queue.pool(queue.pool_id)
    second = queue.nodes(queue.pool_id)[1]["status"]["privateIp"]
    items = {one["name"]: one["hostIps"] for one in queue.workloads(queue.pool_id).json["items"]}
    assert items["small"] == second


def test_jobs_start_in_the_order_of_the_queue(queue):
    for name in ("a", "b"):
        queue.world = seeding.make_workload(queue.world, queue.pool_id, nodes=[], name=name, needs=1, steps=1)
    seen = _statuses(queue, 3)
    assert [(one["a"], one["b"]) for one in seen] == [
        ("Running", "Queue"), ("Completed", "Running"), ("Completed", "Completed"),
    ]  # fmt: skip


def test_a_job_without_a_need_waits_for_ever_and_the_world_rests(queue):
    queue.world = seeding.make_workload(queue.world, queue.pool_id, nodes=[], name="lost")
    assert _statuses(queue, 5)[-1]["lost"] == "Queue"
    before = queue.world
    queue.pool(queue.pool_id)
    assert queue.world is before


def test_an_isolated_node_takes_no_new_job(queue):
    queue.patch(queue.pool_id, {"spec": {"driver": {"gpuVersion": "470", "updateStrategy": "idle"}}})
    queue.world = seeding.make_workload(queue.world, queue.pool_id, nodes=[], name="small", needs=1, steps=9)
    host = queue.workloads(queue.pool_id).json["items"][1]["hostIps"]
    first = queue.nodes(queue.pool_id)[0]["status"]["privateIp"]
    assert host != first
