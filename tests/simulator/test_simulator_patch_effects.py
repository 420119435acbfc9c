"""What a PATCH of a pool does (contract 4, 7)."""

import pytest

from planner.simulator import seeding

CPU = "modelarts.vm.cpu.4ud"
GPU = "modelarts.vm.gpu.t4u8"

ORDER = "os.modelarts/order.name"


def _counts(status, bucket):
    return {(one["flavor"], one["nodePool"]): one["count"] for one in status["resources"].get(bucket, [])}


def _resources(*entries):
    return {"spec": {"resources": list(entries)}}


def _scope(status):
    return {one["scopeType"]: one["state"] for one in status["scope"]}


def test_p04_the_answer_is_the_whole_pool(service):
    answer = service.patch(service.seed_pool(), {"metadata": {"annotations": {"team": "vision"}}})
    assert set(answer.json) == {"apiVersion", "kind", "metadata", "spec", "status"}


def test_p05_p06_the_answer_to_growth_has_the_new_count_and_the_nodes_on_their_way(service):
    answer = service.patch(service.seed_pool(), _resources({"flavor": CPU, "count": 5}))
    status, key = answer.json["status"], (CPU, f"{CPU}-default")
    assert answer.json["spec"]["resources"][0]["count"] == 5
    assert (status["phase"], _counts(status, "creating"), _counts(status, "available")) == (
        "Running",
        {key: 3},
        {key: 2},
    )


def test_p07_empty_buckets_are_left_out(service):
    assert set(service.pool(service.seed_pool()).json["status"]["resources"]) == {"available"}


def test_p08_an_entry_left_out_goes_with_its_nodes(service):
    pool_id = service.seed_pool(flavors={CPU: 2, GPU: 1})
    answer = service.patch(pool_id, _resources({"flavor": CPU, "count": 2}))
    assert _counts(answer.json["status"], "deleting") == {(GPU, f"{GPU}-default"): 1}
    assert [one["spec"]["flavor"] for one in service.nodes(pool_id)] == [CPU, CPU]


def test_p09_scope_is_the_full_wanted_set(service):
    pool_id = service.seed_pool(scope=["Train"])
    answer = service.patch(pool_id, {"spec": {"scope": ["Infer"]}})
    assert _scope(answer.json["status"]) == {"Train": "Disabling", "Infer": "Enabling"}
    assert _scope(service.pool(pool_id).json["status"]) == {"Infer": "Enabled"}


def test_p09_an_empty_scope_disables_everything(service):
    pool_id = service.seed_pool(scope=["Train", "Infer"])
    service.patch(pool_id, {"spec": {"scope": []}})
    assert service.pool(pool_id).json["status"]["scope"] == []


def test_p09_a_scope_that_comes_back_while_it_goes_is_enabled_again(service):
    pool_id = service.seed_pool(scope=["Train"])
    service.world = seeding.change_pool(
        service.world, pool_id, change=lambda pool: pool["status"]["scope"][0].update(state="Disabled")
    )
    service.patch(pool_id, {"spec": {"scope": ["Train"]}})
    assert _scope(service.pool(pool_id).json["status"]) == {"Train": "Enabled"}


def test_p11_null_removes_job_flavors(service):
    pool_id = service.seed_pool(spec={"jobFlavors": ["small"]})
    assert "jobFlavors" not in service.patch(pool_id, {"spec": {"jobFlavors": None}}).json["spec"]


def test_p10_what_a_patch_does_not_name_stays(service):
    pool_id = service.seed_pool(flavors={GPU: 1}, annotations={"a": "1"}, spec={"driver": {"gpuVersion": "440.33"}})
    before = service.pool(pool_id).json
    after = service.patch(pool_id, {"metadata": {"annotations": {"b": "2"}}}).json
    assert after["spec"] == before["spec"]
    assert after["metadata"]["annotations"] == before["metadata"]["annotations"] | {"b": "2"}


@pytest.mark.parametrize("member", ["labels", "annotations"])
def test_p11_null_removes_a_member(service, member):
    pool_id = service.seed_pool(**{member: {"team": "vision"}})
    assert "team" not in service.patch(pool_id, {"metadata": {member: {"team": None}}}).json["metadata"][member]


def test_p12_metadata_starts_no_order(service):
    answer = service.patch(service.seed_pool(), {"metadata": {"annotations": {"team": "vision"}}})
    assert ORDER not in answer.json["metadata"]["labels"]


def test_p13_a_changed_count_starts_an_order_that_succeeds(service):
    pool_id = service.seed_pool()
    name = service.patch(pool_id, _resources({"flavor": CPU, "count": 3})).json["metadata"]["labels"][ORDER]
    phases = [service.v1("GET", "orders").json["items"][0]["phase"] for _ in range(2)]
    detail = service.v1("GET", f"orders/{name}").json["items"][0]
    assert (phases[-1], detail["status"]) == ("successed", "succeed")


def test_p13_a_changed_workspace_starts_an_order(service):
    pool_id = service.seed_pool()
    answer = service.patch(pool_id, {"metadata": {"labels": {"os.modelarts/workspace.id": "w1"}}})
    assert ORDER in answer.json["metadata"]["labels"]
    assert service.pools("?workspaceId=w1").json["items"][0]["metadata"]["name"] == pool_id


def test_p13_the_label_of_the_order_can_be_switched_off(make_service):
    service = make_service(order_labels=False)
    answer = service.patch(service.seed_pool(), _resources({"flavor": CPU, "count": 3}))
    assert ORDER not in answer.json["metadata"]["labels"]


def test_p14_sending_the_same_again_is_a_no_op(service):
    pool_id = service.seed_pool(flavors={CPU: 2, GPU: 1})
    before = service.pool(pool_id).json
    patch = {"spec": {"scope": before["spec"]["scope"], "resources": before["spec"]["resources"]}}
    assert service.patch(pool_id, patch).json == before


def test_p14_entries_in_another_order_move_no_node(service):
    pool_id = service.seed_pool(flavors={CPU: 2, GPU: 1})
    names = seeding.list_node_names(service.world, pool_id)
    entries = service.pool(pool_id).json["spec"]["resources"]
    service.patch(pool_id, _resources(*reversed(entries)))
    assert [one["metadata"]["name"] for one in service.nodes(pool_id)] == names


def test_the_service_fills_in_node_pool_and_max_count(service):
    entry = service.patch(service.seed_pool(), _resources({"flavor": CPU, "count": 3})).json["spec"]["resources"][0]
    assert entry == {"flavor": CPU, "count": 3, "nodePool": f"{CPU}-default", "maxCount": 3}


def test_the_service_fills_in_zones_when_that_is_switched_on(make_service):
    service = make_service(fill_azs=True)
    entry = service.patch(service.seed_pool(), _resources({"flavor": CPU, "count": 3})).json["spec"]["resources"][0]
    assert entry["azs"] == [{"az": "eu-de-01", "count": 3}]


def test_the_service_fills_in_nothing_when_that_is_switched_off(make_service):
    service = make_service(fill_node_pool=False, fill_max_count=False)
    answer = service.patch(service.seed_pool(), _resources({"flavor": CPU, "count": 3}))
    assert answer.json["spec"]["resources"] == [{"flavor": CPU, "count": 3}]


def test_zones_are_totals_and_nodes_move_between_them(service):
    pool_id = service.seed_pool(flavors={CPU: 3})
    azs = [{"az": "eu-de-01", "count": 1}, {"az": "eu-de-02", "count": 2}]
    service.patch(pool_id, _resources({"flavor": CPU, "count": 3, "azs": azs}))
    service.statuses(pool_id, 1)
    assert sorted(one["status"]["az"] for one in service.nodes(pool_id)) == ["eu-de-01", "eu-de-02", "eu-de-02"]


@pytest.mark.parametrize(("order", "kept"), [("newest", [0, 1]), ("oldest", [1, 2]), ("busiest", [1, 2])])
def test_shrinking_takes_the_nodes_that_the_option_says(make_service, order, kept):
    service = make_service(removal_order=order)
    pool_id = service.seed_pool(flavors={CPU: 3})
    names = seeding.list_node_names(service.world, pool_id)
    service.world = seeding.make_workload(service.world, pool_id, nodes=names[:1])
    service.patch(pool_id, _resources({"flavor": CPU, "count": 2}))
    assert [one["metadata"]["name"] for one in service.nodes(pool_id)] == [names[index] for index in kept]


def test_shrinking_onto_a_busy_node_kills_its_workload_and_says_who_did_it(make_service):
    service = make_service(removal_order="oldest")
    pool_id = service.seed_pool()
    names = seeding.list_node_names(service.world, pool_id)
    service.world = seeding.make_workload(service.world, pool_id, nodes=names[:1], name="run-42")
    service.patch(pool_id, _resources({"flavor": CPU, "count": 1}))
    assert service.workloads(pool_id).json["items"][0]["status"] == "Failed"
    request = f"PATCH /v2/{seeding.PROJECT_ID}/pools/{pool_id}"
    killed = [(one["workload"], one["node"], one["request"]) for one in service.world.document["killed"]]
    assert killed == [("run-42", names[0], request)]


def test_growth_of_a_sold_out_flavor_ends_in_scaling_failed(make_service):
    service = make_service(sold_out=[GPU])
    pool_id = service.seed_pool(flavors={GPU: 1})
    service.patch(pool_id, _resources({"flavor": GPU, "count": 3}))
    status = service.statuses(pool_id, 2)[-1]
    order = service.v1("GET", "orders").json["items"][0]
    assert (status["phase"], _counts(status, "available")) == ("ScalingFailed", {(GPU, f"{GPU}-default"): 1})
    assert (order["phase"], order["resultCount"][0]["count"]) == ("failed", 1)
    assert service.pool(pool_id).json["spec"]["resources"][0]["count"] == 3


def test_growth_that_comes_in_part_is_a_partial_success(make_service):
    service = make_service(sold_out=[GPU])
    pool_id = service.seed_pool(flavors={GPU: 1, CPU: 1})
    service.patch(pool_id, _resources({"flavor": GPU, "count": 2}, {"flavor": CPU, "count": 2}))
    service.statuses(pool_id, 2)
    assert service.v1("GET", "orders").json["items"][0]["phase"] == "partialSuccessed"


def test_a_failed_growth_lowers_the_count_when_that_is_switched_on(make_service):
    service = make_service(sold_out=[GPU], scaling_failure_lowers_count=True)
    pool_id = service.seed_pool(flavors={GPU: 1})
    service.patch(pool_id, _resources({"flavor": GPU, "count": 3}))
    service.statuses(pool_id, 2)
    entry = service.pool(pool_id).json["spec"]["resources"][0]
    assert (entry["count"], entry["maxCount"]) == (1, 1)


def test_a_failed_growth_is_tried_again_when_the_same_is_sent(make_service):
    service = make_service()
    pool_id = service.seed_pool(flavors={GPU: 1}, phase="ScalingFailed")
    service.world = seeding.change_pool(
        service.world, pool_id, change=lambda pool: pool["spec"]["resources"][0].update(count=2, maxCount=2)
    )
    service.patch(pool_id, _resources({"flavor": GPU, "count": 2}))
    status = service.statuses(pool_id, 2)[-1]
    assert (status["phase"], _counts(status, "available")) == ("Running", {(GPU, f"{GPU}-default"): 2})


def test_more_steps_per_node_make_growth_slower(make_service):
    service = make_service(steps_per_node=3)
    pool_id = service.seed_pool()
    service.patch(pool_id, _resources({"flavor": CPU, "count": 3}))
    assert ["creating" in one["resources"] for one in service.statuses(pool_id, 3)] == [True, True, False]


def test_a_scope_that_cannot_be_enabled_may_be_retried(make_service):
    service = make_service(failing_scopes=["Infer"])
    pool_id = service.seed_pool()
    service.patch(pool_id, {"spec": {"scope": ["Train", "Infer"]}})
    assert _scope(service.pool(pool_id).json["status"])["Infer"] == "EnableFailed"
    path = f"/v2/{seeding.PROJECT_ID}/pools/{pool_id}/retry-scope"
    assert service.send("POST", path, {"scope": "Infer"}).json == {}
    assert service.send("POST", path, {"scope": "Train"}).code == "ModelArts.50004000"


class TestDriver:
    def test_s2_a_forced_upgrade_passes_running_twice(self, service):
        pool_id = service.seed_pool(flavors={GPU: 1})
        answer = service.patch(pool_id, {"spec": {"driver": {"gpuVersion": "470.57", "updateStrategy": "force"}}})
        seen = [answer.json["status"], *service.statuses(pool_id, 4)]
        states = [one["driver"]["gpu"]["state"] for one in seen]
        assert states == ["Upgrading", "Running", "Creating", "Running", "Running"]
        assert seen[-1]["driver"]["gpu"]["version"] == "470.57"

    def test_s3_force_kills_what_runs(self, service):
        pool_id = service.seed_pool(flavors={GPU: 1})
        names = seeding.list_node_names(service.world, pool_id)
        service.world = seeding.make_workload(service.world, pool_id, nodes=names)
        service.patch(pool_id, {"spec": {"driver": {"gpuVersion": "470.57", "updateStrategy": "force"}}})
        assert service.workloads(pool_id).json["items"][0]["status"] == "Failed"

    def test_s3_idle_waits_for_the_busy_node_and_upgrades_the_others(self, service):
        pool_id = service.seed_pool(flavors={GPU: 2})
        names = seeding.list_node_names(service.world, pool_id)
        service.world = seeding.make_workload(service.world, pool_id, nodes=names[:1], steps=6)
        service.patch(pool_id, {"spec": {"driver": {"gpuVersion": "470.57", "updateStrategy": "idle"}}})
        states = [one["driver"]["gpu"]["state"] for one in service.statuses(pool_id, 2)]
        drivers = [one["status"]["driver"] for one in service.nodes(pool_id)]
        assert states == ["Upgrading", "Upgrading"]
        assert drivers == [{"phase": "Pending", "version": "440.33"}, {"phase": "Running", "version": "470.57"}]
        assert [one["driver"]["gpu"]["state"] for one in service.statuses(pool_id, 6)][-1] == "Running"
        assert service.workloads(pool_id).json["items"][0]["status"] == "Completed"

    def test_p15_the_same_version_aligns_nodes_that_differ(self, service):
        pool_id = service.seed_pool(flavors={GPU: 2})
        name = seeding.list_node_names(service.world, pool_id)[0]
        service.world = seeding.change_node(service.world, pool_id, name=name, driver="418.00")
        answer = service.patch(pool_id, {"spec": {"driver": {"gpuVersion": "440.33"}}})
        assert answer.json["status"]["driver"]["gpu"]["state"] == "Upgrading"
        service.statuses(pool_id, 1)
        assert {one["status"]["driver"]["version"] for one in service.nodes(pool_id)} == {"440.33"}

    def test_p15_the_same_version_does_nothing_where_nothing_differs(self, service):
        answer = service.patch(service.seed_pool(flavors={GPU: 2}), {"spec": {"driver": {"gpuVersion": "440.33"}}})
        assert answer.json["status"]["driver"]["gpu"]["state"] == "Running"

    def test_nodes_that_come_later_may_carry_another_driver(self, make_service):
        service = make_service(new_nodes_driver="535.10")
        pool_id = service.seed_pool(flavors={GPU: 1})
        service.patch(pool_id, _resources({"flavor": GPU, "count": 2}))
        assert service.nodes(pool_id)[-1]["status"]["driver"]["version"] == "535.10"

    def test_a_flavor_that_brings_an_accelerator_brings_its_driver(self, service):
        pool_id = service.seed_pool(flavors={CPU: 1})
        answer = service.patch(pool_id, _resources({"flavor": CPU, "count": 1}, {"flavor": GPU, "count": 1}))
        assert answer.json["status"]["driver"] == {"gpu": {"version": "440.33", "state": "Creating"}}
        assert service.statuses(pool_id, 2)[-1]["driver"] == {"gpu": {"version": "440.33", "state": "Running"}}

    def test_a_cpu_pool_has_no_driver(self, service):
        assert "driver" not in service.pool(service.seed_pool()).json["status"]
