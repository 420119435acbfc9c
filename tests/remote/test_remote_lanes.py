"""Lanes: as many connections as requests under way, each used again, and cut when a request takes too long."""

import threading

import httpx
import pytest
from remote_service import PROJECT, send_bytes, send_json, trickle

from planner.core.desired import ProviderSettings
from planner.remote.errors import AnswerLost
from planner.remote.lanes import Lanes

POOLS = f"/v2/{PROJECT}/pools"


@pytest.fixture
def made():
    return []


@pytest.fixture
def lanes(made):
    def make():
        made.append(httpx.Client(trust_env=False))
        return made[-1]

    return Lanes(make)


def test_one_after_the_other_is_one_lane(lanes, made):
    for _ in range(3):
        with lanes.take():
            pass
    assert len(made) == 1


def test_at_once_is_a_lane_each_and_the_one_used_last_is_taken_first(lanes, made):
    with lanes.take() as first, lanes.take() as second:
        assert first is not second
    with lanes.take() as again:
        assert again is first
    assert len(made) == 2


def test_a_lane_comes_back_after_an_error(lanes, made):
    with pytest.raises(ValueError, match="x"), lanes.take():
        raise ValueError("x")
    with lanes.take():
        assert len(made) == 1


def test_the_end_closes_every_lane(lanes, made):
    with lanes.take(), lanes.take():
        pass
    lanes.close()
    assert [one.is_closed for one in made] == [True, True]


def test_a_connection_is_used_again(port, script, settings, make_client):
    ports = []
    script.replies = [lambda handler: (ports.append(handler.client_address[1]), send_json({})(handler))]
    with make_client(f"http://127.0.0.1:{port}", settings) as client:
        for _ in range(3):
            client.request("GET", POOLS)
    assert len(set(ports)) == 1


def test_requests_at_once_do_not_wait_for_each_other(port, script, settings, make_client):
    together = threading.Barrier(8, timeout=5)
    script.replies = [lambda handler: (together.wait(), send_json({})(handler))]
    with make_client(f"http://127.0.0.1:{port}", settings) as client:
        threads = [threading.Thread(target=client.request, args=("GET", POOLS)) for _ in range(8)]
        [one.start() for one in threads]
        [one.join() for one in threads]
    assert len(script.requests) == 8


def test_an_answer_that_trickles_over_tls_is_cut_too(tls_port, tls_files, script, make_client, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(tls_files))
    script.replies = [trickle(b"HTTP/1.1 200 OK\r\nX-Slow: ")]
    settings = ProviderSettings(request_timeout=0.5)
    with make_client(f"https://127.0.0.1:{tls_port}", settings) as client, pytest.raises(AnswerLost):
        client.request("PATCH", POOLS, body={})


def test_after_a_cut_the_next_request_has_a_new_connection(port, script, make_client):
    script.replies = [trickle(b"HTTP/1.1 200 OK\r\nX-Slow: "), send_bytes(b"{}")]
    with make_client(f"http://127.0.0.1:{port}", ProviderSettings(request_timeout=0.3)) as client:
        with pytest.raises(AnswerLost):
            client.send("PATCH", POOLS, body={})
        assert client.send("PATCH", POOLS, body={}).status == 200
