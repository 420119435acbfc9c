"""The example of the PatchPool page, to the letter."""

import json

import pytest

from planner.simulator import seeding

POOL_ID = "auto-pool-os-86c13962597848eeb29c5861153a391f"
REQUEST = '{ "spec" : { "resources" : [ { "flavor" : "modelarts.vm.cpu.4ud", "count" : 3 } ] } }'
ANSWER = json.loads("""
{
  "kind" : "Pool",
  "apiVersion" : "v2",
  "metadata" : {
    "name" : "auto-pool-os-86c13962597848eeb29c5861153a391f",
    "creationTimestamp" : "2022-09-16T03:10:40Z",
    "labels" : {
      "os.modelarts/name" : "auto-pool-os",
      "os.modelarts/workspace.id" : "0",
      "os.modelarts/resource.id" : "maos-auto-pool-os-72w8d"
    },
    "annotations" : {
      "os.modelarts/description" : "",
      "os.modelarts/billing.mode" : "0"
    }
  },
  "spec" : {
    "type" : "Dedicate",
    "scope" : [ "Train", "Infer" ],
    "resources" : [ { "flavor" : "modelarts.vm.cpu.4ud", "count" : 3 } ],
    "network" : { "name" : "network-maos-86c13962597848eeb29c5861153a391f" }
  },
  "status" : {
    "phase" : "Running",
    "root" : "auto-pool-os-86c13962597848eeb29c5861153a391f",
    "scope" : [
      { "scopeType" : "Train", "state" : "Enabled" },
      { "scopeType" : "Infer", "state" : "Enabled" }
    ],
    "resources" : {
      "creating" : [ {
        "flavor" : "modelarts.vm.cpu.4ud", "count" : 1, "azs" : [ { "az" : "xxxxx-7c", "count" : 1 } ]
      } ],
      "available" : [ {
        "flavor" : "modelarts.vm.cpu.4ud", "count" : 2, "azs" : [ { "az" : "xxxxx-7c", "count" : 2 } ]
      } ]
    }
  }
}
""")


def _age(pool):
    pool["metadata"] |= json.loads(json.dumps(ANSWER["metadata"]))


@pytest.fixture
def page(make_service):
    service = make_service(
        fill_node_pool=False, fill_max_count=False, order_labels=False, azs=["xxxxx-7c"], error_details=False
    )
    pool_id = service.seed_pool(name="auto-pool-os", flavors={"modelarts.vm.cpu.4ud": 2}, scope=["Train", "Infer"])
    service.world = seeding.change_pool(service.world, pool_id, change=_age)
    return service


def test_the_answer_to_the_example_request_is_the_example_answer(page):
    answer = page.patch(POOL_ID, REQUEST.encode())
    assert answer.status == 200
    assert answer.json == ANSWER


def test_two_steps_later_all_three_nodes_are_available(page):
    page.patch(POOL_ID, REQUEST.encode())
    status = page.statuses(POOL_ID, 2)[-1]
    assert status["resources"] == {
        "available": [{"flavor": "modelarts.vm.cpu.4ud", "count": 3, "azs": [{"az": "xxxxx-7c", "count": 3}]}]
    }


@pytest.mark.parametrize(
    ("name", "request_body", "status", "error"),
    [
        pytest.param(POOL_ID, "{", 400, {"error_code": "ModelArts.50004000", "error_msg": "Bad request"}, id="400"),
        pytest.param(
            "other-pool", REQUEST, 404, {"error_code": "ModelArts.50015001", "error_msg": "pool not found"}, id="404"
        ),
    ],
)
def test_the_refusals_are_those_of_the_page_to_the_letter(page, name, request_body, status, error):
    answer = page.patch(name, request_body.encode())
    assert (answer.status, answer.json) == (status, error)
