"""The world as a value: what a request leaves behind, and what it answers to anything that is no API call."""

import copy

import pytest

from planner.simulator import seeding

PROJECT = seeding.PROJECT_ID
CPU = "modelarts.vm.cpu.4ud"
GPU = "modelarts.vm.gpu.t4u8"


def _logical():
    return {
        "apiVersion": "v2",
        "kind": "Pool",
        "metadata": {"labels": {"os.modelarts/name": "team"}},
        "spec": {"type": "Logical", "resources": [{"flavor": CPU, "count": 2}]},
    }


def test_a_world_is_a_value_that_requests_never_change(service):
    service.seed_pool(flavors={GPU: 2})
    before, kept = service.world, copy.deepcopy(service.world.document)
    service.patch(f"training-{PROJECT}", {"spec": {"resources": [{"flavor": GPU, "count": 4}], "scope": ["Infer"]}})
    service.delete(f"training-{PROJECT}")
    service.pools()
    assert before.document == kept


def test_reading_a_world_at_rest_returns_the_same_world(service):
    pool_id = service.seed_pool()
    before = service.world
    service.pool(pool_id)
    service.pools()
    assert service.world is before


def test_a_refused_write_is_logged_with_its_status(service):
    service.patch("nobody", {"spec": {}})
    assert service.world.document["requests"] == [
        {
            "method": "PATCH",
            "path": f"/v2/{PROJECT}/pools/nobody",
            "content_type": "application/merge-patch+json",
            "body": '{"spec": {}}',
            "status": 404,
        }
    ]


def _run(service):
    service.create(_logical())
    service.seed_pool()
    service.pools()
    return service.world.document


def test_two_runs_of_the_same_requests_are_the_same(make_service):
    assert _run(make_service()) == _run(make_service())


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 404),
        ("GET", "/v3/p/pools", 404),
        ("GET", "/v2//pools", 404),
        ("PUT", "/v2/p/pools", 405),
        ("POST", "/v2/p/pools/x", 405),
        ("HEAD", "/v2/p/pools", 405),
    ],
)
def test_an_unknown_route_is_an_error_in_json(service, method, path, status):
    answer = service.send(method, path)
    assert answer.status == status
    assert set(answer.json) == {"error_code", "error_msg"}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"x"',
        b"\xff",
        b'{"a": NaN}',
        b'{"a": 1e999}',
        b"[" * 100_000,
        b'{"a":' * 40 + b"1" + b"}" * 40,
        b"1" * 5000,
    ],
)
def test_a_body_that_is_no_json_object_is_refused(service, body):
    assert service.create(body).code == "ModelArts.50004000"


@pytest.mark.parametrize(
    ("headers", "status"), [({}, 401), ({"x-auth-token": "t"}, 200), ({"authorization": "SDK-HMAC-SHA256 x"}, 200)]
)
def test_credentials_are_asked_for_when_that_is_switched_on(make_service, headers, status):
    service = make_service(require_auth=True)
    answer = service.send("GET", f"/v2/{PROJECT}/pools", headers=headers)
    assert (answer.status, answer.code) == (status, {401: "ModelArts.50001000"}.get(status))


def test_the_date_is_the_worlds_clock(service):
    created = service.create(_logical())
    assert created.json["metadata"]["creationTimestamp"] == "2026-01-01T00:00:20Z"
    assert created.headers["date"] == "Thu, 01 Jan 2026 00:00:20 GMT"
