"""``poolctl simulator serve`` for clients that have a user and a password: tokens are given, end, and are renewed."""

import httpx
import pytest
from served import serve

from planner.simulator.seeding import PROJECT_ID

USER = {"HW_USER_NAME": "ada", "HW_USER_PASSWORD": "s3cret-word", "HW_DOMAIN_NAME": "lovelace"}
OPTIONS = ("--speed", "0", "--user", "ada", "--password", "s3cret-word", "--domain", "lovelace")
ENDED = """
[[fault]]
kind       = "status"
method     = "POST"
path       = "/v[12]/.*"
status     = 401
error_code = "ModelArts.50001000"
error_msg  = "token is invalid"
"""


@pytest.fixture
def sign_in(starter, monkeypatch, tmp_path_factory):
    """Return a function that has the configuration and the environment name a service, and a user of it."""
    monkeypatch.setenv("HOME", str(tmp_path_factory.mktemp("home")))

    def name(served, **changes):
        lines = f'endpoint = "{served.url}"\nproject_id = "{PROJECT_ID}"\nregion = "eu-de"\npoll_interval = "0s"'
        starter.write_text(starter.read_text().replace('endpoint = "simulator"', lines))
        for variable, value in {**USER, "HW_AUTH_URL": f"{served.url}/v3", **changes}.items():
            monkeypatch.setenv(variable, value)

    return name


def count_questions(ended):
    return ended.stderr.count("/v3/auth/tokens")


def test_a_user_plans_and_applies_with_one_token_each(place, poolctl, sign_in):
    with serve(place, *OPTIONS) as served:
        sign_in(served)
        runs = [poolctl("apply", "--auto-approve", "--debug"), poolctl("plan", "--detailed-exitcode", "--debug")]
    assert [one.code for one in runs] == [0, 0]
    assert [count_questions(one) for one in runs] == [1, 1]


def test_a_token_that_ends_in_the_middle_is_renewed_and_each_write_is_sent_again(place, poolctl, sign_in):
    (place / "faults.toml").write_text(ENDED)
    with serve(place, *OPTIONS, "--faults", "faults.toml") as served:
        sign_in(served)
        runs = [poolctl("apply", "--auto-approve", "--debug"), poolctl("plan", "--detailed-exitcode")]
    assert [one.code for one in runs] == [0, 0]
    assert count_questions(runs[0]) == 2


def test_a_token_that_is_never_accepted_is_told(place, poolctl, sign_in):
    with serve(place, *OPTIONS, "--token-life", "0") as served:
        sign_in(served)
        ended = poolctl("plan")
    assert (ended.code, ended.stdout) == (1, "")
    assert "also a fresh one" in " ".join(ended.stderr.replace("│", "").split())


def test_another_password_is_told_and_shown_nowhere(place, poolctl, sign_in):
    with serve(place, *OPTIONS) as served:
        sign_in(served, HW_USER_PASSWORD="s3cret-other")
        ended = poolctl("--debug", "plan")
    assert ended.code == 1
    assert "The identity service does not accept the user" in ended.stderr
    assert "s3cret" not in ended.stderr + served.start


def test_without_a_user_everybody_is_given_a_token(place, poolctl, sign_in):
    with serve(place, "--speed", "0") as served:
        sign_in(served)
        assert poolctl("apply", "--auto-approve").code == 0


@pytest.mark.parametrize("headers", [{"x-auth-token": "any"}, {"authorization": "SDK-HMAC-SHA256 any"}])
def test_with_a_user_all_else_is_refused(place, headers):
    with serve(place, *OPTIONS) as served:
        answer = httpx.get(f"{served.url}/v2/{PROJECT_ID}/pools", headers=headers, trust_env=False)
    assert (answer.status_code, answer.json()["error_code"]) == (401, "ModelArts.50001000")


def test_it_prints_what_to_set_and_no_password(place):
    with serve(place, *OPTIONS) as served:
        line = f"export HW_USER_NAME=... HW_USER_PASSWORD=... HW_DOMAIN_NAME=... HW_AUTH_URL={served.url}/v3"
        assert line in served.start
    assert "s3cret" not in served.start


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param(["--user", "ada", "--password", "p"], "need each other", id="no domain"),
        pytest.param(["--password", "p"], "need each other", id="a password of nobody"),
        pytest.param(["--token-life", "-1"], "-1 is not within 0 to 86400", id="a life below zero"),
        pytest.param([*OPTIONS, "--access-key", "A", "--secret-key", "S"], "exclude each other", id="two ways"),
    ],
)
def test_what_does_not_fit_together_is_told(poolctl, arguments, words):
    ended = poolctl("simulator", "serve", *arguments)
    assert (ended.code, ended.stdout) == (1, "")
    assert words in " ".join(ended.stderr.replace("│", "").split())
