"""How requests prove who sends them: a token, a signature, or a token that is fetched and renewed."""

import datetime as dt
from collections.abc import Callable, Generator
from typing import Final

import httpx

from planner.remote.credentials import KeyPair, Token, find_secrets
from planner.remote.identity import TokenSource
from planner.remote.signing import Signable, build_authorization, format_moment

TOKEN_HEADER: Final = "X-Auth-Token"  # noqa: S105 - the name of a header
_UNAUTHORIZED: Final = 401

Flow = Generator[httpx.Request, httpx.Response, None]


class Authentication(httpx.Auth):
    """An ``httpx.Auth`` that knows what must not be shown, and what to say where it is not accepted."""

    @property
    def secrets(self) -> tuple[str, ...]:
        """Return everything that must never be shown, as of now."""
        return ()

    @property
    def advice(self) -> str:
        """Return what to do where the service does not accept it; empty where the error itself says it."""
        return ""


class NoAuth(Authentication):
    """Sends nothing: the embedded simulator, or a service on this machine that asks for nothing."""

    @property
    def advice(self) -> str:
        """Name the variables."""
        return "None were sent, for none are set: set HW_ACCESS_KEY and HW_SECRET_KEY, or HW_AUTH_TOKEN."


class AskingAuth(Authentication):
    """Sends nothing of its own while a token is asked for: user and password are in the body."""

    def __init__(self, find_secrets: Callable[[], tuple[str, ...]]) -> None:
        """Know the secrets of the token that is asked for."""
        self._find_secrets = find_secrets

    @property
    def secrets(self) -> tuple[str, ...]:
        """Return the password, and the token once there is one."""
        return self._find_secrets()


class TokenAuth(Authentication):
    """Sends a token that was given."""

    def __init__(self, token: Token) -> None:
        """Send ``token`` with every request."""
        self._token = token

    @property
    def secrets(self) -> tuple[str, ...]:
        """Return the token."""
        return find_secrets(self._token)

    @property
    def advice(self) -> str:
        """Say where the token comes from, and that it ends."""
        return f"Tokens end after a day at most: fetch a new one for this project and set {self._token.origin}."

    def sync_auth_flow(self, request: httpx.Request) -> Flow:
        """Add the token."""
        request.headers[TOKEN_HEADER] = self._token.token
        yield request


class SigningAuth(Authentication):
    """Signs every request anew, with the moment in which it is sent."""

    def __init__(self, keys: KeyPair, *, project_id: str, now: Callable[[], dt.datetime]) -> None:
        """Sign with ``keys`` for ``project_id``; ``now`` returns aware moments."""
        self._keys = keys
        self._project_id = project_id
        self._now = now

    @property
    def secrets(self) -> tuple[str, ...]:
        """Return both keys and the security token."""
        return find_secrets(self._keys)

    @property
    def advice(self) -> str:
        """Say where the keys come from, and what else spoils a signature."""
        ends = ", that the temporary key has not ended" if self._keys.security_token else ""
        return (
            f"Check {self._keys.origin}: that key and secret belong together and are in use{ends}; and the clock of "
            "this machine, for a signature whose date is 15 minutes off is refused, too."
        )

    def sync_auth_flow(self, request: httpx.Request) -> Flow:
        """Add the date, the project, the security token where there is one, and the signature over them."""
        request.headers["X-Sdk-Date"] = format_moment(self._now())
        request.headers["X-Project-Id"] = self._project_id
        if self._keys.security_token:
            request.headers["X-Security-Token"] = self._keys.security_token
        request.headers["Authorization"] = build_authorization(_read(request), self._keys)
        yield request


class PasswordAuth(Authentication):
    """Sends a token of the identity service, and once another one where that was refused.

    An answer 401 says that nothing was done, so that any request may be sent again.
    """

    def __init__(self, source: TokenSource, *, origin: str) -> None:
        """Take tokens from ``source``; ``origin`` says where user and password come from."""
        self._source = source
        self._origin = origin

    @property
    def secrets(self) -> tuple[str, ...]:
        """Return the password and the token that is used now."""
        return self._source.secrets

    @property
    def advice(self) -> str:
        """Say that the user is known, and not accepted here."""
        return (
            f"The identity service gave a token to the user of {self._origin}, and the service refuses it, also a "
            "fresh one. Check that endpoint, region and project_id belong to that user's account."
        )

    def sync_auth_flow(self, request: httpx.Request) -> Flow:
        """Add the token; RemoteError where there is none, and then nothing was sent."""
        token = self._source.obtain()
        request.headers[TOKEN_HEADER] = token
        response = yield request
        if response.status_code == _UNAUTHORIZED:
            request.headers[TOKEN_HEADER] = self._source.renew(token)
            yield request


def _read(request: httpx.Request) -> Signable:
    return Signable(
        method=request.method,
        path=request.url.path,
        query=request.url.params.multi_items(),
        headers={name.lower(): value for name, value in request.headers.items()},
        body=request.read(),
    )
