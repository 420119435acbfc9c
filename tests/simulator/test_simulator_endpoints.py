"""The API as ``schemas/openapi.yaml`` declares it: every operation is there, and the small ones do what they say."""

import pytest
from openapi_answers import list_operations

from planner.simulator import seeding
from planner.simulator.world import ROUTES

CPU = "modelarts.vm.cpu.4ud"
GPU = "modelarts.vm.gpu.t4u8"
TEAM = {"key": "team", "value": "vision"}


def _shorten(path):
    return "/".join("{}" if part.startswith("{") else part for part in path.split("/"))


@pytest.mark.parametrize(("method", "path"), list_operations())
def test_every_declared_operation_is_served(method, path):
    assert method in ROUTES[_shorten(path)]


def test_nothing_is_served_that_is_not_declared():
    declared = {(method, _shorten(path)) for method, path in list_operations()}
    assert {(method, path) for path, handlers in ROUTES.items() for method in handlers} == declared


def test_an_unsupported_method_says_which_ones_are(service):
    answer = service.send("PUT", f"/v2/{seeding.PROJECT_ID}/pools")
    assert (answer.status, answer.headers["allow"]) == (405, "GET, POST")


def test_a_slash_inside_a_name_makes_no_other_path(service):
    assert service.send("GET", "/v1/a%2Fb/quotas").status == 200


@pytest.mark.parametrize("project", ["A", "-", "a_b", "a" * 64, "%00"])
def test_a_pool_of_any_project_has_a_name_that_the_api_allows(service, project):
    body = {
        "apiVersion": "v2",
        "kind": "Pool",
        "metadata": {"labels": {"os.modelarts/name": "team"}},
        "spec": {"type": "Logical", "resources": [{"flavor": CPU, "count": 1}]},
    }
    created = service.send("POST", f"/v2/{project}/pools", body)
    assert created.status == 200
    assert service.send("GET", f"/v2/{project}/pools/{created.json['metadata']['name']}").status == 200


class TestTags:
    def _change(self, service, pool_id, action, *tags):
        return service.v1("POST", f"pools/{pool_id}/tags", {"action": action, "tags": list(tags)})

    def test_created_tags_are_shown_and_noted_at_the_pool(self, service):
        pool_id = service.seed_pool()
        assert self._change(service, pool_id, "create", TEAM).json == {"tags": [TEAM]}
        assert service.v1("GET", f"pools/{pool_id}/tags").json == {"tags": [TEAM]}
        noted = service.pool(pool_id).json["metadata"]["annotations"]["os.modelarts/tms.tags"]
        assert noted == '[{"key":"team","value":"vision"}]'

    @pytest.mark.parametrize(
        ("action", "tags", "left"),
        [
            pytest.param(
                "create", [TEAM | {"value": "nlp"}], {"team": "nlp", "cost": "1"}, id="a same key is overwritten"
            ),
            pytest.param("delete", [TEAM], {"cost": "1"}, id="delete takes the same key and value"),
            pytest.param(
                "delete", [TEAM | {"value": "nlp"}], {"team": "vision", "cost": "1"}, id="another value stays"
            ),
            pytest.param("reset", [], {}, id="reset empties"),
            pytest.param("reset", [{"key": "a", "value": ""}], {"a": ""}, id="reset replaces"),
        ],
    )
    def test_a_change_of_tags(self, service, action, tags, left):
        pool_id = service.seed_pool()
        self._change(service, pool_id, "create", TEAM, {"key": "cost", "value": "1"})
        found = self._change(service, pool_id, action, *tags).json["tags"]
        assert {one["key"]: one["value"] for one in found} == left

    @pytest.mark.parametrize(
        "body",
        [
            pytest.param({"action": "create", "tags": []}, id="nothing to create"),
            pytest.param({"action": "paint", "tags": [TEAM]}, id="another action"),
            pytest.param({"action": "create"}, id="no tags"),
            pytest.param({"action": "create", "tags": ["team"]}, id="a tag is a text"),
            pytest.param({"action": "create", "tags": [{"key": "", "value": "x"}]}, id="an empty key"),
            pytest.param({"action": "create", "tags": [{"key": "k" * 129, "value": "x"}]}, id="a long key"),
            pytest.param({"action": "create", "tags": [{"key": "k", "value": "x" * 256}]}, id="a long value"),
            pytest.param(
                {"action": "create", "tags": [{"key": f"k{n}", "value": ""} for n in range(21)]}, id="21 tags"
            ),
        ],
    )
    def test_another_body_is_refused(self, service, body):
        pool_id = service.seed_pool()
        assert service.v1("POST", f"pools/{pool_id}/tags", body).code == "ModelArts.50004000"

    @pytest.mark.parametrize("method", ["GET", "POST"])
    def test_an_unknown_pool_has_no_tags(self, service, method):
        assert service.v1(method, "pools/nobody/tags", {}).code == "ModelArts.50015001"

    @pytest.mark.parametrize(
        ("query", "keys"), [("", ["cost", "team"]), ("?limit=1", ["cost"]), ("?offset=1", ["team"])]
    )
    def test_the_keys_of_the_project_are_listed_with_all_values(self, service, query, keys):
        self._change(service, service.seed_pool(name="aaaa"), "create", TEAM, {"key": "cost", "value": "1"})
        self._change(service, service.seed_pool(name="bbbb"), "create", TEAM | {"value": "nlp"})
        tags = service.v1("GET", f"pools/tags{query}").json["tags"]
        assert [one["key"] for one in tags] == keys
        assert {one["key"]: one["values"] for one in tags}.get("team") in (None, ["nlp", "vision"])


class TestBatchUpdate:
    @pytest.mark.parametrize(
        ("body", "member", "key", "value"),
        [
            ({"action": "openHaRedundant"}, "labels", "os.modelarts.node/ha.redundant", "NoSchedule"),
            (
                {"action": "openHaRedundant", "haRedundantEffect": "NoExecute"},
                "labels",
                "os.modelarts.node/ha.redundant",
                "NoExecute",
            ),
            ({"action": "closeHaRedundant"}, "labels", "os.modelarts.node/ha.redundant", None),
            (
                {"action": "createTags", "tags": [TEAM]},
                "annotations",
                "os.modelarts/tms.tags",
                '[{"key":"team","value":"vision"}]',
            ),
            ({"action": "deleteTags", "tags": [TEAM]}, "annotations", "os.modelarts/tms.tags", "[]"),
        ],
    )
    def test_a_mark_is_set_on_the_named_nodes(self, service, body, member, key, value):
        pool_id = service.seed_pool()
        first, second = seeding.list_node_names(service.world, pool_id)
        answer = service.batch(pool_id, "batch-update", body | {"nodeNames": [first, first]})
        assert answer.json["successNodeNames"] == [first]
        marks = {one["metadata"]["name"]: one["metadata"][member].get(key) for one in service.nodes(pool_id)}
        assert marks == {first: value, second: None}

    @pytest.mark.parametrize(
        "body",
        [
            {"action": "paint"},
            {},
            {"action": "openHaRedundant", "haRedundantEffect": "Never"},
            {"action": "createTags", "tags": [1]},
        ],
    )
    def test_another_action_is_refused(self, service, body):
        pool_id = service.seed_pool()
        names = seeding.list_node_names(service.world, pool_id)
        assert service.batch(pool_id, "batch-update", body | {"nodeNames": names}).code == "ModelArts.50004000"


class TestNumbers:
    def test_pools_are_counted_by_their_state(self, service):
        for phase in ("Running", "Abnormal", "Creating", "CreationFailed", "Waiting", "Deleting"):
            service.seed_pool(name=f"pool-{phase.lower()}", phase=phase, stuck=True)
        found = service.send("GET", f"/v2/{seeding.PROJECT_ID}/statistics/pools").json
        assert found == {
            "statistics": {"status": {"creating": 1, "created": 2, "failed": 1, "pending": 1, "deleting": 1}},
            "operationTime": "2026-01-01 00:00:00 +0000 UTC",
        }

    def test_pools_of_another_workspace_are_not_counted(self, service):
        service.seed_pool()
        found = service.send("GET", f"/v2/{seeding.PROJECT_ID}/statistics/pools?workspaceId=w").json
        assert set(found["statistics"]["status"].values()) == {0}

    def _monitor(self, service, query):
        pool_id = service.seed_pool()
        first = seeding.list_node_names(service.world, pool_id)[:1]
        service.world = seeding.make_workload(service.world, pool_id, nodes=first)
        return service.send("GET", f"/v2/{seeding.PROJECT_ID}/pools/{pool_id}/monitor{query}").json["metrics"]

    def test_the_monitor_shows_busy_nodes_as_usage_and_has_no_other_data(self, service):
        last = {one["metric"]["metricName"]: one["dataPoints"][-1] for one in self._monitor(service, "")}
        values = {name: point["statistics"][0]["value"] for name, point in last.items()}
        assert (values.pop("cpuUsage"), set(values.values())) == (50.0, {-1})
        assert last["cpuUsage"]["timestamp"] == 1767225600000

    @pytest.mark.parametrize(
        ("query", "count", "end"),
        [
            ("", 60, 1767225600000),
            ("?period=300", 12, 1767225600000),
            ("?time_range=-1.1600000000000.10", 10, 1600000000000),
            ("?time_range=1600000000000.-1.10", 10, 1600000600000),
            ("?time_range=-1.-1.99999", 1440, 1767225600000),
            ("?time_range=yesterday&period=1&statistics=mean", 60, 1767225600000),
        ],
    )
    def test_the_monitor_has_one_point_a_period(self, service, query, count, end):
        points = self._monitor(service, query)[0]["dataPoints"]
        assert (len(points), points[-1]["timestamp"]) == (count, end)

    def test_the_configuration_tells_the_limits(self, service):
        config = service.v1("GET", "os-user-config").json
        assert (config["poolQuota"], config["networkQuota"], config["maxPoolFlavors"]) == (15, 15, 10)


class TestEvents:
    @pytest.fixture
    def grown(self, service):
        service.pool_id = service.seed_pool()
        service.patch(service.pool_id, {"spec": {"resources": [{"flavor": CPU, "count": 3}]}})
        service.pool(service.pool_id)
        return service

    @pytest.mark.parametrize(
        ("query", "texts"),
        [
            ("", ["creating 0, deleting 0", "creating 1, deleting 0"]),
            ("&ascend=true", ["creating 1, deleting 0", "creating 0, deleting 0"]),
            ("&limit=1", ["creating 0, deleting 0"]),
            ("&offset=1", ["creating 1, deleting 0"]),
            ("&type=Warning", []),
            ("&since=1767225640000", ["creating 0, deleting 0"]),
            ("&until=1767225620000", ["creating 1, deleting 0"]),
        ],
    )
    def test_numbers_of_nodes_are_events_too(self, grown, query, texts):
        items = grown.v1("GET", f"events?resource=pools&name={grown.pool_id}{query}").json["items"]
        assert {one["reason"] for one in items} <= {"PoolResourcesStatusChange"}
        assert [one["message"].rpartition("abnormal 0, ")[2] for one in items] == texts
