"""Queries that the API does not allow: taken as not written, or refused; two lists always refuse them."""

import pytest

from planner.simulator import seeding

V1, V2 = f"/v1/{seeding.PROJECT_ID}", f"/v2/{seeding.PROJECT_ID}"
POOL = f"{V2}/pools/training-{seeding.PROJECT_ID}"
BAD = (400, "ModelArts.50004000")
DONE = (200, None)

ODD = [
    pytest.param(f"{V2}/pools?status=Running", id="another word"),
    pytest.param(f"{V2}/pools?parent=a&parent=b", id="a name written twice"),
    pytest.param(f"{V2}/statistics/pools?workspaceId=0&workspaceId=0", id="the same twice"),
    pytest.param(f"{POOL}/nodes?limit=many", id="a number in words"),
    pytest.param(f"{POOL}/nodes?limit=501", id="a number that is too large"),
    pytest.param(f"{POOL}/monitor?time_range=", id="a blank range"),
    pytest.param(f"{POOL}/monitor?time_range=yesterday", id="a range in words"),
    pytest.param(f"{POOL}/monitor?period=61", id="another period"),
    pytest.param(f"{V1}/networks?limit=-1", id="a number below zero"),
    pytest.param(f"{V1}/resourceflavors?limit=1.5", id="a broken number"),
    pytest.param(f"{V1}/pools/tags?offset=none", id="an offset in words"),
    pytest.param(f"{V1}/events?resource=pools&name=training-{seeding.PROJECT_ID}&ascend=yes", id="another truth"),
    pytest.param("/v1/a_b/quotas", id="a project that no project can be"),
]


@pytest.fixture
def ask(make_service):
    def send(target, **options):
        service = make_service(**options)
        service.seed_pool()
        answer = service.send("GET", target)
        return answer.status, answer.code

    return send


@pytest.mark.parametrize("target", ODD)
def test_what_cannot_be_read_counts_as_not_written(ask, target):
    assert ask(target) == DONE


@pytest.mark.parametrize("target", ODD)
def test_a_switch_has_it_refused(ask, target):
    assert ask(target, odd_parameters="refuse") == BAD


@pytest.mark.parametrize("choice", ["ignore", "refuse"])
@pytest.mark.parametrize(
    ("query", "verdict"),
    [
        pytest.param("workloads?type=train&type=infer", DONE, id="a list of types"),
        pytest.param("workloads?limit=&offset=&status=", DONE, id="blank ones"),
        pytest.param("workloads?type=paint", BAD, id="a job of another type"),
        pytest.param("workloads?limit=501", BAD, id="too many jobs"),
        pytest.param("workloads?sort=name", BAD, id="another order of jobs"),
    ],
)
def test_the_list_of_workloads_refuses_by_itself(ask, choice, query, verdict):
    assert ask(f"{POOL}/{query}", odd_parameters=choice) == verdict


@pytest.mark.parametrize("choice", ["ignore", "refuse"])
@pytest.mark.parametrize(
    ("query", "verdict"),
    [
        pytest.param("limit=500&offset=0&since=-1&phase=running&resource=pools", DONE, id="all that is allowed"),
        pytest.param("phase=done", BAD, id="another phase"),
        pytest.param("resource=nodes", BAD, id="another resource"),
        pytest.param("until=9223372036854775808", BAD, id="a time beyond 64 bits"),
        pytest.param("offset=501", BAD, id="an offset that is too large"),
    ],
)
def test_the_list_of_orders_refuses_by_itself(ask, choice, query, verdict):
    assert ask(f"{V1}/orders?{query}", odd_parameters=choice) == verdict
