"""Tokens for a user: asked for once, renewed before they end and when they are refused; where they may be asked for."""

import datetime as dt
import json
import threading

import pytest

from planner.remote.credentials import Password
from planner.remote.endpoint import Endpoint
from planner.remote.errors import CredentialsError, Throttled, Unreachable
from planner.remote.identity import Asking, Reply, TokenSource, build_question
from planner.remote.identity_url import find_identity_url, resolve_identity_url
from planner.simulator.identity import PATH, Account, Identity
from planner.simulator.requests import Request

START = dt.datetime(2026, 11, 23, 12, 0, 0, tzinfo=dt.UTC)
USER = Password(user_name="ada", password="s3cret", domain_name="lovelace")
ASKING = Asking(user=USER, url="https://iam/v3/auth/tokens", project_id="p1")


class Clock:
    def __init__(self):
        self.now = START

    def __call__(self):
        return self.now

    def count_seconds(self):
        return self.now.timestamp()

    def pass_seconds(self, seconds):
        self.now += dt.timedelta(seconds=seconds)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def asked():
    return []


@pytest.fixture
def make_source(clock, asked):
    """Return a source whose service answers with ``change`` laid over a good answer."""

    def make(**change):
        def post(url, content):
            asked.append((url, content))
            return Reply(**{"status": 201, "token": f"token-{len(asked)}", "content": make_life(86400)} | change)

        return TokenSource(ASKING, post=post, now=clock)

    return make


def make_life(seconds):
    ends = START + dt.timedelta(seconds=seconds)
    token = {"issued_at": f"{START:%Y-%m-%dT%H:%M:%S.000000Z}", "expires_at": f"{ends:%Y-%m-%dT%H:%M:%S.000000Z}"}
    return json.dumps({"token": token}).encode()


def test_the_question_names_user_domain_and_project(make_source, asked):
    make_source().obtain()
    identity = {
        "methods": ["password"],
        "password": {"user": {"name": "ada", "password": "s3cret", "domain": {"name": "lovelace"}}},
    }
    assert asked[0][0] == "https://iam/v3/auth/tokens"
    assert json.loads(asked[0][1]) == {"auth": {"identity": identity, "scope": {"project": {"id": "p1"}}}}


def test_a_domain_may_be_named_by_its_id():
    user = Password(user_name="ada", password="s3cret", domain_id="d1")
    question = build_question(Asking(user=user, url="", project_id="p1"))
    assert '"domain": {"id": "d1"}' in json.dumps(question)


def test_one_token_serves_until_shortly_before_its_end(make_source, clock):
    source = make_source()
    first = source.obtain()
    clock.pass_seconds(86400 - 301)
    assert source.obtain() == first
    clock.pass_seconds(1)
    assert source.obtain() == "token-2"


@pytest.mark.parametrize(
    ("content", "seconds"),
    [
        pytest.param(make_life(600), 540, id="a short life"),
        pytest.param(make_life(-5), 54, id="ended already by its own words"),
        pytest.param(b"{}", 3300, id="a life that is not told"),
        pytest.param(b"<html>", 3300, id="no JSON"),
        pytest.param(b'{"token":{"issued_at":"2026-11-23T12:00:00","expires_at":"soon"}}', 3300, id="no moment"),
    ],
)
def test_the_life_of_a_token_is_judged_by_the_services_clock(make_source, clock, asked, content, seconds):
    source = make_source(content=content)
    source.obtain()
    clock.pass_seconds(seconds - 1)
    source.obtain()
    assert len(asked) == 1
    clock.pass_seconds(1)
    source.obtain()
    assert len(asked) == 2


def test_a_refused_token_is_replaced_once_for_all_who_were_refused(make_source, asked):
    source = make_source()
    refused = source.obtain()
    assert [source.renew(refused) for _ in range(3)] == ["token-2"] * 3
    assert len(asked) == 2


def test_many_threads_ask_for_one_token(make_source, asked):
    source = make_source()
    threads = [threading.Thread(target=source.obtain) for _ in range(16)]
    [one.start() for one in threads]
    [one.join() for one in threads]
    assert len(asked) == 1


ERROR = b'{"error":{"message":"The password s3cret is wrong.","code":401}}'


@pytest.mark.parametrize(
    ("change", "kind", "told"),
    [
        pytest.param({"status": 401, "content": ERROR}, CredentialsError, "The password [hidden] is wrong", id="401"),
        pytest.param({"status": 403, "content": b""}, CredentialsError, "project p1", id="403"),
        pytest.param({"status": 404, "content": b"<html>"}, CredentialsError, "HTTP 404", id="404"),
        pytest.param({"status": 200}, CredentialsError, "HTTP 200", id="200"),
        pytest.param({"token": ""}, CredentialsError, "not as IAM v3", id="no token"),
        pytest.param({"token": "a\nb"}, CredentialsError, "not as IAM v3", id="a token that cannot be sent"),
        pytest.param({"status": 503}, Unreachable, "Nothing was sent to ModelArts", id="503"),
        pytest.param({"status": 429, "retry_after": "7"}, Throttled, "429", id="429"),
    ],
)
def test_what_is_no_token_says_what_to_do_and_shows_no_password(make_source, change, kind, told):
    with pytest.raises(kind) as caught:
        make_source(**change).obtain()
    shown = f"{caught.value!r} {caught.value.diagnostics}"
    assert told in shown
    assert "s3cret" not in shown


def test_a_failing_identity_service_leaves_nothing_uncertain(make_source):
    with pytest.raises(Unreachable) as caught:
        make_source(status=500).obtain()
    assert (caught.value.may_have_reached, caught.value.is_lasting) == (False, False)


@pytest.mark.parametrize(
    ("written", "url"),
    [
        pytest.param("https://iam.eu-de.otc.t-systems.com", "https://iam.eu-de.otc.t-systems.com", id="host"),
        pytest.param("https://iam.eu-nl.otc.t-systems.com/v3", "https://iam.eu-nl.otc.t-systems.com", id="v3"),
        pytest.param("https://iam.myhuaweicloud.com:443/v3/", "https://iam.myhuaweicloud.com:443", id="port and slash"),
        pytest.param("https://iam.myhuaweicloud.com/v3/auth/tokens", "https://iam.myhuaweicloud.com", id="whole path"),
        pytest.param("http://127.0.0.1:5000/v3", "http://127.0.0.1:5000", id="this machine"),
        pytest.param("https://iam.mine.example/id/v3", "https://iam.mine.example/id", id="a host that is named"),
    ],
)
def test_tokens_are_asked_for_where_the_environment_says(written, url):
    environment = {"POOLCTL_TRUSTED_HOSTS": "iam.mine.example"}
    assert resolve_identity_url(written, environment=environment) == f"{url}/v3/auth/tokens"


@pytest.mark.parametrize(
    ("host", "environment", "url"),
    [
        pytest.param(
            "modelarts.eu-de.otc.t-systems.com", {}, "https://iam.eu-de.otc.t-systems.com", id="Open Telekom Cloud"
        ),
        pytest.param(
            "modelarts.eu-ch2.sc.otc.t-systems.com",
            {},
            "https://iam-pub.eu-ch2.sc.otc.t-systems.com",
            id="its Swiss region",
        ),
        pytest.param(
            "modelarts.cn-north-4.myhuaweicloud.com", {}, "https://iam.cn-north-4.myhuaweicloud.com", id="Huawei Cloud"
        ),
        pytest.param("gate.mine.example", {}, "", id="a gateway may stand anywhere"),
        pytest.param(
            "modelarts.r1.mine.example", {"HW_CLOUD": "mine.example"}, "https://iam.r1.mine.example", id="another cloud"
        ),
        pytest.param(
            "gate.mine.example",
            {"HUAWEICLOUD_SDK_REGION_IAM_R_1": "https://iam.mine.example,https://iam2.mine.example"},
            "https://iam.mine.example",
            id="the SDKs' variable, the first of it",
        ),
    ],
)
def test_the_identity_service_goes_with_the_endpoint(host, environment, url):
    endpoint = Endpoint(kind="https", base_url=f"https://{host}", region="r-1", project_id="p1")
    assert find_identity_url(endpoint, environment=environment) == url


@pytest.mark.parametrize(
    "written",
    [
        pytest.param("", id="nothing says where"),
        pytest.param("https://iam.evil.example/v3", id="a host of nobody"),
        pytest.param("https://otc.t-systems.com.evil.example/v3", id="a host that looks like one"),
        pytest.param("http://iam.eu-de.otc.t-systems.com/v3", id="plain http"),
        pytest.param("https://u:s3cret@iam.eu-de.otc.t-systems.com/v3", id="a password in it"),
        pytest.param("https://iam.eu-de.otc.t-systems.com/v3?x=1", id="a query"),
        pytest.param("https://iam.eu-de.otc.t-systems.com\n/v3", id="a line break"),
        pytest.param("https://iam.eu-de.otc.t-systems.com:x/v3", id="no port"),
        pytest.param("iam.eu-de.otc.t-systems.com", id="no scheme"),
    ],
)
def test_no_password_goes_to_any_other_place(written):
    with pytest.raises(CredentialsError) as caught:
        resolve_identity_url(written, environment={})
    assert "s3cret" not in f"{caught.value!r} {caught.value.diagnostics}"


QUESTION = build_question(ASKING)


@pytest.fixture
def identity():
    return Identity(Account(user_name="ada", password="s3cret", domain_name="lovelace"))


def ask(identity, body, method="POST"):
    return identity.answer(Request(method=method, path=PATH, body=body))


def test_the_simulated_service_knows_its_token_until_it_is_revoked(identity):
    answer = ask(identity, json.dumps(QUESTION).encode())
    request = Request(method="GET", path="/v2/p/pools", headers={"x-auth-token": answer.headers["x-subject-token"]})
    assert (answer.status, identity.admits(request)) == (201, True)
    identity.revoke()
    assert not identity.admits(request)


def test_a_token_of_the_simulated_service_ends_with_its_life(clock):
    account = Account(user_name="ada", password="s3cret", domain_name="lovelace")
    identity = Identity(account, lifetime=dt.timedelta(seconds=90), clock=clock.count_seconds)
    token = ask(identity, json.dumps(QUESTION).encode()).headers["x-subject-token"]
    request = Request(method="GET", path="/v2/p/pools", headers={"x-auth-token": token})
    clock.pass_seconds(89)
    assert identity.admits(request)
    clock.pass_seconds(1)
    assert not identity.admits(request)


def test_the_simulated_service_takes_a_domain_by_its_id(identity):
    by_id = Password(user_name="ada", password="s3cret", domain_id="lovelace")
    question = build_question(Asking(user=by_id, url="", project_id="p1"))
    assert ask(identity, json.dumps(question).encode()).status == 201


def test_the_simulated_service_that_knows_no_account_gives_everybody_a_token():
    identity = Identity(None)
    assert ask(identity, json.dumps(QUESTION).encode()).status == 201
    assert identity.admits(Request(method="GET", path="/v2/p/pools"))


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param(b"", 400, id="nothing"),
        pytest.param(b"[]", 400, id="a list"),
        pytest.param(b'{"auth":{"identity":{"methods":["token"]}}}', 400, id="another method"),
        pytest.param(json.dumps(QUESTION).replace("s3cret", "wrong").encode(), 401, id="another password"),
        pytest.param(json.dumps(QUESTION).replace("lovelace", "byron").encode(), 401, id="another domain"),
    ],
)
def test_the_simulated_service_refuses_everybody_else(identity, body, status):
    answer = ask(identity, body)
    assert (answer.status, identity.issued) == (status, 0)
    assert "x-subject-token" not in answer.headers


def test_the_simulated_service_only_takes_a_post(identity):
    assert ask(identity, b"", method="GET").status == 404
