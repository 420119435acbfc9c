"""The simulator on a port: keep-alive, credentials, failures on demand, pace."""

import http.client
import json
import socket
import time

import httpx
import pytest

from planner.simulator import seeding
from planner.simulator.documents import change_options, start_world
from planner.simulator.errors import SimulatorError
from planner.simulator.fault_files import parse_script
from planner.simulator.faults import Delay, Garbage, ResetAfter, ResetBefore, Rule, Script, StaleRead, Status, Truncated
from planner.simulator.http_server import LocalServer, Serving
from planner.simulator.pacing import StepPerSeconds

CPU = "modelarts.vm.cpu.4ud"
POOLS = f"/v2/{seeding.PROJECT_ID}/pools"
POOL_ID = f"training-{seeding.PROJECT_ID}"
PATCH = {"metadata": {"annotations": {"team": "vision"}}}
MERGE_PATCH = {"content-type": "application/merge-patch+json"}


@pytest.fixture
def world():
    made, _ = seeding.make_pool(start_world(), name="training", flavors={CPU: 2})
    return made


def _open(server):
    return httpx.Client(base_url=server.url, headers={"x-auth-token": "t"}, trust_env=False)


def _open_late():
    return httpx.Client(headers={"x-auth-token": "t"}, trust_env=False)


def _patch(client):
    return client.patch(f"{POOLS}/{POOL_ID}", json=PATCH, headers=MERGE_PATCH)


def _team(server):
    return server.world.document["pools"][POOL_ID]["metadata"]["annotations"].get("team")


def test_requests_are_answered_and_recorded_over_one_connection(world):
    with LocalServer(world) as server, _open(server) as client:
        assert client.get(POOLS, params={"status": "created"}).json()["items"][0]["metadata"]["name"] == POOL_ID
        assert _patch(client).status_code == 200
        ports = {client.get(POOLS).extensions["network_stream"].get_extra_info("client_addr") for _ in range(3)}
    assert [(one.method, one.path) for one in server.requests[:2]] == [("GET", POOLS), ("PATCH", f"{POOLS}/{POOL_ID}")]
    assert server.requests[0].query == {"status": "created"}
    assert server.requests[1].headers["content-type"] == "application/merge-patch+json"
    assert len(ports) == 1


def test_a_connection_that_stays_open_does_not_keep_the_server_from_ending(world):
    with _open_late() as client:
        with LocalServer(world) as server:
            assert client.get(server.url + POOLS).status_code == 200
        with pytest.raises(httpx.TransportError):
            client.get(server.url + POOLS)


def test_a_path_is_decoded_once(world):
    with LocalServer(world) as server, _open(server) as client:
        client.get(f"{POOLS}/a%2520b")
    assert server.requests[0].path == f"{POOLS}/a%20b"


def test_credentials_are_asked_for_unless_switched_off(world):
    with LocalServer(world) as server:
        assert httpx.get(server.url + POOLS, trust_env=False).json()["error_code"] == "ModelArts.50001000"
    with LocalServer(world, options={"require_auth": False}) as server:
        assert httpx.get(server.url + POOLS, trust_env=False).status_code == 200


def test_options_reach_the_world(world):
    with LocalServer(world, options={"page_size": 1}) as server:
        assert server.world.options.page_size == 1


def test_the_world_can_be_changed_behind_the_services_back(world):
    with LocalServer(world) as server, _open(server) as client:
        server.change(lambda current: seeding.remove_pool(current, POOL_ID))
        assert client.get(f"{POOLS}/{POOL_ID}").status_code == 404


def test_a_world_file_is_served_and_written(tmp_path):
    with LocalServer(tmp_path / "world.json") as server, _open(server) as client:
        server.change(lambda current: seeding.make_pool(current, name="training", flavors={CPU: 2})[0])
        assert _patch(client).status_code == 200
    kept = json.loads((tmp_path / "world.json").read_text())
    assert kept["pools"][POOL_ID]["metadata"]["annotations"]["team"] == "vision"
    assert kept["options"]["require_auth"] is False


def test_a_taken_port_is_an_error_in_words(world):
    with LocalServer(world) as server:
        port = int(server.url.rpartition(":")[2])
        with pytest.raises(SimulatorError, match=f"cannot listen on port {port}"):
            LocalServer(world, serving=Serving(port=port)).__enter__()


def test_a_body_in_chunks_is_read_as_a_whole(world):
    with LocalServer(world) as server, _open(server) as client:
        chunks = iter([b'{"metadata":{"annotations":', b'{"team":"vision"}}}'])
        assert client.patch(f"{POOLS}/{POOL_ID}", content=chunks, headers=MERGE_PATCH).status_code == 200
        assert _team(server) == "vision"


@pytest.mark.parametrize(
    ("header", "body"),
    [
        pytest.param(("content-length", "9" * 12), b"", id="by its announced length"),
        pytest.param(("transfer-encoding", "chunked"), b"1000001\r\n" + b" " * 0x1000001, id="in chunks"),
    ],
)
def test_a_body_that_is_too_large_is_refused(world, header, body):
    with LocalServer(world) as server:
        connection = http.client.HTTPConnection("127.0.0.1", int(server.url.rpartition(":")[2]), timeout=20)
        connection.putrequest("POST", POOLS)
        connection.putheader(*header)
        connection.endheaders(body)
        answer = connection.getresponse()
        assert (answer.status, json.loads(answer.read())["error_code"]) == (400, "ModelArts.50004000")
        connection.close()


def test_a_client_that_goes_in_the_middle_of_a_body_changes_nothing(world):
    with LocalServer(world) as server, _open(server) as client:
        with socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2])), timeout=10) as raw:
            raw.sendall(f"POST {POOLS} HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{{".encode())
        assert client.get(POOLS).status_code == 200
        assert [one.method for one in server.requests] == ["GET"]


def test_an_exception_of_the_simulator_is_reported_and_answered_as_an_internal_error(world):
    told = []

    def fail(request):
        raise LookupError(request.path)

    with LocalServer(world, faults=fail, serving=Serving(report=told.append)) as server, _open(server) as client:
        answer = client.get(POOLS)
    assert (answer.status_code, answer.json()["error_code"]) == (500, "ModelArts.50005000")
    assert [str(one) for one in told] == [POOLS]


@pytest.mark.parametrize(
    "bytes_", [b"\r\n\r\n", b"NONSENSE\r\n\r\n", b"GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n", b"\xff" * 100]
)
def test_bytes_that_are_no_request_leave_the_server_alive(world, bytes_):
    with LocalServer(world) as server, _open(server) as client:
        address = ("127.0.0.1", int(server.url.rpartition(":")[2]))
        with socket.create_connection(address, timeout=10) as raw:
            raw.sendall(bytes_)
            raw.shutdown(socket.SHUT_WR)
            raw.recv(65536)
        assert client.get(POOLS).status_code == 200


class TestFaults:
    def test_a_status_takes_no_effect(self, world):
        fault = Status(status=429, body=b"{}", headers={"Retry-After": "7"})
        with LocalServer(world, faults=Script([Rule(fault=fault, method="PATCH")])) as server, _open(server) as client:
            answer = _patch(client)
            assert (answer.status_code, answer.headers["retry-after"], _team(server)) == (429, "7", None)
            assert (_patch(client).status_code, _team(server)) == (200, "vision")

    @pytest.mark.parametrize(
        ("fault", "team"),
        [
            pytest.param(ResetBefore(), None, id="reset before the effect"),
            pytest.param(ResetAfter(), "vision", id="reset after the effect"),
            pytest.param(Truncated(), "vision", id="answer cut off"),
        ],
    )
    def test_a_broken_connection_is_a_transport_error(self, world, fault, team):
        with LocalServer(world, faults=Script([Rule(fault=fault)])) as server, _open(server) as client:
            with pytest.raises(httpx.TransportError):
                _patch(client)
            assert _team(server) == team
            assert client.get(POOLS).status_code == 200

    def test_a_reset_is_a_reset(self, world):
        with LocalServer(world, faults=Script([Rule(fault=ResetBefore())])) as server:
            connection = http.client.HTTPConnection("127.0.0.1", int(server.url.rpartition(":")[2]), timeout=10)
            connection.request("GET", POOLS)
            with pytest.raises(ConnectionResetError):
                connection.getresponse()
            connection.close()

    def test_garbage_is_no_json(self, world):
        with LocalServer(world, faults=Script([Rule(fault=Garbage())])) as server, _open(server) as client:
            answer = _patch(client)
            assert (answer.status_code, answer.headers["content-type"], _team(server)) == (200, "text/html", "vision")

    def test_a_delayed_answer_takes_effect_at_once(self, world):
        with LocalServer(world, faults=Script([Rule(fault=Delay(seconds=60))])) as server, _open(server) as client:
            with pytest.raises(httpx.ReadTimeout):
                client.patch(f"{POOLS}/{POOL_ID}", json=PATCH, headers=MERGE_PATCH, timeout=0.5)
            assert _team(server) == "vision"

    def test_a_stale_read_shows_the_world_before_the_last_write(self, world):
        faults = Script([Rule(fault=StaleRead(), method="GET", times=1)])
        with LocalServer(world, faults=faults) as server, _open(server) as client:
            _patch(client)
            seen = [client.get(f"{POOLS}/{POOL_ID}").json()["metadata"]["annotations"].get("team") for _ in range(2)]
        assert seen == [None, "vision"]

    def test_a_stale_read_before_any_write_is_an_ordinary_one(self, world):
        with LocalServer(world, faults=Script([Rule(fault=StaleRead())])) as server, _open(server) as client:
            assert client.get(f"{POOLS}/{POOL_ID}").status_code == 200

    def test_rules_count_the_requests_they_match(self, world):
        script = Script(
            [
                Rule(fault=Status(status=500), method="GET", path=".*/pools", skip=1, times=2),
                Rule(fault=Status(status=503), path=".*/quotas", times=0),
            ]
        )
        with LocalServer(world, faults=script) as server, _open(server) as client:
            pools = [client.get(POOLS).status_code for _ in range(4)]
            quotas = [client.get(f"/v1/{seeding.PROJECT_ID}/quotas").status_code for _ in range(3)]
        assert (pools, quotas) == ([200, 500, 500, 200], [503, 503, 503])


class TestFaultFiles:
    def test_a_script_is_read_from_toml(self, world):
        script = parse_script("""
            [[fault]]
            kind = "status"
            method = "get"
            path = ".*/pools"
            status = 429
            headers = { "Retry-After" = "1" }
            body = "slow down"

            [[fault]]
            kind = "delay"
            seconds = 0

            [[fault]]
            kind = "garbage"
            path = ".*/quotas"
        """)
        with LocalServer(world, faults=script) as server, _open(server) as client:
            answers = [client.get(POOLS) for _ in range(3)]
        assert [(one.status_code, one.text[:9]) for one in answers[:1]] == [(429, "slow down")]
        assert [one.status_code for one in answers] == [429, 200, 200]

    @pytest.mark.parametrize(
        "kind", ["reset_before", "reset_after", "truncated", "garbage", "delay", "stale_read", "status"]
    )
    def test_every_kind_needs_no_more_than_its_name(self, kind):
        assert callable(parse_script(f'[[fault]]\nkind = "{kind}"'))

    @pytest.mark.parametrize(
        "text",
        [
            "fault = 1",
            "[fault]",
            "[[fault]]",
            "x = 1",
            "[[fault]]\nkind = 'fire'",
            "[[",
            "[[fault]]\nkind = 'delay'\nx = 1",
            "[[fault]]\nkind = 'delay'\npath = '('",
            "[[fault]]\nkind = 'delay'\ntimes = true",
            "[[fault]]\nkind = 'status'\nstatus = '500'",
        ],
    )
    def test_a_script_that_is_none_is_an_error_in_words(self, text):
        with pytest.raises(SimulatorError, match="fault"):
            parse_script(text)


def _wait_for(check):
    deadline = time.monotonic() + 20
    while not check():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_step_may_take_seconds_instead_of_requests(world):
    stuck = change_options(world, steps_per_node=2)
    with LocalServer(stuck, serving=Serving(pace=StepPerSeconds(0.05))) as server, _open(server) as client:
        body = {"spec": {"resources": [{"flavor": CPU, "count": 3}]}}
        client.patch(f"{POOLS}/{POOL_ID}", json=body, headers=MERGE_PATCH)
        _wait_for(lambda: "creating" not in client.get(f"{POOLS}/{POOL_ID}").json()["status"]["resources"])
    assert len(server.world.document["nodes"][POOL_ID]) == 3


def test_no_step_passes_while_the_clock_stands(world):
    with LocalServer(world, serving=Serving(pace=StepPerSeconds(10_000))) as server, _open(server) as client:
        client.patch(
            f"{POOLS}/{POOL_ID}", json={"spec": {"resources": [{"flavor": CPU, "count": 3}]}}, headers=MERGE_PATCH
        )
        seen = [client.get(f"{POOLS}/{POOL_ID}").json()["status"]["resources"] for _ in range(5)]
    assert all("creating" in one for one in seen)


def test_an_answer_is_not_held_back_for_an_acknowledgement(world):
    with LocalServer(world) as server, _open(server) as client:
        assert client.get(POOLS).status_code == 200
        (connection,) = server._host._server.server_state.connections
        found = connection.transport.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
    assert found != 0
