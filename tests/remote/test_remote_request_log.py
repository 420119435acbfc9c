"""The log of requests: what it shows, and what it never shows."""

import json

import pytest
from remote_service import NOW, PROJECT, TOKEN, hang, reset, send_bytes, send_json

from planner.core.desired import ProviderSettings
from planner.remote.client import Pacing, open_client
from planner.remote.credentials import Token
from planner.remote.endpoint import Endpoint
from planner.remote.errors import RemoteError
from planner.remote.request_log import LONGEST_BODY, format_body

POOLS = f"/v2/{PROJECT}/pools"


@pytest.fixture
def lines():
    return []


@pytest.fixture
def logged(port, lines, tmp_path):
    with open_client(
        Endpoint(kind="https", base_url=f"http://127.0.0.1:{port}", region="", project_id=PROJECT),
        credentials=Token(token=TOKEN),
        settings=ProviderSettings(request_timeout=0.5, max_retries=1),
        state_directory=tmp_path,
        pacing=Pacing(sleep=lambda _: None, now=lambda: NOW, random=lambda: 0.0),
        log=lines.append,
    ) as client:
        yield client


def test_request_and_answer_are_one_line_each(logged, script, port, lines):
    script.replies = [send_json({"a": 1}, headers={"X-Request-Id": "r1"})]
    logged.request("PATCH", POOLS, query={"x": "a b"}, body={"spec": {"count": 3}})
    assert lines[0] == f'debug: #1 -> PATCH http://127.0.0.1:{port}{POOLS}?x=a%20b {{"spec":{{"count":3}}}}'
    assert lines[1].startswith("debug: #1 <- 200 after 0.")
    assert lines[1].endswith(' s, request id r1 {"a":1}')


def test_a_repeated_request_has_a_number_of_its_own(logged, script, lines):
    script.replies = [send_bytes(b"", status=503), send_json({})]
    logged.request("GET", POOLS)
    assert [one.split()[1] for one in lines] == ["#1", "#1", "repeating", "#2", "#2"]


@pytest.mark.parametrize("reply", [pytest.param(reset, id="reset"), pytest.param(hang, id="silence")])
def test_an_answer_that_does_not_come_is_logged_too(logged, script, lines, reply):
    script.replies = [reply]
    with pytest.raises(RemoteError):
        logged.request("POST", POOLS, body={})
    assert "#1 <- no answer after" in lines[1]


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(send_json({"error_msg": f"the token {TOKEN} is wrong"}, status=400), id="in JSON"),
        pytest.param(send_bytes(f"<p>{TOKEN}".encode(), status=400), id="in a page"),
        pytest.param(send_json({}, status=400, headers={"X-Request-Id": TOKEN}), id="in a header"),
    ],
)
def test_what_the_service_says_of_the_token_is_masked(logged, script, lines, reply):
    script.replies = [reply]
    with pytest.raises(RemoteError):
        logged.request("POST", POOLS, body={"description": TOKEN})
    assert TOKEN not in "".join(lines)
    assert "[hidden]" in lines[0]
    assert "[hidden]" in lines[1]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(json.dumps({"user": {"password": "s3cret"}}), id="password"),
        pytest.param(json.dumps([{"spec": {"clientSecret": "s3cret", "n": 1}}]), id="secret in a list"),
        pytest.param(json.dumps({"X-Subject-Token": "s3cret"}), id="token"),
        pytest.param('{"password": "s3cret", ', id="broken JSON"),
        pytest.param("password=s3cret&x=1", id="a form"),
    ],
)
def test_members_that_speak_of_secrets_are_masked(body):
    shown = format_body(body.encode(), secrets=())
    assert "s3cret" not in shown
    assert "[hidden]" in shown


@pytest.mark.parametrize(
    "secret",
    [
        pytest.param('quo"te', id="quotes"),
        pytest.param("pässwörd€", id="unicode"),
        pytest.param("a/b+c=", id="signs of URLs"),
        pytest.param("back\\slash", id="backslash"),
    ],
)
def test_a_known_secret_is_masked_however_it_is_spelled(secret):
    spellings = [json.dumps({"a": secret}), json.dumps({"a": secret}, ensure_ascii=False), f"x={secret}"]
    shown = [format_body(one.encode(), secrets=(secret,)) for one in spellings]
    assert ["[hidden]" in one for one in shown] == [True, True, True]


def test_a_body_is_cut_and_made_printable():
    shown = format_body(b"\x1b[2J" + b"x" * 10 * LONGEST_BODY, secrets=())
    assert len(shown) <= LONGEST_BODY
    assert shown.isprintable()


def test_nothing_is_logged_unless_it_is_asked_for(client, script, capsys):
    script.replies = [send_json({})]
    client.request("GET", POOLS)
    assert capsys.readouterr() == ("", "")
