"""``poolctl simulator serve``: what it says, what it serves, how it ends, and what it refuses."""

import json
import signal
import socket
import time

import httpx
import pytest
from served import serve

from planner.simulator.seeding import PROJECT_ID

POOLS = f"/v2/{PROJECT_ID}/pools"
NETWORKS = f"/v1/{PROJECT_ID}/networks"
NETWORK = {
    "apiVersion": "v1",
    "kind": "Network",
    "metadata": {"labels": {"os.modelarts/name": "train-net", "os.modelarts/workspace.id": "0"}},
    "spec": {"cidr": "192.168.0.0/16"},
}
FAULT = '[[fault]]\nkind = "status"\nmethod = "GET"\npath = ".*/pools"\nstatus = 503\n'


def _call(served, method="GET", path=POOLS, **options):
    return httpx.request(
        method, served.url + path, **{"headers": {"x-auth-token": "t"}, "trust_env": False, "timeout": 20} | options
    )


def _wait_for(check):
    deadline = time.monotonic() + 20
    while not check():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_it_prints_the_lines_to_paste(place):
    with serve(place) as served:
        assert served.start == (
            f"The simulator serves {served.url}; its world is in .poolctl/simulator.json.\n"
            "Use it from a configuration:\n"
            "\n"
            "[provider.modelarts]\n"
            f'endpoint   = "{served.url}"\n'
            f'project_id = "{PROJECT_ID}"\n'
            "\n"
            "Any token or signature is accepted:\n"
            "export HW_AUTH_TOKEN=any-text\n"
            "\n"
        )


def test_a_configuration_is_applied_over_it_as_over_the_embedded_one(place, poolctl, starter, monkeypatch):
    monkeypatch.setenv("HW_AUTH_TOKEN", "any-text")
    embedded = starter.read_text()
    with serve(place, "--speed", "0") as served:
        lines = f'endpoint = "{served.url}"\nproject_id = "simulator"\nregion = "simulator"\npoll_interval = "0s"'
        starter.write_text(embedded.replace('endpoint = "simulator"', lines))
        assert poolctl("apply", "--auto-approve").code == 0
        assert poolctl("plan", "--detailed-exitcode").code == 0
        assert served.end()[0] == 0
    starter.write_text(embedded)
    (place / "pools.state.json").unlink()
    assert "An object with this name exists" in poolctl("plan").stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_ends_cleanly_with_its_world_saved(place, number):
    with serve(place, "--world", "kept/world.json") as served:
        assert _call(served, "POST", NETWORKS, json=NETWORK).status_code == 200
        code, told = served.end(number)
    assert (code, told) == (0, "Ending.\nThe world is saved in kept/world.json.\n")
    assert list(json.loads((place / "kept" / "world.json").read_text())["networks"]) == [f"train-net-{PROJECT_ID}"]
    assert [one.name for one in (place / "kept").iterdir()] == ["world.json", "world.json.lock"]


def test_a_slow_answer_comes_when_it_ends_and_open_connections_are_closed(place):
    (place / "faults.toml").write_text('[[fault]]\nkind = "delay"\nseconds = 600\n')
    with (
        serve(place, "--faults", "faults.toml") as served,
        socket.create_connection(("127.0.0.1", int(served.url.rpartition(":")[2])), timeout=30) as raw,
    ):
        body = json.dumps(NETWORK)
        head = f"POST {NETWORKS} HTTP/1.1\r\nhost: x\r\nx-auth-token: t\r\ncontent-length: {len(body)}\r\n\r\n"
        raw.sendall((head + body).encode())
        _wait_for(lambda: _call(served, path=NETWORKS).json()["items"])
        assert served.end()[0] == 0
        assert raw.recv(100).startswith(b"HTTP/1.1 200")


def test_faults_are_played_from_a_file(place):
    (place / "faults.toml").write_text(FAULT)
    with serve(place, "--faults", "faults.toml") as served:
        assert [_call(served).status_code for _ in range(2)] == [503, 200]


def test_a_step_takes_the_seconds_that_are_asked_for(place):
    with serve(place, "--speed", "86400") as served:
        assert _call(served, "POST", NETWORKS, json=NETWORK).status_code == 200
        seen = [_call(served, path=NETWORKS).json()["items"][0]["status"]["phase"] for _ in range(3)]
    assert set(seen) == {""}


def test_switches_are_turned_and_stay_in_the_world(place):
    with serve(place, "--switch", "page_size=1", "--switch", "sold_out=a,b", "--switch", "fill_azs=true") as served:
        served.end()
    options = json.loads((place / ".poolctl" / "simulator.json").read_text())["options"]
    assert (options["page_size"], options["sold_out"], options["fill_azs"]) == (1, ["a", "b"], True)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.2"])
def test_it_listens_on_other_loopback_addresses(place, host):
    with serve(place, "--host", host) as served:
        assert _call(served).status_code == 200


class TestCredentials:
    @pytest.mark.parametrize("headers", [{"x-auth-token": "any"}, {"authorization": "any"}])
    def test_any_are_accepted(self, place, headers):
        with serve(place) as served:
            assert _call(served, headers=headers).status_code == 200

    def test_none_are_refused(self, place):
        with serve(place) as served:
            answer = _call(served, headers={})
        assert (answer.status_code, answer.json()["error_code"]) == (401, "ModelArts.50001000")

    @pytest.mark.parametrize("headers", [{"x-auth-token": "any"}, {"authorization": "SDK-HMAC-SHA256 any"}])
    def test_with_a_key_pair_all_else_is_refused_and_the_secret_is_not_shown(self, place, headers):
        with serve(place, "--access-key", "AK-1", "--secret-key", "SK-1") as served:
            answer = _call(served, headers=headers)
        assert (answer.status_code, answer.json()["error_code"]) == (401, "APIGW.0301")
        assert "export HW_ACCESS_KEY=... HW_SECRET_KEY=..." in served.start
        assert "SK-1" not in served.start


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param(["--host", "0.0.0.0"], "on this machine alone", id="another host"),  # noqa: S104 - to be refused
        pytest.param(["--port", "70000"], "70000 is not within 0 to 65535", id="no port"),
        pytest.param(["--faults", "no.toml"], "no.toml: No such file", id="no faults file"),
        pytest.param(["--faults", "."], "Is a directory", id="a folder for faults"),
        pytest.param(["--faults", "latin.toml"], "latin.toml: it is not UTF-8", id="faults in another encoding"),
        pytest.param(["--faults", "bad.toml"], "has no kind 'fire'", id="unknown fault"),
        pytest.param(["--world", "bad.toml"], "bad.toml: it is not JSON", id="damaged world"),
        pytest.param(["--world", "bad.toml/world.json"], "bad.toml/world.json: ", id="no folder for a world"),
        pytest.param(["--speed", "-1"], "-1.0 is not from 0", id="negative speed"),
        pytest.param(["--speed", "nan"], "nan is not from 0", id="no number"),
        pytest.param(["--access-key", "AK"], "need each other", id="a key without its secret"),
        pytest.param(["--secret-key", "SK"], "need each other", id="a secret without its key"),
        pytest.param(["--switch", "page_sise=1"], 'perhaps "page_size"', id="unknown switch"),
        pytest.param(["--switch", "page_size=many"], "'page_size' cannot be 'many'", id="wrong value"),
        pytest.param(["--switch", "fill_azs"], "fill_azs=true", id="no value"),
        pytest.param(["--switch", "removal_order=best"], "'removal_order' cannot be 'best'", id="no choice"),
    ],
)
def test_what_cannot_be_served_is_told(place, poolctl, arguments, words):
    (place / "bad.toml").write_text('[[fault]]\nkind = "fire"\n')
    (place / "latin.toml").write_bytes(b"\xff")
    ended = poolctl("simulator", "serve", *arguments)
    assert (ended.code, ended.stdout) == (1, "")
    assert words in " ".join(ended.stderr.replace("│", "").split())


def test_a_taken_port_is_told_and_the_world_is_left_free(place, poolctl):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ended = poolctl("simulator", "serve", "--port", str(taken.getsockname()[1]))
    assert (ended.code, ended.stdout) == (1, "")
    assert "Address already in" in ended.stderr
    with serve(place) as served:
        assert _call(served).status_code == 200


def test_a_world_that_is_served_is_not_used_by_others(place, poolctl, starter):
    with serve(place) as served:
        ends = [poolctl("simulator", "serve"), poolctl("plan")]
    assert [(one.code, f"process {served.process.pid}" in one.stderr) for one in ends] == [(1, True), (1, True)]
