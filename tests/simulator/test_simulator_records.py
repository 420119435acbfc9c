"""The world's own log: what went at whose request, and which workloads it cost."""

import pytest

from planner.simulator import seeding
from planner.simulator.records import find_busy_removals

CPU = "modelarts.vm.cpu.4ud"
GPU = "modelarts.vm.gpu.t4u8"
ROOT = f"/v2/{seeding.PROJECT_ID}/pools"


@pytest.fixture
def busy(make_service):
    """Three nodes; a job keeps the second one busy."""
    service = make_service(removal_order="oldest")
    service.pool_id = service.seed_pool(flavors={GPU: 3})
    service.names = seeding.list_node_names(service.world, service.pool_id)
    service.world = seeding.make_workload(service.world, service.pool_id, nodes=service.names[1:2], name="run-42")
    return service


def _list(service, section, *members):
    return [tuple(one[member] for member in members) for one in service.world.document[section]]


def test_nothing_is_noted_before_something_goes(busy):
    assert [busy.world.document[name] for name in ("removed", "killed", "deleted")] == [[], [], []]


def test_an_idle_node_that_leaves_cost_no_workload(busy):
    busy.batch(busy.pool_id, "batch-delete", {"deleteNodeNames": busy.names[:1]})
    assert _list(busy, "removed", "node", "workloads") == [(busy.names[0], [])]
    assert find_busy_removals(busy.world) == []
    assert busy.world.document["killed"] == []


def test_a_scale_in_by_count_notes_each_node_and_the_job_that_it_cost(busy):
    busy.patch(busy.pool_id, {"spec": {"resources": [{"flavor": GPU, "count": 1}]}})
    assert _list(busy, "removed", "request", "node", "workloads") == [
        (f"PATCH {ROOT}/{busy.pool_id}", busy.names[0], []),
        (f"PATCH {ROOT}/{busy.pool_id}", busy.names[1], ["run-42"]),
    ]
    assert [one["node"] for one in find_busy_removals(busy.world)] == [busy.names[1]]
    assert _list(busy, "killed", "workload", "by") == [("run-42", "removal")]


def test_a_node_is_noted_once_though_its_pool_is_deleted_twice(busy):
    busy.delete(busy.pool_id)
    busy.delete(busy.pool_id)
    assert [name for (name,) in _list(busy, "removed", "node")] == busy.names
    assert _list(busy, "deleted", "kind", "name", "request") == [
        ("pool", busy.pool_id, f"DELETE {ROOT}/{busy.pool_id}")
    ]


def test_a_driver_upgrade_by_force_kills_without_a_removal(busy):
    busy.patch(busy.pool_id, {"spec": {"driver": {"gpuVersion": "470", "updateStrategy": "force"}}})
    assert _list(busy, "killed", "workload", "node", "by") == [("run-42", busy.names[1], "driver")]
    assert busy.world.document["removed"] == []


def test_a_job_on_two_nodes_is_killed_once_and_noted_at_both(busy):
    both = [busy.names[0], busy.names[2]]
    busy.world = seeding.make_workload(busy.world, busy.pool_id, nodes=both, name="wide")
    busy.batch(busy.pool_id, "batch-delete", {"deleteNodeNames": both})
    assert _list(busy, "removed", "workloads") == [(["wide"],), (["wide"],)]
    assert _list(busy, "killed", "workload", "node") == [("wide", busy.names[0])]


def test_a_job_that_has_ended_keeps_no_node_busy(busy):
    busy.world = seeding.make_workload(busy.world, busy.pool_id, nodes=busy.names[:1], status="Completed")
    busy.batch(busy.pool_id, "batch-delete", {"deleteNodeNames": busy.names[:1]})
    assert find_busy_removals(busy.world) == []


def test_a_deleted_network_is_noted(service):
    service.seed_networks("main")
    service.v1("DELETE", f"networks/main-{seeding.PROJECT_ID}")
    assert _list(service, "deleted", "kind", "name") == [("network", f"main-{seeding.PROJECT_ID}")]


def test_deleting_a_pool_is_an_order_that_succeeds_once_it_is_gone(busy):
    busy.delete(busy.pool_id)
    running = busy.v1("GET", "orders").json["items"][0]
    gone = busy.pool(busy.pool_id)
    ended = busy.v1("GET", "orders").json["items"][0]
    assert (running["operation"], running["phase"], gone.status, ended["phase"]) == (
        "delete",
        "running",
        404,
        "successed",
    )
