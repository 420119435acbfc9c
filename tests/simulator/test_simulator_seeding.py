"""Seeded worlds: what a test or an example starts from."""

from planner.simulator import seeding
from planner.simulator.requests import make_request

GOLD = "gold.gpu.large"


def test_a_seeded_pool_runs_and_rests(service):
    service.seed_pool()
    assert service.world.moving == frozenset()


def test_a_flavor_that_is_new_is_sold_from_then_on(service):
    pool_id = service.seed_pool(flavors={GOLD: 2})
    answer = service.patch(pool_id, {"spec": {"resources": [{"flavor": GOLD, "count": 3}]}})
    assert (answer.status, answer.json["status"]["driver"]["gpu"]["state"]) == (200, "Running")


def test_a_seeded_logical_pool_knows_its_parent(service):
    parent = service.seed_pool(name="physical")
    pool_id = service.seed_pool(name="team", type="Logical", parent=parent)
    pool = service.pool(pool_id).json
    assert (pool["spec"]["parent"], pool["status"]["root"], pool["status"]["resources"]) == (parent, parent, {})


def test_a_stuck_pool_never_moves(service):
    pool_id = service.seed_pool(phase="Creating", stuck=True)
    assert {one["phase"] for one in service.statuses(pool_id, 5)} == {"Creating"}


def test_a_pool_may_vanish_behind_the_services_back(service):
    pool_id = service.seed_pool()
    service.world = seeding.remove_pool(service.world, pool_id)
    assert service.pool(pool_id).code == "ModelArts.50015001"


def test_a_seeded_network_is_active(service):
    service.seed_networks("main")
    assert service.v1("GET", "networks").json["items"][0]["status"]["phase"] == "Active"


def test_values_of_a_repeated_query_name_are_joined():
    request = make_request("GET", "/?a=1&a=2&b=%FF&&=", headers={}, body=b"")
    assert request.query == {"a": "1,2", "b": "\ufffd", "": ""}
    assert request.pairs == [("a", "1"), ("a", "2"), ("b", "\ufffd"), ("", "")]
