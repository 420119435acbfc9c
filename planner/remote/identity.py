"""Tokens for a user and a password, from the identity service: IAM v3, project scope, kept in memory only.

Source: IAM "Obtaining a User Token Through Password Authentication", ``POST /v3/auth/tokens``: 201, the token in the
header ``X-Subject-Token``, its life in the body.
"""

import datetime as dt
import json
import threading
from collections.abc import Callable
from typing import Final

from planner.core.lazy_dataclass import dataclass
from planner.core.trees import Tree, as_text, as_tree
from planner.remote.credentials import Password
from planner.remote.errors import BadAnswer, CredentialsError, Refusal, RemoteError, Throttled, Unreachable
from planner.remote.json_bodies import parse_json
from planner.remote.outside_text import format_outside_text

CREATED: Final = 201
LONGEST_MARGIN: Final = 300.0
_THROTTLED: Final = 429
_SERVER_FAULTS: Final = 500
_SHORTEST_LIFE: Final = 60.0
_UNSTATED_LIFE: Final = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """How a token is asked for: whose, of which project, and where."""

    user: Password
    url: str
    project_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What the identity service answered; ``token`` is empty where it gave none."""

    status: int
    token: str
    content: bytes
    retry_after: str | None = None


class TokenSource:
    """Gives out one token to all threads, and fetches a new one before it ends or when it was refused."""

    def __init__(self, asking: Asking, *, post: Callable[[str, bytes], Reply], now: Callable[[], dt.datetime]) -> None:
        """Ask by ``post``, which takes a URL and a body and raises RemoteError."""
        self._asking = asking
        self._post = post
        self._now = now
        self._lock = threading.Lock()
        self._token = ""
        self._ends = now()

    @property
    def secrets(self) -> tuple[str, ...]:
        """Return the password and the token."""
        return tuple(filter(None, (self._asking.user.password, self._token)))

    def obtain(self) -> str:
        """Return a token that lives on for a while. Raises RemoteError; nothing was sent to the service then."""
        with self._lock:
            if not self._token or self._now() >= self._ends:
                self._fetch()
            return self._token

    def renew(self, refused: str) -> str:
        """Return another token than ``refused``: one that somebody else has fetched, or a fresh one."""
        with self._lock:
            if self._token == refused:
                self._fetch()
            return self._token

    def _fetch(self) -> None:
        self._token = ""
        asked = self._now()
        reply = self._post(self._asking.url, json.dumps(build_question(self._asking)).encode("ascii"))
        if reply.status != CREATED or not reply.token.isascii() or not reply.token.isprintable() or not reply.token:
            raise _make_error(reply, self._asking)
        self._token = reply.token
        life = _find_life(reply.content)
        self._ends = asked + dt.timedelta(seconds=life - min(LONGEST_MARGIN, life / 10))


def build_question(asking: Asking) -> Tree:
    """Return the body that asks for a token of the project's scope."""
    user = asking.user
    domain: Tree = {"name": user.domain_name} if user.domain_name else {"id": user.domain_id}
    return {
        "auth": {
            "identity": {
                "methods": ["password"],
                "password": {"user": {"name": user.user_name, "password": user.password, "domain": domain}},
            },
            "scope": {"project": {"id": asking.project_id}},
        }
    }


def _find_life(content: bytes) -> float:
    """Return the seconds that a token lives, by the clock of the service alone."""
    try:
        token = as_tree(as_tree(parse_json(content, status=CREATED)).get("token"))
        issued, expires = (dt.datetime.fromisoformat(as_text(token.get(one))) for one in ("issued_at", "expires_at"))
        return max((expires - issued).total_seconds(), _SHORTEST_LIFE)
    except (BadAnswer, ValueError, TypeError):
        return _UNSTATED_LIFE


def _make_error(reply: Reply, asking: Asking) -> RemoteError:
    if reply.status == _THROTTLED:
        return Throttled(Refusal(status=reply.status, retry_after=reply.retry_after))
    said = _format_said(reply, asking)
    if reply.status >= _SERVER_FAULTS:
        detail = f"The identity service failed: {said}. Nothing was sent to ModelArts. Try again later."
        return Unreachable(detail, may_have_reached=False)
    if reply.status == CREATED:
        return CredentialsError(
            "The identity service gave no token", f"{said}. Check HW_AUTH_URL: it answers, and not as IAM v3 does."
        )
    return CredentialsError(
        "The identity service does not accept the user",
        f"{said}. Check {asking.user.origin}, the name of the domain (account), and that the user may work in project "
        f"{format_outside_text(asking.project_id)}. Nothing was sent to ModelArts.",
    )


def _format_said(reply: Reply, asking: Asking) -> str:
    try:
        body = as_tree(parse_json(reply.content, status=reply.status))
    except BadAnswer:
        body = {}
    error = as_tree(body.get("error"))
    words = as_text(error.get("message")) or as_text(body.get("error_msg")) or as_text(body.get("message"))
    shown = format_outside_text(words, secrets=(asking.user.password,)).rstrip(".")
    host = asking.url.partition("://")[2].partition("/")[0]
    return f"{host} answered HTTP {reply.status}{f', {shown}' if shown else ''}"
