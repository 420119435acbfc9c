"""Nodes and workloads (contract 2.9, 2.12.1, X3, X4)."""

import pytest

from planner.simulator import seeding

CPU = "modelarts.vm.cpu.4ud"
GPU = "modelarts.vm.gpu.t4u8"


def _names(service, pool_id):
    return seeding.list_node_names(service.world, pool_id)


def _delete(service, pool_id, *names):
    return service.batch(pool_id, "batch-delete", {"deleteNodeNames": list(names)})


def test_a_node_is_described_as_the_contract_has_it(service):
    node = service.nodes(service.seed_pool(flavors={GPU: 1}))[0]
    assert node == {
        "apiVersion": "v2",
        "kind": "Node",
        "metadata": {
            "name": "os-node-created-00002",
            "creationTimestamp": "2026-01-01T00:00:00Z",
            "labels": {"os.modelarts.node/nodepool": f"{GPU}-default"},
            "annotations": {"os.modelarts/billing.mode": "0"},
        },
        "spec": {"flavor": GPU},
        "status": {
            "phase": "Available",
            "az": "eu-de-01",
            "privateIp": "10.0.0.3",
            "driver": {"phase": "Running", "version": "440.33"},
        },
    }


def test_a_new_node_is_creating_before_it_is_available(service):
    pool_id = service.seed_pool(flavors={CPU: 1})
    service.world = seeding.change_pool(service.world, pool_id, change=lambda pool: None)
    service.patch(pool_id, {"spec": {"resources": [{"flavor": CPU, "count": 2}]}})
    phases = [one["status"]["phase"] for one in service.world.document["nodes"][pool_id]]
    assert phases == ["Available", "Creating"]
    assert [one["status"]["phase"] for one in service.nodes(pool_id)] == ["Available", "Available"]


def test_nodes_of_an_unknown_pool_are_not_found(service):
    answer = service.send("GET", f"/v2/{seeding.PROJECT_ID}/pools/nobody/nodes")
    assert answer.code == "ModelArts.50015001"


class TestBatchDelete:
    def test_the_named_node_goes_and_the_count_follows(self, service):
        pool_id = service.seed_pool(flavors={CPU: 3})
        names = _names(service, pool_id)
        assert _delete(service, pool_id, names[1]).status == 200
        pool = service.pool(pool_id).json
        assert (pool["spec"]["resources"][0]["count"], pool["spec"]["resources"][0]["maxCount"]) == (2, 2)
        assert _names(service, pool_id) == [names[0], names[2]]

    def test_the_count_of_the_nodes_zone_follows(self, service):
        azs = [{"az": "eu-de-01", "count": 2}, {"az": "eu-de-02", "count": 1}]
        pool_id = service.seed_pool(flavors={}, entries=[{"flavor": CPU, "count": 3, "azs": azs}])
        _delete(service, pool_id, _names(service, pool_id)[2])
        entry = service.pool(pool_id).json["spec"]["resources"][0]
        assert (entry["count"], entry["azs"]) == (2, [{"az": "eu-de-01", "count": 2}])

    def test_an_entry_that_loses_its_last_node_goes(self, service):
        pool_id = service.seed_pool(flavors={CPU: 2, GPU: 1})
        _delete(service, pool_id, _names(service, pool_id)[2])
        assert [one["flavor"] for one in service.pool(pool_id).json["spec"]["resources"]] == [CPU]

    def test_the_service_makes_a_new_node_when_the_count_does_not_follow(self, make_service):
        service = make_service(batch_delete_lowers_count=False)
        pool_id = service.seed_pool(flavors={CPU: 2})
        names = _names(service, pool_id)
        _delete(service, pool_id, names[0])
        service.statuses(pool_id, 2)
        assert service.pool(pool_id).json["spec"]["resources"][0]["count"] == 2
        assert len(_names(service, pool_id)) == 2
        assert names[0] not in _names(service, pool_id)

    def test_the_job_on_the_node_fails_and_the_record_names_the_request(self, service):
        pool_id = service.seed_pool(flavors={CPU: 2})
        names = _names(service, pool_id)
        service.world = seeding.make_workload(service.world, pool_id, nodes=names[:1], name="run-42")
        _delete(service, pool_id, names[0])
        path = f"POST /v2/{seeding.PROJECT_ID}/pools/{pool_id}/nodes/batch-delete"
        said = {"time": "2026-01-01T00:00:20Z", "request": path, "pool": pool_id, "node": names[0]}
        assert service.world.document["killed"] == [said | {"workload": "run-42", "by": "removal"}]
        left = {"flavor": CPU, "nodePool": f"{CPU}-default", "workloads": ["run-42"]}
        assert service.world.document["removed"] == [said | left]

    def test_x3_the_last_node_must_stay(self, service):
        pool_id = service.seed_pool(flavors={CPU: 2})
        assert _delete(service, pool_id, *_names(service, pool_id)).code == "ModelArts.50004000"

    def test_x4_an_unknown_node_is_named_in_the_text(self, service):
        answer = _delete(service, service.seed_pool(), "os-node-nobody")
        assert (answer.status, '"os-node-nobody" not found' in answer.json["error_msg"]) == (404, True)

    @pytest.mark.parametrize("seed", [{"is_locked": True}, {"is_subscribed": True}])
    def test_a_locked_or_subscribed_node_is_refused(self, service, seed):
        pool_id = service.seed_pool()
        name = _names(service, pool_id)[0]
        service.world = seeding.change_node(service.world, pool_id, name=name, **seed)
        assert _delete(service, pool_id, name).code == "ModelArts.50004000"

    @pytest.mark.parametrize("body", [{}, {"deleteNodeNames": []}, {"deleteNodeNames": "x"}, {"deleteNodeNames": [1]}])
    def test_a_body_without_names_is_refused(self, service, body):
        assert service.batch(service.seed_pool(), "batch-delete", body).code == "ModelArts.50004000"


class TestLocks:
    def test_a_lock_is_an_annotation_that_unlocking_removes(self, service):
        pool_id = service.seed_pool()
        body = {"nodeNames": _names(service, pool_id)[:1], "actions": ["delete"]}
        assert service.batch(pool_id, "batch-lock", body).json["nodes"][0]["name"] == body["nodeNames"][0]
        assert service.nodes(pool_id)[0]["metadata"]["annotations"]["os.modelarts.node/lock.action"] == "delete"
        service.batch(pool_id, "batch-unlock", body)
        assert "os.modelarts.node/lock.action" not in service.nodes(pool_id)[0]["metadata"]["annotations"]

    def test_another_action_is_refused(self, service):
        pool_id = service.seed_pool()
        body = {"nodeNames": _names(service, pool_id)[:1], "actions": ["reboot"]}
        assert service.batch(pool_id, "batch-lock", body).code == "ModelArts.50004000"


class TestWorkloads:
    @pytest.fixture
    def busy(self, service):
        pool_id = service.seed_pool()
        names = _names(service, pool_id)
        service.world = seeding.make_workload(service.world, pool_id, nodes=names, name="one")
        service.world = seeding.make_workload(service.world, pool_id, nodes=[], name="two", type="infer")
        service.world = seeding.make_workload(service.world, pool_id, nodes=[], name="three", status="Completed")
        service.pool_id = pool_id
        return service

    @pytest.mark.parametrize(
        ("query", "names"),
        [
            ("", ["one", "two", "three"]),
            ("?status=Running,Queue", ["one", "two"]),
            ("?type=infer", ["two"]),
            ("?limit=2", ["one", "two"]),
            ("?limit=2&offset=2", ["three"]),
            ("?limit=0&offset=9", []),
            ("?sort=create_time&ascend=true", ["one", "two", "three"]),
        ],
    )
    def test_filters_and_pages(self, busy, query, names):
        assert [one["name"] for one in busy.workloads(busy.pool_id, query).json["items"]] == names

    @pytest.mark.parametrize("query", ["?status=Sleeping", "?type=x", "?limit=-1", "?offset=x", "?limit=%C2%B2"])
    def test_a_wrong_filter_is_refused(self, busy, query):
        assert busy.workloads(busy.pool_id, query).code == "ModelArts.50004000"

    def test_host_ips_are_the_addresses_of_the_nodes(self, busy):
        ips = ",".join(one["status"]["privateIp"] for one in busy.nodes(busy.pool_id))
        assert busy.workloads(busy.pool_id).json["items"][0]["hostIps"] == ips

    def test_a_workload_that_ends_by_itself_completes(self, busy):
        name = _names(busy, busy.pool_id)[0]
        busy.world = seeding.make_workload(busy.world, busy.pool_id, nodes=[name], name="short", steps=2)
        seen = [busy.workloads(busy.pool_id).json["items"][3]["status"] for _ in range(2)]
        assert seen == ["Running", "Completed"]


def test_a_node_bound_to_a_logical_pool_says_so(service):
    pool_id = service.seed_pool()
    name = _names(service, pool_id)[0]
    service.world = seeding.change_node(service.world, pool_id, name=name, bound_to="team-pool", phase="Abnormal")
    node = service.nodes(pool_id)[0]
    assert node["metadata"]["labels"]["os.modelarts.node/elastic.quota"] == "team-pool"
    assert set(service.pool(pool_id).json["status"]["resources"]) == {"abnormal", "available"}
