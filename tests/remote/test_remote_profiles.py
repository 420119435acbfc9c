"""The ecosystem's files: profiles of KooCLI and the SDKs, clouds of OpenStack."""

import json
import sys

import pytest

from planner.remote.credentials import KeyPair, Password, Token
from planner.remote.errors import CredentialsError
from planner.remote.login import find_login

AK, SK = "AKAKAKAKAKAKAKAKAKAK", "s3cretKEYs3cretKEYs3cretKEYs3cretKEYs3cr"
PROFILE = {"name": "default", "mode": "AKSK", "accessKeyId": AK, "secretAccessKey": SK, "region": "eu-de"}
STS = {"accessKeyId": "STSAK", "secretAccessKey": "STSSK", "securityToken": "STSTOKEN"}
SSO = {"name": "sso", "mode": "SSO", "ssoAuth": {"stsToken": STS}, "projectId": "p1"}
SDK_FILE = f"[basic]\nak = {AK}\nsk = {SK}%x\nproject_id = p1\n[global]\nak = other\nsk = other\n"


@pytest.fixture
def home(tmp_path):
    return tmp_path


@pytest.fixture
def environment(home):
    return {"HOME": str(home)}


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def write_hcloud(home, *profiles, current="default"):
    return write(home / ".hcloud" / "config.json", json.dumps({"current": current, "profiles": list(profiles)}))


def fail(environment):
    with pytest.raises(CredentialsError) as caught:
        find_login(environment)
    told = f"{caught.value!r} {caught.value.diagnostics}"
    assert "s3cret" not in told
    return told


def test_the_current_profile_is_taken_with_its_region(home, environment):
    write_hcloud(home, {"name": "other"}, PROFILE)
    login = find_login(environment)
    assert login.credentials == KeyPair(
        access_key=AK, secret_key=SK, origin=f'profile "default" of {home}/.hcloud/config.json'
    )
    assert (login.region, login.project_id) == ("eu-de", "")


def test_another_profile_is_named_by_a_variable(home, environment):
    write_hcloud(home, PROFILE, SSO)
    login = find_login(environment | {"HW_PROFILE": "sso"})
    assert (login.credentials.access_key, login.credentials.security_token) == ("STSAK", "STSTOKEN")
    assert login.project_id == "p1"


@pytest.mark.parametrize("spelled", ["~/elsewhere.json", "{home}/elsewhere.json"])
def test_the_file_is_named_by_a_variable(home, environment, spelled):
    write(home / "elsewhere.json", json.dumps({"profiles": [PROFILE]}))
    login = find_login(environment | {"HW_SHARED_CONFIG_FILE": spelled.format(home=home)})
    assert login.credentials.access_key == AK


def test_the_environments_keys_come_before_a_profile_even_a_broken_one(home, environment):
    write(home / ".hcloud" / "config.json", "{")
    login = find_login(environment | {"HW_ACCESS_KEY": "ak", "HW_SECRET_KEY": "sk", "HW_PROFILE": "x"})
    assert login.credentials.origin == "HW_ACCESS_KEY and HW_SECRET_KEY"


ENCRYPTED = {"accessKeyId": "b7Qm" * 12 + "==", "secretAccessKey": "s3cret" * 20}


@pytest.mark.parametrize(
    ("profile", "named"),
    [
        pytest.param(PROFILE | ENCRYPTED, "--cli-auth-encrypt=false", id="encrypted in base64"),
        pytest.param(PROFILE | ENCRYPTED | {"accessKeyId": "0af3" * 24}, "encrypted", id="encrypted in hexadecimal"),
        pytest.param(PROFILE | {"mode": "ecsAgency"}, "mode ecsAgency", id="a mode without keys"),
        pytest.param(PROFILE | {"agencyName": "a"}, "with an agency", id="keys of somebody else's role"),
        pytest.param(PROFILE | {"secretAccessKey": ""}, "hcloud configure", id="no secret"),
        pytest.param(PROFILE | {"accessKeyId": 7}, "hcloud configure", id="a number in the place of the key"),
        pytest.param(PROFILE | {"name": "x"}, 'no profile "default"; it has: x', id="another name"),
    ],
)
def test_a_profile_that_cannot_be_used_says_what_to_do(home, environment, profile, named):
    write_hcloud(home, profile)
    assert named in fail(environment)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        pytest.param("{", "not JSON", id="truncated"),
        pytest.param("[" * 100_000, "not JSON", id="nested without end"),
        pytest.param("[]", "has: none", id="a list"),
        pytest.param('{"profiles": 7}', "has: none", id="profiles that are no list"),
        pytest.param('{"profiles": [7, {"name": "a\\u001b[2J"}]}', r"has: a\\x1b[2J", id="hostile names"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_and_never_quoted(home, environment, text, named):
    write(home / ".hcloud" / "config.json", text)
    assert named in fail(environment)


@pytest.mark.parametrize(
    "variables",
    [
        pytest.param({"HW_PROFILE": "prod"}, id="a profile without the file"),
        pytest.param({"HW_SHARED_CONFIG_FILE": "/nonexistent/config.json"}, id="KooCLI's file"),
        pytest.param({"HUAWEICLOUD_SDK_CREDENTIALS_FILE": "/nonexistent/credentials"}, id="the SDK's file"),
    ],
)
def test_a_file_that_is_named_has_to_be_there(environment, variables):
    assert "does not exist" in fail(environment | variables)


def test_the_sdks_file_gives_keys_and_project(home, environment):
    write(home / ".huaweicloud" / "credentials", SDK_FILE)
    login = find_login(environment)
    assert (login.credentials.access_key, login.credentials.secret_key) == (AK, f"{SK}%x")
    assert login.project_id == "p1"


def test_a_file_that_is_named_comes_before_one_that_lies_there(home, environment):
    write_hcloud(home, PROFILE)
    path = write(home / "named", "[basic]\nak = named\nsk = named\n")
    login = find_login(environment | {"HUAWEICLOUD_SDK_CREDENTIALS_FILE": str(path)})
    assert login.credentials.access_key == "named"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        pytest.param("[global]\nak = s3cret\nsk = s3cret\n", "no section [basic]", id="keys of an account alone"),
        pytest.param("[basic]\nidp_id = x\nid_token_file = y\n", "no ak with an sk", id="an identity provider"),
        pytest.param("ak = s3cret\n", "not an INI file", id="no section at all"),
    ],
)
def test_an_sdk_file_that_cannot_be_used_says_why(home, environment, text, named):
    write(home / ".huaweicloud" / "credentials", text)
    assert named in fail(environment)


CLOUD = """
clouds:
  otc:
    region_name: eu-de
    auth:
      auth_url: https://iam.eu-de.otc.t-systems.com/v3
      username: ada
      user_domain_name: OTC1
      project_id: p1
"""
SECURE = "clouds:\n  otc:\n    auth:\n      password: s3cret\n"


def write_clouds(home, text, *, secure=SECURE):
    write(home / ".config/openstack/clouds.yaml", text)
    write(home / ".config/openstack/secure.yaml", secure)


def test_a_cloud_and_its_secure_part_make_a_user(home, environment):
    write_clouds(home, CLOUD)
    login = find_login(environment | {"OS_CLOUD": "otc"})
    user = login.credentials
    assert isinstance(user, Password)
    assert (user.user_name, user.password, user.domain_name) == ("ada", "s3cret", "OTC1")
    assert (user.auth_url, login.region, login.project_id) == ("https://iam.eu-de.otc.t-systems.com/v3", "eu-de", "p1")


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param("    ak: a\n    sk: b\n", KeyPair, id="keys beside auth"),
        pytest.param("    auth: {ak: a, sk: b, security_token: c}\n", KeyPair, id="keys in auth"),
        pytest.param("    auth: {access_key: a, secret_key: b}\n", KeyPair, id="keys by their long names"),
        pytest.param("    auth_type: token\n    auth: {token: t}\n", Token, id="token"),
        pytest.param("    auth: {username: u, password: p, user_domain_id: d}\n", Password, id="domain by id"),
    ],
)
def test_a_cloud_may_hold_other_credentials(home, environment, lines, expected):
    write_clouds(home, f"clouds:\n  otc:\n{lines}", secure="{}")
    assert isinstance(find_login(environment | {"OS_CLOUD": "otc"}).credentials, expected)


def test_a_cloud_is_read_only_where_one_is_named(home, environment):
    write_clouds(home, CLOUD)
    assert find_login(environment) is None


@pytest.mark.parametrize(
    ("text", "named"),
    [
        pytest.param("a: [", "not YAML", id="broken"),
        pytest.param("clouds: {otc: s3cret}", 'no cloud "otc"', id="no mapping"),
        pytest.param("clouds: {other: {}}", 'no cloud "otc"', id="another name"),
        pytest.param("clouds: {otc: {}}", "holds no credentials", id="nothing in it"),
        pytest.param("!!python/object/apply:os.system ['true']", "not YAML", id="an object that would run something"),
    ],
)
def test_a_clouds_yaml_that_cannot_be_used_says_why(home, environment, text, named):
    write_clouds(home, text)
    assert named in fail(environment | {"OS_CLOUD": "otc"})


def test_a_missing_clouds_yaml_is_an_error_where_a_cloud_is_named(environment):
    assert "no clouds.yaml" in fail(environment | {"OS_CLOUD": "otc"})


def test_without_its_reader_a_clouds_yaml_says_what_to_install(home, environment, monkeypatch):
    monkeypatch.setitem(sys.modules, "yaml", None)
    write_clouds(home, CLOUD)
    assert "poolctl[otc]" in fail(environment | {"OS_CLOUD": "otc"})


@pytest.fixture
def homeless(monkeypatch):
    """Run as a number that the system knows no name of, without a home, as in a container."""

    def find_nobody(number):
        raise KeyError(number)

    monkeypatch.delenv("HOME")
    monkeypatch.setattr("pwd.getpwuid", find_nobody)


def test_who_has_no_home_has_no_files_there(homeless):
    assert find_login({}) is None


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        pytest.param({"HW_PROFILE": "default"}, "/nonexistent/.hcloud/config.json: it does not exist", id="a profile"),
        pytest.param({"OS_CLOUD": "here"}, "There is no clouds.yaml", id="a cloud"),
    ],
)
def test_who_has_no_home_is_told_what_is_not_found(homeless, variables, told):
    assert told in fail(variables)
