"""Who calls the service: credentials from the environment and from the files of the ecosystem (spec 7).

In order, the first that is there decides, and one that is there only in part is an error: access key, token, user and
password, each as ``HW_*`` before its twins; then files, those that the environment names before those that merely
lie there.
"""

import itertools
from collections.abc import Callable, Mapping
from typing import Final

from planner.core.lazy_dataclass import dataclass
from planner.remote.clouds_yaml import find_cloud_login
from planner.remote.credentials import Credentials, KeyPair, Login, Password, Token, check_sendable
from planner.remote.errors import CredentialsError
from planner.remote.profiles import find_hcloud_login, find_sdk_login

KEY_FAMILIES: Final = (
    ("HW_ACCESS_KEY", "HW_SECRET_KEY", "HW_SECURITY_TOKEN"),
    ("HUAWEICLOUD_SDK_AK", "HUAWEICLOUD_SDK_SK", "HUAWEICLOUD_SDK_SECURITY_TOKEN"),
    ("OS_ACCESS_KEY", "OS_SECRET_KEY", "OS_SECURITY_TOKEN"),
)
TOKEN_VARIABLES: Final = ("HW_AUTH_TOKEN", "OS_AUTH_TOKEN")
ADVICE: Final = (
    "Set HW_ACCESS_KEY and HW_SECRET_KEY, or HW_AUTH_TOKEN, or HW_USER_NAME, HW_USER_PASSWORD and HW_DOMAIN_NAME "
    "(OS_… on Open Telekom Cloud); or name a profile by HW_PROFILE, or a cloud of clouds.yaml by OS_CLOUD. A server's "
    "own agency (ECS metadata) is not asked."
)
_AGENCY_VARIABLE: Final = "HW_ASSUME_ROLE_AGENCY_NAME"
_NOT_TAKEN: Final = {
    "an identity provider (OIDC)": ("HUAWEICLOUD_SDK_IDP_ID", "HUAWEICLOUD_SDK_ID_TOKEN_FILE", "HUAWEICLOUD_OIDC_"),
    "the identity of a pod": ("HC_CONTAINER_",),
}
"""Ways of the SDKs that poolctl does not go, by the variables, or the beginnings of such, that ask for them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Family:
    user: str
    password: str
    domain_names: tuple[str, ...]
    domain_ids: tuple[str, ...]
    url: str


_PASSWORD_FAMILIES: Final = (
    _Family(
        user="HW_USER_NAME",
        password="HW_USER_PASSWORD",  # noqa: S106 - the name of a variable
        domain_names=("HW_DOMAIN_NAME",),
        domain_ids=("HW_DOMAIN_ID",),
        url="HW_AUTH_URL",
    ),
    _Family(
        user="OS_USERNAME",
        password="OS_PASSWORD",  # noqa: S106 - the name of a variable
        domain_names=("OS_USER_DOMAIN_NAME", "OS_DOMAIN_NAME"),
        domain_ids=("OS_USER_DOMAIN_ID", "OS_DOMAIN_ID"),
        url="OS_AUTH_URL",
    ),
)


def find_login(environment: Mapping[str, str]) -> Login | None:
    """Return the first credentials that there are, None where there are none at all.

    Raises CredentialsError for what is there and cannot be used; it names places and never shows a value.
    """
    if environment.get(_AGENCY_VARIABLE):
        raise CredentialsError(
            "An agency is asked for, and poolctl assumes none",
            f"{_AGENCY_VARIABLE} is set: others act for an agency in another account then, and poolctl would act as "
            f"yourself. Unset it, and give poolctl temporary keys of the agency: HW_ACCESS_KEY, HW_SECRET_KEY and "
            "HW_SECURITY_TOKEN.",
        )
    for search in _SEARCHES:
        login = search(environment)
        if login is not None:
            check_sendable(login.credentials)
            return login
    return None


def find_credentials(environment: Mapping[str, str]) -> Credentials:
    """Return the first credentials that there are; raises CredentialsError, also where there are none."""
    login = find_login(environment)
    if login is None:
        detail = f"The service answers nobody without them.{_explain_not_taken(environment)} {ADVICE}"
        raise CredentialsError("There are no credentials", detail)
    return login.credentials


def find_secret_values(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Return the values in ``environment`` that must never be shown, whether they are in use or not."""
    names = (*itertools.chain(*KEY_FAMILIES), *TOKEN_VARIABLES, *(one.password for one in _PASSWORD_FAMILIES))
    return tuple(environment[name] for name in names if environment.get(name))


def _explain_not_taken(environment: Mapping[str, str]) -> str:
    """Return, with a blank before it, what is set in vain; empty for nothing."""
    names = sorted(name for name, value in environment.items() if value)
    found = [
        f" {name} is set, and poolctl cannot use {way}."
        for way, starts in _NOT_TAKEN.items()
        for name in names
        if name.startswith(starts)
    ]
    return "".join(found[:1])


def _find_keys(environment: Mapping[str, str]) -> Login | None:
    for access, secret, token in KEY_FAMILIES:
        if environment.get(access) or environment.get(secret):
            values = _take_all(environment, (access, secret))
            keys = KeyPair(
                access_key=values[access],
                secret_key=values[secret],
                security_token=environment.get(token, ""),
                origin=f"{access} and {secret}",
            )
            return Login(credentials=keys)
    return None


def _find_token(environment: Mapping[str, str]) -> Login | None:
    name = next((one for one in TOKEN_VARIABLES if environment.get(one)), None)
    return None if name is None else Login(credentials=Token(token=environment[name], origin=name))


def _find_password(environment: Mapping[str, str]) -> Login | None:
    for family in _PASSWORD_FAMILIES:
        if environment.get(family.user) or environment.get(family.password):
            return Login(credentials=_read_password(environment, family))
    return None


def _read_password(environment: Mapping[str, str], family: _Family) -> Credentials:
    values = _take_all(environment, (family.user, family.password))
    name, id_ = (_find_first(environment, names) for names in (family.domain_names, family.domain_ids))
    if not name and not id_:
        raise _make_partial_error(family.user, (family.domain_names[0],))
    return Password(
        user_name=values[family.user],
        password=values[family.password],
        domain_name=name,
        domain_id="" if name else id_,
        auth_url=environment.get(family.url, ""),
        origin=f"{family.user} and {family.password}",
    )


_SEARCHES: Final[tuple[Callable[[Mapping[str, str]], Login | None], ...]] = (
    _find_keys,
    _find_token,
    _find_password,
    lambda environment: find_hcloud_login(environment, is_named=True),
    find_cloud_login,
    lambda environment: find_sdk_login(environment, is_named=True),
    lambda environment: find_hcloud_login(environment, is_named=False),
    lambda environment: find_sdk_login(environment, is_named=False),
)


def _take_all(environment: Mapping[str, str], names: tuple[str, ...]) -> dict[str, str]:
    missing = tuple(name for name in names if not environment.get(name))
    if missing:
        present = next(name for name in names if environment.get(name))
        raise _make_partial_error(present, missing)
    return {name: environment[name] for name in names}


def _find_first(environment: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((environment[name] for name in names if environment.get(name)), "")


def _make_partial_error(present: str, missing: tuple[str, ...]) -> CredentialsError:
    return CredentialsError(
        "Credentials are set in part",
        f"{present} is set, and {' and '.join(missing)} is not. poolctl does not pass over to other credentials, which "
        f"may be those of somebody else: set {' and '.join(missing)}, or unset {present}.",
    )
