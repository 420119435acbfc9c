import dataclasses
import gzip
import json
import logging
import threading

import pytest
from remote_service import PROJECT, TOKEN, hang, reset, send_bytes, send_json, send_wire, trickle

import planner
from planner.core.desired import ProviderSettings
from planner.remote import exchanges
from planner.remote.client import Answer
from planner.remote.errors import (
    AnswerLost,
    BadAnswer,
    InvalidTarget,
    NotFound,
    Refused,
    RemoteError,
    ServerFault,
    Throttled,
    Unreachable,
)

POOLS = f"/v2/{PROJECT}/pools"


def wire(body: bytes, *, length: int) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % length + body


def test_an_answer_has_status_body_and_date(client, script):
    script.replies = [send_json({"items": [1]}, headers={"X-Other": "y"})]
    answer = client.request("GET", POOLS)
    assert (answer.status, answer.body) == (200, {"items": [1]})
    assert answer.date
    assert answer.date.endswith("GMT")


def test_an_empty_answer_has_no_body(client, script):
    script.replies = [send_bytes(b"", status=204)]
    assert dataclasses.replace(client.request("DELETE", POOLS), date=None) == Answer(status=204, body=None, date=None)


@pytest.mark.parametrize(
    ("method", "given", "sent"),
    [
        pytest.param("PATCH", None, "application/merge-patch+json", id="patch"),
        pytest.param("POST", None, "application/json", id="post"),
        pytest.param("PATCH", "application/json", "application/json", id="as given"),
    ],
)
def test_a_body_is_sent_with_the_media_type_that_the_api_wants(client, script, method, given, sent):
    script.replies = [send_json({})]
    client.request(method, POOLS, body={"spec": {"a": None, "é": 1}}, content_type=given)
    request = script.requests[0]
    assert (request.method, request.headers["content-type"]) == (method, sent)
    assert json.loads(request.body) == {"spec": {"a": None, "é": 1}}


def test_the_headers_of_the_api_are_sent(port, script, settings, make_client):
    script.replies = [send_json({})]
    wanted = dataclasses.replace(settings, user_id="user-1", request_type="console")
    with make_client(f"http://127.0.0.1:{port}", wanted) as client:
        client.request("GET", POOLS, query={"workspaceId": "a b&c", "limit": 5})
    request = script.requests[0]
    assert request.target == f"{POOLS}?workspaceId=a%20b%26c&limit=5"
    assert {name: request.headers.get(name) for name in HEADERS} == HEADERS


HEADERS = {
    "x-auth-token": TOKEN,
    "accept": "application/json",
    "user-agent": f"poolctl/{planner.__version__}",
    "x-modelarts-user-id": "user-1",
    "request-type": "console",
    "cookie": None,
    "authorization": None,
}


def test_optional_headers_are_left_out(client, script):
    script.replies = [send_json({})]
    client.request("GET", POOLS)
    assert not {"x-modelarts-user-id", "request-type"} & script.requests[0].headers.keys()


def test_cookies_of_the_service_are_not_kept(client, script):
    script.replies = [send_json({}, headers={"Set-Cookie": "a=b"})]
    client.request("GET", POOLS)
    client.request("GET", POOLS)
    assert "cookie" not in script.requests[1].headers


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        pytest.param(reset, AnswerLost, id="reset before the answer"),
        pytest.param(send_wire(b""), AnswerLost, id="closed without an answer"),
        pytest.param(send_wire(wire(b'{"a"', length=100)), AnswerLost, id="cut in the middle of the body"),
        pytest.param(send_wire(b"HTTP/1.1 200 OK\r\nContent-"), AnswerLost, id="cut in the middle of the headers"),
        pytest.param(send_wire(b"SSH-2.0-OpenSSH\r\n\r\n"), AnswerLost, id="not HTTP at all"),
        pytest.param(send_bytes(b'{"a": '), BadAnswer, id="truncated JSON"),
        pytest.param(send_bytes(b"<html>hello</html>"), BadAnswer, id="a page"),
        pytest.param(send_bytes(b"", headers={"Content-Encoding": "gzip"}), None, id="nothing, compressed"),
        pytest.param(send_bytes(b"garbage", headers={"Content-Encoding": "gzip"}), BadAnswer, id="garbled compression"),
    ],
)
def test_a_write_that_ends_badly_is_sent_once(client, script, sleeps, reply, kind):
    script.replies = [reply]
    found = fail(client, "POST") if kind else client.request("POST", POOLS, body={})
    assert type(found) is (kind or Answer)
    assert len(script.requests) == 1
    assert sleeps == []


def fail(client, method: str, **arguments) -> RemoteError:
    with pytest.raises(RemoteError) as caught:
        client.request(method, POOLS, **arguments)
    return caught.value


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(reset, id="reset"),
        pytest.param(send_wire(wire(b'{"a"', length=100)), id="cut in the body"),
        pytest.param(send_bytes(b'{"a": '), id="truncated JSON"),
        pytest.param(send_bytes(b"bad gateway", status=502), id="502 with a page"),
        pytest.param(send_json({}, status=429), id="turned away"),
    ],
)
def test_a_read_survives_a_passing_fault(client, script, sleeps, fault):
    script.replies = [fault, send_json({"ok": True})]
    assert client.request("GET", POOLS).body == {"ok": True}
    assert sleeps == [0.25]


def test_a_read_ends_after_max_retries(client, script, sleeps):
    script.replies = [send_json({}, status=503)]
    assert isinstance(fail(client, "GET"), ServerFault)
    assert (len(script.requests), sleeps) == (3, [0.25, 0.5])


def test_retry_after_is_waited_for(client, script, sleeps):
    script.replies = [send_json({}, status=429, headers={"Retry-After": "7"}), send_json({})]
    client.request("PATCH", POOLS, body={})
    assert sleeps == [7.0]


def test_retry_after_may_be_a_date(client, script, sleeps):
    date = "Mon, 23 Nov 2026 12:00:30 GMT"
    script.replies = [send_json({}, status=503, headers={"Retry-After": date}), send_json({})]
    client.request("GET", POOLS)
    assert sleeps == [30.0]


def test_one_attempt_is_one_request(client, script):
    script.replies = [send_json({}, status=429)]
    with pytest.raises(Throttled):
        client.send("GET", POOLS)
    assert len(script.requests) == 1


def test_a_caller_with_its_own_loop_waits_as_the_policy_says(client, script, sleeps):
    script.replies = [send_json({}, status=503, headers={"Retry-After": "3"})]
    error = fail(client, "PATCH", body={})
    verdicts = [client.wait_to_repeat("PATCH", error, number=1, is_rebuilt=one) for one in (False, True)]
    assert (verdicts, sleeps) == ([False, True], [3.0])


def test_silence_ends_with_the_timeout(port, script, make_client):
    script.replies = [hang]
    with make_client(f"http://127.0.0.1:{port}", ProviderSettings(request_timeout=0.2)) as client:
        assert isinstance(fail(client, "PATCH", body={}), AnswerLost)


@pytest.mark.parametrize(
    "start",
    [
        pytest.param(b"HTTP/1.1 200 OK\r\nX-Slow: ", id="in the headers"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", id="in the body"),
    ],
)
def test_an_answer_that_trickles_is_given_up_after_the_time_for_all_of_it(port, script, make_client, start):
    script.replies = [trickle(start)]
    with make_client(f"http://127.0.0.1:{port}", ProviderSettings(request_timeout=0.3)) as client:
        error = fail(client, "PATCH", body={})
    assert isinstance(error, AnswerLost)
    assert "no whole answer within 0.3 seconds" in error.diagnostics[0].detail


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(send_bytes(b" " * 2000), id="plain"),
        pytest.param(send_bytes(gzip.compress(b" " * 2000), headers={"Content-Encoding": "gzip"}), id="unpacked"),
    ],
)
def test_an_answer_that_is_too_large_is_given_up(client, script, monkeypatch, reply):
    monkeypatch.setattr(exchanges, "LARGEST_ANSWER", 1000)
    script.replies = [reply]
    assert "larger" in fail(client, "POST").diagnostics[0].detail


def test_a_closed_port_is_unreachable_and_tried_again_even_for_writes(unused_port, settings, make_client, sleeps):
    with make_client(f"http://127.0.0.1:{unused_port}", settings) as client:
        error = fail(client, "POST", body={})
    assert isinstance(error, Unreachable)
    assert (error.may_have_reached, len(sleeps)) == (False, 2)


def test_a_redirect_to_another_host_is_not_followed(client, script, second_port, second_script):
    second_script.replies = [send_json({})]
    script.replies = [send_bytes(b"", status=307, headers={"Location": f"http://127.0.0.1:{second_port}/v2/x"})]
    error = fail(client, "GET")
    assert isinstance(error, Refused)
    assert (error.status, second_script.requests) == (307, [])


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(
            {"error_code": "ModelArts.50004000", "error_msg": "Bad request", "request_id": "r1"},
            ("ModelArts.50004000", "Bad request", "r1"),
            id="the API's error",
        ),
        pytest.param({"error_msg": "a\x1b[2J"}, ("", "a\\x1b[2J", "r-header"), id="control characters"),
        pytest.param({"error_code": 7, "error_msg": ["x"]}, ("", "", "r-header"), id="members of other types"),
        pytest.param(["x"], ("", "", "r-header"), id="a list"),
        pytest.param({"error_msg": f"no {TOKEN}"}, ("", "no [hidden]", "r-header"), id="the token comes back"),
    ],
)
def test_a_refusal_carries_what_the_service_said(client, script, body, expected):
    script.replies = [send_json(body, status=400, headers={"X-Request-Id": "r-header"})]
    error = fail(client, "GET")
    assert isinstance(error, Refused)
    assert (error.error_code, error.error_msg, error.request_id) == expected


def test_a_long_message_is_cut(client, script):
    script.replies = [send_json({"error_code": "c" * 9000, "error_msg": "m" * 9000}, status=400)]
    error = fail(client, "GET")
    assert isinstance(error, Refused)
    assert (len(error.error_code), len(error.error_msg)) == (512, 512)


def test_a_refusal_without_json_keeps_its_status(client, script):
    script.replies = [send_bytes(b"<html>", status=404)]
    error = fail(client, "GET")
    assert (type(error), error.status) == (Refused, 404)


def test_only_the_services_own_code_says_not_found(client, script):
    script.replies = [send_json({"error_code": "ModelArts.50015001", "error_msg": "pool not found"}, status=404)]
    assert isinstance(fail(client, "GET"), NotFound)


@pytest.mark.parametrize("path", ["@evil.com/v2/p/pools", "//evil.com/v2", "/v2/p/../x", "/v2/p?x=1"])
def test_a_path_outside_the_api_is_not_sent(client, script, path):
    with pytest.raises(InvalidTarget):
        client.request("GET", path)
    assert script.requests == []


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(reset, id="reset"),
        pytest.param(send_bytes(TOKEN.encode(), status=500), id="the service repeats the token"),
        pytest.param(
            send_json({"error_code": TOKEN, "error_msg": TOKEN, "request_id": TOKEN}, status=403), id="as JSON"
        ),
        pytest.param(send_bytes(b"<" + TOKEN.encode()), id="instead of JSON"),
        pytest.param(send_wire(TOKEN.encode() + b"\r\n\r\n"), id="instead of HTTP"),
    ],
)
def test_the_token_shows_up_nowhere(client, script, caplog, reply):
    caplog.set_level(logging.DEBUG)
    script.replies = [reply]
    error = fail(client, "POST", body={})
    chain = [error, error.__cause__, error.__context__]
    told = "\n".join([repr(chain), str(error), repr(error.diagnostics), repr(vars(error)), repr(client)])
    assert TOKEN not in told
    assert TOKEN not in f"{caplog.text} {caplog.records}"


def test_a_foreign_exception_does_not_ride_along(client, script):
    script.replies = [reset]
    error = fail(client, "POST")
    assert (error.__cause__, error.__context__) == (None, None)


def test_many_threads_share_a_client(client, script):
    script.replies = [send_json({"n": 1})]
    bodies: list[object] = []
    threads = [threading.Thread(target=lambda: bodies.append(client.request("GET", POOLS).body)) for _ in range(16)]
    [one.start() for one in threads]
    [one.join() for one in threads]
    assert bodies == [{"n": 1}] * 16


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "ALL_PROXY"])
def test_loopback_is_never_sent_through_a_proxy(
    port, script, settings, make_client, monkeypatch, unused_port, variable
):
    monkeypatch.setenv(variable, f"http://127.0.0.1:{unused_port}")
    script.replies = [send_json({})]
    with make_client(f"http://127.0.0.1:{port}", settings) as client:
        assert client.request("GET", POOLS).status == 200


def test_https_goes_through_the_proxy_of_the_environment(port, script, settings, make_client, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
    monkeypatch.setenv("NO_PROXY", "")
    with make_client("https://modelarts.eu-de.otc.t-systems.com", settings) as client:
        error = fail(client, "POST", body={})
    assert isinstance(error, Unreachable)
    assert error.may_have_reached is False


def test_a_malformed_proxy_is_named_without_its_password(settings, make_client, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "nonsense://u:s3cret@127.0.0.1:1")
    with pytest.raises(Unreachable) as caught, make_client("https://127.0.0.1:1", settings):
        pass
    assert "HTTPS_PROXY" in caught.value.diagnostics[0].detail
    assert "s3cret" not in repr(caught.value.diagnostics)
    assert caught.value.is_lasting


def test_a_missing_certificate_file_is_told(settings, make_client, monkeypatch, tmp_path):
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    with pytest.raises(Unreachable, match="cannot be reached"), make_client("https://127.0.0.1:1", settings):
        pass


def test_a_self_signed_certificate_is_refused_at_once(tls_port, script, settings, make_client, sleeps):
    script.replies = [send_json({})]
    with make_client(f"https://127.0.0.1:{tls_port}", settings) as client:
        error = fail(client, "GET")
    assert isinstance(error, Unreachable)
    assert (error.is_lasting, sleeps, script.requests) == (True, [], [])


def test_an_authority_of_the_environment_is_trusted(tls_port, tls_files, script, settings, make_client, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(tls_files))
    script.replies = [send_json({"ok": 1})]
    with make_client(f"https://127.0.0.1:{tls_port}", settings) as client:
        assert client.request("GET", POOLS).body == {"ok": 1}


@pytest.mark.parametrize(
    ("written", "seconds"), [pytest.param(None, 10.0, id="default"), pytest.param(0.5, 0.5, id="as written")]
)
def test_polls_are_apart_as_written(make_client, written, seconds):
    with make_client("http://127.0.0.1:1", ProviderSettings(poll_interval=written)) as client:
        assert client.poll_interval == seconds
