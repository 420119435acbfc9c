"""The identity service beside ModelArts: tokens for a user and a password (IAM v3, ``POST /v3/auth/tokens``)."""

import datetime as dt
import hashlib
import hmac
import json
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from planner.simulator.requests import JsonObject, Request, Response, make_json_response

PATH: Final = "/v3/auth/tokens"
_TOKEN_HEADER: Final = "x-auth-token"  # noqa: S105 - the name of a header
_BAD_REQUEST: Final = 400
_UNAUTHORIZED: Final = 401
_NOT_FOUND: Final = 404
_CREATED: Final = 201


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The one user who may have tokens: name, password, and the domain (account), by its name or its id."""

    user_name: str
    password: str
    domain_name: str


class Identity:
    """Gives out tokens, and knows them again until they end or are revoked; may be used from many threads.

    Without an account it gives tokens to any user, and admits everybody. ``lifetime`` is how long a token lives,
    ``clock`` counts seconds; ``issued`` counts the tokens.
    """

    def __init__(
        self,
        account: Account | None,
        *,
        lifetime: dt.timedelta = dt.timedelta(hours=24),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Know one account, or none."""
        self.issued = 0
        self._account = account
        self._lifetime = lifetime
        self._clock = clock
        self._lock = threading.Lock()
        self._live: dict[str, float] = {}

    def answer(self, request: Request) -> Response:
        """Answer a request for ``PATH``: 201 with the token in ``X-Subject-Token``, 400, 401 or 404."""
        if request.method != "POST":
            return _refuse(_NOT_FOUND, "The API does not exist.")
        try:
            asked = _read(json.loads(request.body))
        except (ValueError, KeyError, TypeError, RecursionError):
            return _refuse(_BAD_REQUEST, "The request body is invalid.")
        if not self._knows(asked):
            return _refuse(_UNAUTHORIZED, "The username or password is wrong.")
        return self._give_token(asked.project_id)

    def admits(self, request: Request) -> bool:
        """Tell whether a request carries a token that lives; any will do where no account is known."""
        if self._account is None:
            return True
        with self._lock:
            ends = self._live.get(request.headers.get(_TOKEN_HEADER, ""))
        return ends is not None and self._clock() < ends

    def revoke(self) -> None:
        """End every token now, before its time."""
        with self._lock:
            self._live.clear()

    def _knows(self, asked: "_Asked") -> bool:
        if self._account is None:
            return True
        given = f"{asked.domain}\n{asked.user_name}\n{asked.password}"
        wanted = f"{self._account.domain_name}\n{self._account.user_name}\n{self._account.password}"
        return hmac.compare_digest(*(hashlib.sha256(one.encode(errors="replace")).digest() for one in (given, wanted)))

    def _give_token(self, project_id: str) -> Response:
        token = secrets.token_urlsafe(96)
        with self._lock:
            self.issued += 1
            self._live[token] = self._clock() + self._lifetime.total_seconds()
        now = dt.datetime.now(dt.UTC)
        body: JsonObject = {
            "token": {
                "methods": ["password"],
                "issued_at": _format_time(now),
                "expires_at": _format_time(now + self._lifetime),
                "project": {"id": project_id},
            }
        }
        response = make_json_response(body, _CREATED)
        return Response(status=_CREATED, headers={**response.headers, "x-subject-token": token}, body=response.body)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    user_name: str
    password: str
    domain: str
    project_id: str


def _read(body: Any) -> _Asked:
    """Read the question; raises KeyError or TypeError for any other shape."""
    auth = body["auth"]
    if auth["identity"]["methods"] != ["password"]:
        raise KeyError("password")
    user = auth["identity"]["password"]["user"]
    domain = user["domain"]["name"] if "name" in user["domain"] else user["domain"]["id"]
    texts = (user["name"], user["password"], domain, auth["scope"]["project"]["id"])
    if not all(isinstance(one, str) for one in texts):
        raise TypeError
    return _Asked(user_name=texts[0], password=texts[1], domain=texts[2], project_id=texts[3])


def _refuse(status: int, text: str) -> Response:
    titles = {_BAD_REQUEST: "Bad Request", _UNAUTHORIZED: "Unauthorized", _NOT_FOUND: "Not Found"}
    return make_json_response({"error": {"code": status, "message": text, "title": titles[status]}}, status)


def _format_time(moment: dt.datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S.%f}Z"
