"""Creating, listing and deleting pools (contract 2.1 to 2.5, C, L and X)."""

import pytest

from planner.simulator import seeding

PROJECT = seeding.PROJECT_ID
CPU = "modelarts.vm.cpu.4ud"
GPU = "modelarts.vm.gpu.t4u8"
ORDER = "os.modelarts/order.name"


def _body(name="training", **spec):
    return {
        "apiVersion": "v2",
        "kind": "Pool",
        "metadata": {"labels": {"os.modelarts/name": name}},
        "spec": {
            "type": "Dedicate",
            "scope": ["Train"],
            "network": {"name": f"main-{PROJECT}"},
            "resources": [{"flavor": CPU, "count": 2}],
        }
        | spec,
    }


def _logical(name="team", **spec):
    body = _body(name, type="Logical", **spec)
    body["spec"] = {key: value for key, value in body["spec"].items() if key in {"type", "resources", *spec}}
    return body


@pytest.fixture
def ready(service):
    service.world, _ = seeding.make_network(service.world, name="main")
    return service


class TestCreate:
    def test_c3_c4_the_answer_has_an_id_and_an_order_but_no_phase(self, ready):
        answer = ready.create(_body())
        assert answer.status == 200
        assert answer.json["metadata"]["name"] == f"training-{PROJECT}"
        assert answer.json["status"] == {"resources": {}}
        assert ORDER in answer.json["metadata"]["labels"]

    def test_a_new_pool_goes_through_creating_and_enabling_to_running(self, ready):
        pool_id = ready.create(_body()).json["metadata"]["name"]
        seen = ready.statuses(pool_id, 3)
        phases = [(one["phase"], one["scope"][0]["state"], list(one["resources"])) for one in seen]
        assert phases == [
            ("Creating", "Enabling", ["creating"]),
            ("Running", "Enabling", ["available"]),
            ("Running", "Enabled", ["available"]),
        ]

    def test_o1_the_order_of_a_creation_succeeds(self, ready):
        pool_id = ready.create(_body()).json["metadata"]["name"]
        ready.statuses(pool_id, 3)
        order = ready.v1("GET", "orders").json["items"][0]
        assert (order["operation"], order["phase"], order["resourceName"]) == ("apply", "successed", pool_id)

    def test_the_service_fills_in_what_was_not_sent(self, ready):
        entry = ready.create(_body()).json["spec"]["resources"][0]
        assert entry == {"flavor": CPU, "count": 2, "nodePool": f"{CPU}-default", "maxCount": 2}

    def test_c1_a_taken_display_name_is_a_conflict(self, ready):
        ready.create(_body())
        answer = ready.create(_body())
        assert (answer.status, answer.code) == (409, "ModelArts.50015000")

    def test_c1_another_project_may_use_the_name(self, ready):
        ready.create(_body())
        body = _body(network={"vpcId": "v", "subnetId": "s"})
        assert ready.send("POST", "/v2/other/pools", body).json["metadata"]["name"] == "training-other"

    def test_c2_a_physical_pool_needs_a_network(self, ready):
        answer = ready.create(_body(network={}))
        assert answer.json["error_msg"] == "Bad request. spec.network is required"

    def test_a_pool_of_sold_out_flavors_ends_in_creation_failed(self, make_service):
        service = make_service(sold_out=[CPU])
        service.world, _ = seeding.make_network(service.world, name="main")
        pool_id = service.create(_body()).json["metadata"]["name"]
        assert service.statuses(pool_id, 2)[-1]["phase"] == "CreationFailed"
        assert service.v1("GET", "orders?phase=failed").json["items"][0]["failReason"]

    def test_a_password_is_never_given_back(self, ready):
        answer = ready.create(_body(userLogin={"password": "secret", "keyPairName": "k"}))
        assert answer.json["spec"]["userLogin"] == {"keyPairName": "k"}

    def test_the_seeds_old_api_version_is_taken(self, ready):
        assert ready.create(_body() | {"apiVersion": "v1"}).status == 200

    def test_a_pool_beyond_the_quota_is_refused_only_when_quotas_are_enforced(self, make_service):
        service = make_service(enforce_quotas=True)
        service.world.document["quotas"]["pool"] = 0
        assert service.create(_body(network={"vpcId": "v", "subnetId": "s"})).code == "ModelArts.50004000"

    @pytest.mark.parametrize(
        "spec",
        [
            pytest.param({"type": "Dedicated"}, id="unknown type"),
            pytest.param({"resources": []}, id="no resources"),
            pytest.param({"resources": [{"flavor": CPU, "count": 0}]}, id="count 0"),
            pytest.param({"resources": [{"flavor": "gold", "count": 1}]}, id="unknown flavor"),
            pytest.param({"network": {"name": "nowhere"}}, id="unknown network"),
            pytest.param({"network": "main"}, id="network is a text"),
            pytest.param({"network": {"name": 1}}, id="network name is a number"),
            pytest.param({"parent": "nobody"}, id="unknown parent"),
            pytest.param({"scope": ["Sleep"]}, id="unknown scope"),
            pytest.param({"driver": {"gpuVersion": "470"}}, id="P22: driver without accelerator"),
            pytest.param({"colour": "red"}, id="unknown member"),
            pytest.param({"masters": {}}, id="masters is an object"),
        ],
    )
    def test_a_body_that_cannot_be_a_pool_is_refused(self, ready, spec):
        assert ready.create(_body(**spec)).code == "ModelArts.50004000"

    @pytest.mark.parametrize("name", ["abc", "Training", "1training", "training-", "a" * 65, "", "träning"])
    def test_an_invalid_display_name_is_refused(self, ready, name):
        assert ready.create(_body(name)).code == "ModelArts.50004000"


class TestLogical:
    @pytest.mark.parametrize(
        "spec", [{"network": {"name": "n"}}, {"masters": [{"az": "a"}]}, {"driver": {"updateStrategy": "idle"}}]
    )
    def test_c5_network_masters_and_driver_are_refused(self, service, spec):
        assert service.create(_logical(**spec)).code == "ModelArts.50004000"

    def test_a_logical_pool_waits_and_is_approved_by_the_next_step(self, service):
        pool_id = service.create(_logical()).json["metadata"]["name"]
        assert [one["phase"] for one in service.statuses(pool_id, 2)] == ["Waiting", "Running"]

    def test_a_logical_pool_that_nobody_approves_waits_on(self, make_service):
        service = make_service(approve_logical=False)
        pool_id = service.create(_logical()).json["metadata"]["name"]
        assert {one["phase"] for one in service.statuses(pool_id, 4)} == {"Waiting"}

    def test_a_logical_pool_names_its_parent_and_has_no_nodes(self, service):
        parent = service.seed_pool(name="physical")
        pool_id = service.create(_logical(parent=parent)).json["metadata"]["name"]
        status = service.statuses(pool_id, 2)[-1]
        assert status == {"phase": "Running", "root": parent, "parent": parent, "resources": {}}
        assert service.pool(parent).json["metadata"]["annotations"]["os.modelarts.pool/subpools.count"] == "1"

    def test_l3_parent_lists_its_logical_pools(self, service):
        parent = service.seed_pool(name="physical")
        pool_id = service.create(_logical(parent=parent)).json["metadata"]["name"]
        assert [one["metadata"]["name"] for one in service.pools(f"?parent={parent}").json["items"]] == [pool_id]

    def test_a_parent_can_go_only_after_its_logical_pools(self, service):
        parent = service.seed_pool(name="physical")
        pool_id = service.create(_logical(parent=parent)).json["metadata"]["name"]
        assert service.delete(parent).code == "ModelArts.50004000"
        service.delete(pool_id)
        service.pools()
        assert service.pool(parent).json["metadata"]["annotations"]["os.modelarts.pool/subpools.count"] == "0"
        assert service.delete(parent).status == 200

    def test_a_changed_count_of_a_logical_pool_is_an_order_without_nodes(self, service):
        pool_id = service.seed_pool(type="Logical")
        answer = service.patch(pool_id, {"spec": {"resources": [{"flavor": CPU, "count": 4, "maxCount": 9}]}})
        assert ORDER in answer.json["metadata"]["labels"]
        assert answer.json["spec"]["resources"] == [{"flavor": CPU, "count": 4, "maxCount": 9}]


class TestDelete:
    def test_x1_a_deleted_pool_shows_deleting_and_then_is_gone(self, service):
        pool_id = service.seed_pool()
        answer = service.delete(pool_id)
        assert (answer.status, answer.json["status"]["phase"]) == (200, "Deleting")
        assert answer.json["metadata"]["deletionTimestamp"]
        assert [service.pool(pool_id).status for _ in range(2)] == [200, 404]

    def test_deleting_kills_what_runs_even_on_locked_nodes(self, service):
        pool_id = service.seed_pool()
        names = seeding.list_node_names(service.world, pool_id)
        service.world = seeding.make_workload(service.world, pool_id, nodes=names, name="run-42")
        service.world = seeding.change_node(service.world, pool_id, name=names[0], is_locked=True)
        service.delete(pool_id)
        assert [one["workload"] for one in service.world.document["killed"]] == ["run-42"]

    def test_the_order_of_a_logical_pool_that_goes_before_it_is_done_fails(self, make_service):
        service = make_service(approve_logical=False)
        pool_id = service.create(_logical()).json["metadata"]["name"]
        service.delete(pool_id)
        service.pools()
        assert service.v1("GET", "orders").json["items"][1]["phase"] == "failed"

    def test_an_unknown_pool_is_not_found(self, service):
        assert service.delete("nobody").code == "ModelArts.50015001"


class TestList:
    def test_items_are_what_a_single_read_shows(self, service):
        pool_id = service.seed_pool(flavors={GPU: 2})
        assert service.pools().json["items"] == [service.pool(pool_id).json]

    @pytest.mark.parametrize(
        ("status", "names"),
        [
            ("created", ["aaaa"]),
            ("creating", ["bbbb"]),
            ("failed", ["cccc"]),
            pytest.param("", ["aaaa", "bbbb"], id="blank leaves out failures"),
        ],
    )
    def test_l1_l2_status_filters(self, service, status, names):
        service.seed_pool(name="aaaa")
        service.seed_pool(name="bbbb", phase="Creating", stuck=True)
        service.seed_pool(name="cccc", phase="CreationFailed")
        items = service.pools(f"?status={status}").json["items"]
        assert [one["metadata"]["labels"]["os.modelarts/name"] for one in items] == names

    def test_l1_no_pool_has_another_status(self, service):
        service.seed_pool()
        assert service.pools("?status=Running").json["items"] == []

    @pytest.mark.parametrize(
        ("query", "count"),
        [
            ("", 1),
            ("?workspaceId=", 1),
            ("?workspaceId=w1", 1),
            ("?workspaceId=w2", 0),
            ("?labelSelector=os.modelarts/name=training", 1),
            ("?labelSelector=os.modelarts/name==training,os.modelarts/workspace.id", 1),
            ("?labelSelector=os.modelarts/name=other", 0),
            ("?labelSelector=team", 0),
        ],
    )
    def test_workspace_and_labels_filter(self, service, query, count):
        service.seed_pool()
        service.seed_pool(name="other", labels={"os.modelarts/workspace.id": "w1"})
        assert len(service.pools(query).json["items"]) == count

    def test_pages_follow_the_token_to_the_end(self, make_service):
        service = make_service(page_size=2)
        ids = [service.seed_pool(name=f"pool-{n}") for n in range(5)]
        first = service.pools().json
        second = service.pools(f"?continue={first['metadata']['continue']}").json
        third = service.pools(f"?continue={second['metadata']['continue']}").json
        assert [one["metadata"]["name"] for page in (first, second, third) for one in page["items"]] == ids
        assert [page["metadata"].get("remainingItemCount") for page in (first, second, third)] == [3, 1, None]

    @pytest.mark.parametrize("token", ["%21", "a", "____"])
    def test_a_token_that_was_never_given_out_starts_anew(self, service, token):
        service.seed_pool()
        assert len(service.pools(f"?continue={token}").json["items"]) == 1

    def test_a_list_may_omit_what_a_single_read_shows(self, make_service):
        service = make_service(list_omits=[f"training-{PROJECT}"])
        pool_id = service.seed_pool()
        assert service.pools().json["items"] == []
        assert service.pool(pool_id).status == 200
