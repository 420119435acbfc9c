"""Who calls the service: plan and apply with keys, with a user, and what is said where they are not accepted."""

import json
import re
from pathlib import Path

import pytest
from story_site import PROJECT, Story, flatten, make_pool_block

from planner.simulator.documents import start_world
from planner.simulator.faults import Rule, Script, Status
from planner.simulator.http_server import LocalServer, Serving
from planner.simulator.identity import Account, Identity
from planner.simulator.seeding import make_network
from planner.simulator.signatures import make_gate

AK, SK = "AKIDOFTHETESTS0123456", "s3cret-key-of-the-tests"
PASSWORD = 's3cret "pässword" & more'
KEYS = {"HW_ACCESS_KEY": AK, "HW_SECRET_KEY": SK}
USER = {"HW_USER_NAME": "ada", "HW_USER_PASSWORD": PASSWORD, "HW_DOMAIN_NAME": "lovelace"}
ACCOUNT = Account(user_name="ada", password=PASSWORD, domain_name="lovelace")


@pytest.fixture(autouse=True)
def environment(monkeypatch, tmp_path_factory):
    """An environment that says nothing, with a home where nothing lies."""
    monkeypatch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
    monkeypatch.setattr("planner.remote.retry.LONGEST_BACKOFF", 0.001)
    return monkeypatch


def open_world():
    return make_network(start_world(), name="network-maos")[0]


@pytest.fixture
def signed(tmp_path):
    """A service that admits what is signed with the keys of the tests, and nothing else."""
    serving = Serving(gate=make_gate(access_key=AK, secret_key=SK))
    with LocalServer(open_world(), serving=serving) as server:
        yield make_story(tmp_path, server)


@pytest.fixture
def identity():
    return Identity(ACCOUNT)


@pytest.fixture
def token_story(tmp_path, identity):
    """A service that admits the tokens that it gave to the account of the tests."""
    scenes: list[Story] = []

    def find_fault(request):
        return scenes[0].fail(request)

    with LocalServer(open_world(), faults=find_fault, serving=Serving(identity=identity)) as server:
        scenes.append(make_story(tmp_path, server))
        yield scenes[0]


def make_story(directory: Path, server: LocalServer) -> Story:
    story = Story(directory=directory, server=server)
    story.files(make_pool_block())
    return story


def set_all(environment, variables):
    for name, value in variables.items():
        environment.setenv(name, value)


def set_user(environment, story, **changes):
    set_all(environment, USER | {"HW_AUTH_URL": f"{story.server.url}/v3"} | changes)


def check_lifecycle(story: Story) -> None:
    """Plan, apply, plan again, change, apply: every method is sent."""
    assert story.plan().code == 2
    assert story.apply().code == 0
    assert story.is_settled()
    story.files(make_pool_block(cpu=3))
    assert story.apply().code == 0
    assert story.run("destroy", "--auto-approve", "--allow", "pool.a=destroys").code == 0
    assert {"GET", "POST", "PATCH", "DELETE"} <= {one.method for one in story.server.requests}


def test_plan_and_apply_with_access_keys(environment, signed):
    set_all(environment, KEYS)
    check_lifecycle(signed)
    assert all(one.headers["authorization"].startswith("SDK-HMAC-SHA256 Access=") for one in signed.server.requests)
    assert not any("x-auth-token" in one.headers for one in signed.server.requests)


def test_the_query_of_a_read_is_signed_as_it_is_sent(environment, signed):
    set_all(environment, KEYS)
    signed.files(make_pool_block('workspace_id = "w-1"'))
    assert signed.plan().code == 2
    assert {"workspaceId": "w-1"} in [one.query for one in signed.server.requests]


def test_plan_and_apply_with_a_profile(environment, signed, tmp_path):
    keys = {"accessKeyId": AK, "secretAccessKey": SK, "projectId": PROJECT}
    path = tmp_path / "profiles.json"
    path.write_text(json.dumps({"profiles": [{"name": "ci", "mode": "AKSK", **keys}]}), encoding="utf-8")
    set_all(environment, {"HW_SHARED_CONFIG_FILE": str(path), "HW_PROFILE": "ci"})
    text = (signed.directory / "main.pools.toml").read_text(encoding="utf-8")
    (signed.directory / "main.pools.toml").write_text(text.replace(f'project_id = "{PROJECT}"\n', ""), encoding="utf-8")
    assert signed.apply().code == 0
    assert signed.load_state()["service"]["project_id"] == PROJECT


@pytest.mark.parametrize(
    "keys",
    [
        pytest.param({"HW_SECRET_KEY": "s3cret-other"}, id="another secret"),
        pytest.param({"HW_ACCESS_KEY": "OTHER"}, id="another key"),
    ],
)
def test_wrong_keys_are_told_with_their_place_and_exit_1(environment, signed, keys):
    set_all(environment, KEYS | keys)
    ended = signed.plan()
    assert (ended.code, ended.out) == (1, "")
    assert "does not accept the credentials" in ended.err
    assert "Check HW_ACCESS_KEY and HW_SECRET_KEY" in flatten(ended.err)
    assert "clock" in ended.err
    assert len(signed.server.requests) <= 2


def test_plan_and_apply_with_a_user_and_one_token(environment, token_story, identity):
    set_user(environment, token_story)
    assert token_story.apply().code == 0
    assert identity.issued == 1
    check_secret_nowhere(token_story, ())


def test_every_method_works_with_a_user(environment, token_story):
    set_user(environment, token_story)
    check_lifecycle(token_story)


def test_a_token_that_ends_is_renewed_once_and_the_request_is_sent_again(environment, token_story, identity):
    set_user(environment, token_story)
    ended = Status(status=401, body=b'{"error_code":"ModelArts.50001000","error_msg":"token is invalid"}')
    token_story.fail = Script([Rule(fault=ended, method="POST", path="/v2/[^/]+/pools")])
    assert token_story.apply().code == 0
    assert identity.issued == 2
    assert token_story.is_settled()


def test_a_service_that_refuses_fresh_tokens_is_asked_twice_and_believed(environment, token_story, identity):
    set_user(environment, token_story)
    refusal = Status(status=401, body=b'{"error_code":"ModelArts.50001000","error_msg":"token is invalid"}')
    token_story.fail = Script([Rule(fault=refusal, method="GET", path="/v[12]/.*", times=0)])
    ended = token_story.plan()
    assert ended.code == 1
    assert "also a fresh one" in flatten(ended.err)
    assert identity.issued <= 4


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        pytest.param({"HW_USER_PASSWORD": "s3cret-wrong"}, "does not accept the user", id="password"),
        pytest.param({"HW_DOMAIN_NAME": "byron"}, "does not accept the user", id="domain"),
        pytest.param({"HW_AUTH_URL": "https://evil.example/v3"}, "POOLCTL_TRUSTED_HOSTS", id="a host of nobody"),
        pytest.param({"HW_AUTH_URL": "http://iam.eu-de.otc.t-systems.com/v3"}, "plain http", id="plain http"),
        pytest.param({"HW_AUTH_URL": "https://u:s3cret@iam.eu-de.otc.t-systems.com"}, "do not belong", id="a login"),
        pytest.param({"HW_AUTH_URL": ""}, "The identity service is not known", id="no identity service"),
        pytest.param({"HW_AUTH_URL": "ftp://x"}, "is no URL like", id="another scheme"),
    ],
)
def test_a_user_that_cannot_have_a_token_is_told_and_nothing_is_asked(environment, token_story, changes, told):
    set_user(environment, token_story, **changes)
    ended = token_story.plan()
    assert (ended.code, ended.out) == (1, "")
    assert told in flatten(ended.err)
    assert "s3cret" not in ended.err
    assert [one for one in token_story.server.requests if "/v3/" not in one.path] == []


def test_a_failing_identity_service_is_asked_again_and_nothing_is_uncertain(environment, token_story):
    set_user(environment, token_story)
    token_story.fail = Script([Rule(fault=Status(status=503), path="/v3/auth/tokens", times=2)])
    assert token_story.apply().code == 0


def check_secret_nowhere(story: Story, texts: tuple[str, ...]) -> None:
    """Look for every secret in what was printed, and in every file that was written."""
    files = [one.read_text(encoding="utf-8", errors="replace") for one in story.directory.rglob("*") if one.is_file()]
    tokens = {one.headers.get("x-auth-token", "") for one in story.server.requests} - {""}
    for secret in {AK, SK, PASSWORD, "s3cret", "pässword", *tokens}:
        assert not [text for text in (*files, *texts) if secret in text]


@pytest.mark.parametrize("story_name", ["signed", "token_story"])
def test_secrets_are_in_nothing_that_is_printed_or_written(environment, request, story_name):
    story = request.getfixturevalue(story_name)
    set_user(environment, story, **(KEYS if story_name == "signed" else {}))
    runs = [
        story.run("--debug", "plan", "--out", str(story.directory / "plan.json")),
        story.run("apply", "--debug", "--auto-approve"),
        story.run("plan", "--debug", "--format", "json"),
        story.run("show", "--debug"),
    ]
    assert [one.code for one in runs] == [0, 0, 0, 0]
    check_secret_nowhere(story, tuple(text for one in runs for text in (one.out, one.err)))
    assert re.search(r"debug: #\d+ -> POST http://127.0.0.1:\d+/v2/", runs[1].err)
