import pytest

from planner.core.secrets import is_secret_key


@pytest.mark.parametrize(
    ("key", "is_secret"),
    [
        pytest.param("password", True, id="a password"),
        pytest.param("db_passwd", True, id="a short word for it"),
        pytest.param("API-Token", True, id="a token in capitals"),
        pytest.param("ak", True, id="an access key by its two letters"),
        pytest.param("task", False, id="two letters inside a word"),
        pytest.param("team", False, id="nothing of the kind"),
    ],
)
def test_the_name_of_a_credential_is_known(key, is_secret):
    assert is_secret_key(key) is is_secret
