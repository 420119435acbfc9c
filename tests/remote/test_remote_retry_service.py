"""Retries against a service that fails: on GET, PATCH, POST and DELETE; none repeats an effect, none waits minutes."""

import pytest

from planner.core.desired import ProviderSettings
from planner.remote.client import Pacing, open_client
from planner.remote.credentials import Token
from planner.remote.endpoint import Endpoint
from planner.remote.errors import RemoteError
from planner.simulator import seeding
from planner.simulator.documents import start_world
from planner.simulator.faults import Delay, Garbage, ResetAfter, ResetBefore, Rule, Script, Status, Truncated
from planner.simulator.http_server import LocalServer

PROJECT = seeding.PROJECT_ID
POOLS = f"/v2/{PROJECT}/pools"
POOL = f"{POOLS}/gpu-a-{PROJECT}"
NETWORKS = f"/v1/{PROJECT}/networks"
CPU = "modelarts.vm.cpu.4ud"
GROWTH = {"spec": {"resources": [{"flavor": CPU, "count": 3}]}}
NETWORK = {
    "apiVersion": "v1",
    "kind": "Network",
    "metadata": {"labels": {"os.modelarts/name": "train-net"}},
    "spec": {"cidr": "192.168.0.0/16"},
}
CALLS = {"GET": (POOL, None), "PATCH": (POOL, GROWTH), "POST": (NETWORKS, NETWORK), "DELETE": (POOL, None)}
WRITES = ("PATCH", "POST", "DELETE")

TURNED_AWAY = {
    "429": Status(status=429),
    "429 with seconds": Status(status=429, headers={"retry-after": "7"}),
    "429 with a date": Status(status=429, headers={"retry-after": "Mon, 23 Nov 2099 12:00:00 GMT"}),
    "429 with a day": Status(status=429, headers={"retry-after": "86400"}),
}
UNKNOWN = {
    "500": Status(status=500),
    "502": Status(status=502, body=b"<html>bad gateway</html>"),
    "503 with seconds": Status(status=503, headers={"retry-after": "7"}),
    "504": Status(status=504),
    "reset before the effect": ResetBefore(),
    "reset after the effect": ResetAfter(),
    "cut off answer": Truncated(),
    "no answer in time": Delay(seconds=1.5),
}
GARBLED = {"garbage after the effect": Garbage()}


def list_cases(methods, *tables):
    return [
        pytest.param(method, fault, id=f"{method} and {name}")
        for method in methods
        for table in tables
        for name, fault in table.items()
    ]


@pytest.fixture
def sleeps():
    return []


@pytest.fixture
def service():
    """A world with a pool, and a place for the script of failures."""
    scripts = [Script([])]

    def find_fault(request):
        return scripts[-1](request)

    world = seeding.make_network(start_world(), name="network-maos")[0]
    world = seeding.make_pool(world, name="gpu-a", flavors={CPU: 2})[0]
    with LocalServer(world, faults=find_fault) as server:
        server.scripts = scripts
        yield server


@pytest.fixture
def call(service, sleeps, tmp_path):
    """Send one request under ``fault``, happening ``times`` times; return what it raised, None for an answer."""

    def send(method, fault, *, times=1):
        service.scripts.append(Script([Rule(fault=fault, method=method, times=times)]))
        path, body = CALLS[method]
        try:
            client.request(method, path, body=body)
        except RemoteError as error:
            return error
        return None

    endpoint = Endpoint(kind="https", base_url=service.url, region="", project_id=PROJECT)
    with open_client(
        endpoint,
        credentials=Token(token="token-of-a-test"),
        settings=ProviderSettings(request_timeout=0.5),
        state_directory=tmp_path,
        pacing=Pacing(sleep=sleeps.append),
    ) as client:
        yield send


def count_effects(service, method):
    """Count the requests of ``method`` that the world has seen and accepted."""
    seen = service.world.document["requests"]
    return sum(one["method"] == method and one["status"] < 300 for one in seen)


@pytest.mark.parametrize(("method", "fault"), list_cases(CALLS, TURNED_AWAY))
def test_what_was_turned_away_is_sent_again_and_takes_effect_once(service, call, sleeps, method, fault):
    assert call(method, fault) is None
    assert len(sleeps) == 1
    assert count_effects(service, method) == (method in WRITES)


@pytest.mark.parametrize(("method", "fault"), list_cases(["GET"], UNKNOWN, GARBLED))
def test_a_read_is_repeated_after_whatever_may_pass(call, sleeps, method, fault):
    assert call(method, fault) is None
    assert len(sleeps) == 1


@pytest.mark.parametrize(("method", "fault"), list_cases(WRITES, UNKNOWN, GARBLED))
def test_a_write_that_may_have_worked_is_sent_once(service, call, sleeps, method, fault):
    assert isinstance(call(method, fault), RemoteError)
    assert sleeps == []
    assert [one.method for one in service.requests] == [method]
    assert count_effects(service, method) <= 1


@pytest.mark.parametrize(("method", "fault"), list_cases(CALLS, TURNED_AWAY))
def test_a_service_that_turns_everything_away_is_not_waited_for_by_minutes(call, sleeps, method, fault):
    assert isinstance(call(method, fault, times=0), RemoteError)
    assert len(sleeps) == ProviderSettings().max_retries
    assert sum(sleeps) < 70


@pytest.mark.parametrize(
    ("fault", "least"),
    [
        pytest.param(TURNED_AWAY["429 with seconds"], 7.0, id="seconds"),
        pytest.param(TURNED_AWAY["429 with a day"], 30.0, id="more than is waited"),
        pytest.param(TURNED_AWAY["429 with a date"], 30.0, id="a date far away"),
    ],
)
def test_the_wish_of_the_service_is_heeded_up_to_half_a_minute(call, sleeps, fault, least):
    assert call("PATCH", fault) is None
    assert least <= sleeps[0] <= least * 1.1
