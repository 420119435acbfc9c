"""Credentials as values, which never show themselves."""

import re
from collections.abc import Iterator
from dataclasses import field
from typing import Final, TypeAlias

from planner.core.lazy_dataclass import dataclass
from planner.remote.errors import CredentialsError

_SENDABLE: Final = re.compile(r"[!-~]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """An IAM token of project scope. ``origin`` says where it was found, in words, and is no secret."""

    token: str = field(repr=False)
    origin: str = "HW_AUTH_TOKEN"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPair:
    """An access key that signs requests; ``security_token`` is empty unless the key is a temporary one."""

    access_key: str = field(repr=False)
    secret_key: str = field(repr=False)
    security_token: str = field(default="", repr=False)
    origin: str = "HW_ACCESS_KEY"


@dataclass(frozen=True, slots=True, kw_only=True)
class Password:
    """A user who is given a token by the identity service at ``auth_url``, which is empty where none is written.

    One of ``domain_name`` and ``domain_id`` names the user's account.
    """

    user_name: str
    password: str = field(repr=False)
    domain_name: str = ""
    domain_id: str = ""
    auth_url: str = ""
    origin: str = "HW_USER_NAME"


Credentials: TypeAlias = Token | KeyPair | Password


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """Credentials with what their place says beside them: a region and a project that fill gaps, empty for none."""

    credentials: Credentials
    region: str = ""
    project_id: str = ""


def find_secrets(credentials: Credentials | None) -> tuple[str, ...]:
    """Return everything in ``credentials`` that must never be shown."""
    match credentials:
        case None:
            return ()
        case Token():
            return (credentials.token,)
        case KeyPair():
            keys = (credentials.access_key, credentials.secret_key, credentials.security_token)
            return tuple(filter(None, keys))
        case Password():
            return (credentials.password,)


def check_sendable(credentials: Credentials) -> None:
    """Raise CredentialsError where a value could not be sent as it is, naming its place and not showing it."""
    for name, text in _find_header_values(credentials):
        if not _SENDABLE.fullmatch(text):
            raise CredentialsError(
                "Credentials cannot be sent",
                f"{credentials.origin}: the {name} holds spaces, line breaks or other characters that none has (it is "
                "not shown). Set it again, without quotes or a line break at its end.",
            )
    if isinstance(credentials, Password) and not credentials.user_name.isprintable():
        raise CredentialsError(
            "Credentials cannot be sent", f"{credentials.origin}: the user name holds control characters. Set it again."
        )


def _find_header_values(credentials: Credentials) -> Iterator[tuple[str, str]]:
    match credentials:
        case Token():
            yield "token", credentials.token
        case KeyPair():
            yield "access key", credentials.access_key
            yield "secret key", credentials.secret_key
            if credentials.security_token:
                yield "security token", credentials.security_token
        case Password():
            return
