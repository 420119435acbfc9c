"""Credentials from the environment: a token, which never shows itself."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from planner.remote.errors import CredentialsError

TOKEN_VARIABLES: Final = ("HW_AUTH_TOKEN", "OS_AUTH_TOKEN")
_KEY_VARIABLES: Final = (
    "HW_ACCESS_KEY",
    "HW_SECRET_KEY",
    "OS_ACCESS_KEY",
    "OS_SECRET_KEY",
    "HW_USER_NAME",
    "HW_USER_PASSWORD",
)
_TOKEN: Final = re.compile(r"[!-~]+")
_ADVICE: Final = "Set HW_AUTH_TOKEN (or OS_AUTH_TOKEN) to an IAM token of the project's scope."


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """An IAM token of project scope; left out of ``repr``."""

    token: str = field(repr=False)


def find_credentials(environment: Mapping[str, str]) -> Credentials:
    """Return the credentials that the environment holds, ``HW_*`` before its ``OS_*`` twin.

    Raises CredentialsError, which names variables and never shows a value.
    """
    name = next((one for one in TOKEN_VARIABLES if environment.get(one)), None)
    if name is None:
        raise _build_missing_error(environment)
    if not _TOKEN.fullmatch(environment[name]):
        raise CredentialsError(
            "The token cannot be sent",
            f"{name} holds spaces, line breaks or other characters that no token has (it is not shown). {_ADVICE}",
        )
    return Credentials(token=environment[name])


def _build_missing_error(environment: Mapping[str, str]) -> CredentialsError:
    others = [one for one in _KEY_VARIABLES if environment.get(one)]
    if not others:
        return CredentialsError(
            "There are no credentials", f"The service answers nobody without a token, and none is set. {_ADVICE}"
        )
    return CredentialsError(
        "These credentials are not supported yet",
        f"{', '.join(others)}: signing with keys and passwords is not in this version. {_ADVICE}",
    )
