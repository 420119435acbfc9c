"""Credentials of the environment: which are taken, what is said where they cannot be used."""

import pytest

from planner.remote.credentials import KeyPair, Password, Token, find_secrets
from planner.remote.errors import CredentialsError
from planner.remote.login import find_credentials, find_login

HW_KEYS = {"HW_ACCESS_KEY": "hw-ak", "HW_SECRET_KEY": "hw-sk"}
SDK_KEYS = {"HUAWEICLOUD_SDK_AK": "sdk-ak", "HUAWEICLOUD_SDK_SK": "sdk-sk"}
OS_KEYS = {"OS_ACCESS_KEY": "os-ak", "OS_SECRET_KEY": "os-sk"}
HW_USER = {"HW_USER_NAME": "hw-user", "HW_USER_PASSWORD": "hw-pass", "HW_DOMAIN_NAME": "hw-domain"}
OS_USER = {"OS_USERNAME": "os-user", "OS_PASSWORD": "os-pass", "OS_USER_DOMAIN_NAME": "os-domain"}


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """A home without profiles."""
    monkeypatch.setenv("HOME", str(tmp_path))


@pytest.mark.parametrize(
    ("environment", "found"),
    [
        pytest.param(HW_KEYS, ("hw-ak", "hw-sk"), id="access key"),
        pytest.param(HW_KEYS | {"HW_SECURITY_TOKEN": "hw-st"}, ("hw-ak", "hw-sk", "hw-st"), id="temporary access key"),
        pytest.param(SDK_KEYS, ("sdk-ak", "sdk-sk"), id="the SDK's access key"),
        pytest.param(
            OS_KEYS | {"OS_SECURITY_TOKEN": "os-st"}, ("os-ak", "os-sk", "os-st"), id="Open Telekom Cloud's access key"
        ),
        pytest.param(OS_KEYS | {"HW_SECURITY_TOKEN": "hw-st"}, ("os-ak", "os-sk"), id="the token of other keys"),
        pytest.param(OS_KEYS | SDK_KEYS | HW_KEYS, ("hw-ak", "hw-sk"), id="three access keys"),
        pytest.param({"HW_AUTH_TOKEN": "hw"}, ("hw",), id="token"),
        pytest.param({"OS_AUTH_TOKEN": "os"}, ("os",), id="token of the twin"),
        pytest.param({"HW_AUTH_TOKEN": "hw", "OS_AUTH_TOKEN": "os"}, ("hw",), id="both tokens"),
        pytest.param({"HW_AUTH_TOKEN": "", "OS_AUTH_TOKEN": "os"}, ("os",), id="empty counts as unset"),
        pytest.param({"HW_AUTH_TOKEN": "hw"} | OS_KEYS, ("os-ak", "os-sk"), id="keys before a token"),
        pytest.param({"OS_AUTH_TOKEN": "os"} | HW_USER, ("os",), id="a token before a password"),
        pytest.param(HW_USER, ("hw-pass",), id="user and password"),
        pytest.param(OS_USER, ("os-pass",), id="user and password of the twin"),
        pytest.param(OS_USER | HW_USER, ("hw-pass",), id="both users"),
    ],
)
def test_the_first_credentials_in_the_order_are_taken(environment, found):
    assert find_secrets(find_credentials(environment)) == found


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        pytest.param({}, ("hw-domain", "", ""), id="domain by name"),
        pytest.param({"HW_DOMAIN_ID": "d1"}, ("hw-domain", "", ""), id="a name before an id"),
        pytest.param({"HW_DOMAIN_NAME": "", "HW_DOMAIN_ID": "d1"}, ("", "d1", ""), id="domain by id"),
        pytest.param({"HW_AUTH_URL": "https://iam/v3"}, ("hw-domain", "", "https://iam/v3"), id="with its service"),
        pytest.param({"OS_AUTH_URL": "https://iam/v3"}, ("hw-domain", "", ""), id="the service of other users"),
    ],
)
def test_a_user_has_a_domain_and_an_identity_service(environment, expected):
    user = find_credentials(HW_USER | environment)
    assert isinstance(user, Password)
    assert (user.domain_name, user.domain_id, user.auth_url) == expected


def test_nothing_at_all_is_no_error_for_who_needs_nothing():
    assert find_login({}) is None


@pytest.mark.parametrize(
    "credentials",
    [
        pytest.param(Token(token="s3cret"), id="token"),
        pytest.param(KeyPair(access_key="s3cret", secret_key="s3cret", security_token="s3cret"), id="keys"),
        pytest.param(Password(user_name="user", password="s3cret"), id="password"),
    ],
)
def test_credentials_never_show_themselves(credentials):
    assert "s3cret" not in f"{credentials!r} {credentials} {[credentials]}"
    assert "s3cret" in find_secrets(credentials)


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        pytest.param({}, "HW_AUTH_TOKEN", id="nothing is set"),
        pytest.param({}, "HW_ACCESS_KEY", id="nothing is set: keys are named first"),
        pytest.param({}, "own agency (ECS metadata) is not asked", id="nothing is set: nor is a server asked"),
        pytest.param(
            {"HUAWEICLOUD_SDK_IDP_ID": "s3cret", "HUAWEICLOUD_SDK_ID_TOKEN_FILE": "s3cret"},
            "HUAWEICLOUD_SDK_IDP_ID is set, and poolctl cannot use an identity provider",
            id="an identity provider",
        ),
        pytest.param(
            {"HUAWEICLOUD_OIDC_TOKEN": "s3cret"}, "HUAWEICLOUD_OIDC_TOKEN is set", id="an identity provider otherwise"
        ),
        pytest.param({"HC_CONTAINER_TOKEN": "s3cret"}, "poolctl cannot use the identity of a pod", id="a pod"),
        pytest.param(
            {"HW_ASSUME_ROLE_AGENCY_NAME": "s3cret"} | HW_KEYS, "HW_ASSUME_ROLE_AGENCY_NAME is set", id="an agency"
        ),
        pytest.param({"HW_ACCESS_KEY": "s3cret"}, "HW_SECRET_KEY is not", id="key without its secret"),
        pytest.param({"OS_SECRET_KEY": "s3cret"}, "OS_ACCESS_KEY is not", id="secret without its key"),
        pytest.param(
            {"HW_ACCESS_KEY": "s3cret", "OS_SECRET_KEY": "s3cret"}, "HW_SECRET_KEY is not", id="halves of two pairs"
        ),
        pytest.param(
            {"HW_AUTH_TOKEN": "s3cret", "HW_ACCESS_KEY": "s3cret"}, "HW_SECRET_KEY is not", id="half a key and a token"
        ),
        pytest.param({"HW_USER_PASSWORD": "s3cret"}, "HW_USER_NAME is not", id="password without a user"),
        pytest.param({"OS_USERNAME": "s3cret"}, "OS_PASSWORD is not", id="user without a password"),
        pytest.param(
            {"HW_USER_NAME": "user", "HW_USER_PASSWORD": "s3cret"}, "HW_DOMAIN_NAME is not", id="user without a domain"
        ),
        pytest.param({"HW_AUTH_TOKEN": "s3cret\nX-Evil: 1"}, "HW_AUTH_TOKEN", id="line break in the token"),
        pytest.param({"HW_AUTH_TOKEN": "s3cret\x00"}, "line breaks", id="control character"),
        pytest.param({"HW_AUTH_TOKEN": "s3cret s3cret"}, "spaces", id="space"),
        pytest.param({"HW_AUTH_TOKEN": "s3crét"}, "HW_AUTH_TOKEN", id="not ASCII"),
        pytest.param({"OS_AUTH_TOKEN": "s3cret\r"}, "OS_AUTH_TOKEN", id="carriage return in the twin"),
        pytest.param(HW_KEYS | {"HW_SECRET_KEY": "s3cret\n"}, "the secret key", id="line break in the secret key"),
        pytest.param(HW_KEYS | {"HW_SECURITY_TOKEN": "s3cret "}, "the security token", id="blank after a token"),
    ],
)
def test_what_cannot_be_used_is_named_and_not_shown(environment, named):
    with pytest.raises(CredentialsError) as caught:
        find_credentials(environment)
    told = f"{caught.value!r} {caught.value.diagnostics}"
    assert named in told
    assert "s3cr" not in told
