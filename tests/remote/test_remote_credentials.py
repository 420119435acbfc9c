import pytest

from planner.remote.credentials import Credentials, find_credentials
from planner.remote.errors import CredentialsError


@pytest.mark.parametrize(
    ("environment", "token"),
    [
        pytest.param({"HW_AUTH_TOKEN": "hw"}, "hw", id="Huawei Cloud's name"),
        pytest.param({"OS_AUTH_TOKEN": "os"}, "os", id="its twin"),
        pytest.param({"HW_AUTH_TOKEN": "hw", "OS_AUTH_TOKEN": "os"}, "hw", id="both: Huawei's first"),
        pytest.param({"HW_AUTH_TOKEN": "", "OS_AUTH_TOKEN": "os"}, "os", id="empty counts as unset"),
        pytest.param({"HW_AUTH_TOKEN": "hw", "HW_ACCESS_KEY": "ak"}, "hw", id="token beside keys"),
    ],
)
def test_the_token_is_found(environment, token):
    assert find_credentials(environment).token == token


def test_credentials_never_show_themselves():
    assert "s3cret" not in f"{Credentials(token='s3cret')!r} {Credentials(token='s3cret')}"


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        pytest.param({}, "HW_AUTH_TOKEN", id="nothing is set"),
        pytest.param({}, "OS_AUTH_TOKEN", id="the twin is named too"),
        pytest.param({"HW_ACCESS_KEY": "s3cret", "HW_SECRET_KEY": "s3cret"}, "signing", id="keys without a token"),
        pytest.param({"OS_SECRET_KEY": "s3cret"}, "OS_SECRET_KEY", id="the key that is set is named"),
        pytest.param({"HW_USER_PASSWORD": "s3cret"}, "not in this version", id="password"),
        pytest.param({"HW_AUTH_TOKEN": "s3cret\nX-Evil: 1"}, "HW_AUTH_TOKEN", id="line break in the token"),
        pytest.param({"HW_AUTH_TOKEN": "s3cret\x00"}, "line breaks", id="control character"),
        pytest.param({"HW_AUTH_TOKEN": "s3cret s3cret"}, "spaces", id="space"),
        pytest.param({"HW_AUTH_TOKEN": "s3crét"}, "HW_AUTH_TOKEN", id="not ASCII"),
        pytest.param({"OS_AUTH_TOKEN": "s3cret\r"}, "OS_AUTH_TOKEN", id="carriage return in the twin"),
    ],
)
def test_what_cannot_be_used_is_named_and_not_shown(environment, named):
    with pytest.raises(CredentialsError) as caught:
        find_credentials(environment)
    told = f"{caught.value!r} {caught.value.diagnostics}"
    assert named in told
    assert "s3cr" not in told
