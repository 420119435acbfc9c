"""The protocol of Terraform's HTTP backend: GET, POST, LOCK and UNLOCK, each answer told apart.

Source: the ``http`` backend of Terraform 1.9 (``backend/remote-state/http/client.go``), and GitLab's server
(``lib/api/terraform/state.rb``), which locks with POST and 409, and knows a state without content (204).
"""

import base64
import hashlib
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Final

from planner.core.desired import HttpBackend
from planner.core.lazy_dataclass import dataclass
from planner.state.errors import StateError, StoreError
from planner.state.locks.errors import LockLostError
from planner.state.outside_text import make_words
from planner.state.stores.errors import report_unreached
from planner.state.stores.http.errors import (
    PASSWORDS,
    USERNAMES,
    report_half_credentials,
    report_redirect,
    report_refusal,
)

if TYPE_CHECKING:
    import httpx

MAX_BYTES: Final = 256 * 1024 * 1024
"""The largest answer that is read."""

_LONGEST_CONNECT: Final = 10.0
_PAUSES: Final = (0.3, 1.0)
_DONE: Final = frozenset({200, 201, 202, 204})
_HELD: Final = frozenset({409, 423})
_MISSING: Final = 404
_EMPTY: Final = 204
_BUSY: Final = 429
_FAULT: Final = 500
_NOT_IMPLEMENTED: Final = 501
# GitLab says so of a project that the token may not see: a state that is only new has other words.
_NO_PROJECT: Final = b"Project Not Found"


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpCredentials:
    """User name and password; both empty for a server that wants none."""

    username: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpAnswer:
    """A whole answer."""

    status: int
    body: bytes
    location: str = ""


def find_credentials(environment: Mapping[str, str]) -> HttpCredentials:
    """Return what the environment gives, poolctl's own variables before Terraform's. Raises StoreError for a half."""
    username = next((environment[one] for one in USERNAMES if environment.get(one)), "")
    password = next((environment[one] for one in PASSWORDS if environment.get(one)), "")
    if bool(username) != bool(password):
        given, missing = (USERNAMES, PASSWORDS) if username else (PASSWORDS, USERNAMES)
        named = next(one for one in given if environment.get(one))
        raise StoreError(report_half_credentials(named, missing[given.index(named)]))
    return HttpCredentials(username=username, password=password)


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpWire:
    """The server of one state. ``timeout`` is in seconds, for each part of a request; ``sleep`` waits between tries."""

    where: HttpBackend
    credentials: HttpCredentials
    timeout: float = 30.0
    sleep: Callable[[float], None] = time.sleep

    def load(self) -> bytes:
        """Return the stored document; empty where there is none. Raises StoreError."""
        answer = self._send_again("GET", self.where.address)
        if answer.status == _EMPTY or (answer.status == _MISSING and _NO_PROJECT not in answer.body):
            return b""
        if answer.status not in _DONE:
            raise self._refuse(answer, self.where.address, doing="reading")
        return answer.body

    def save(self, data: bytes, *, lock_id: str) -> None:
        """Store ``data`` under the lock ``lock_id``. Raises LockLostError where that is not the lock, StoreError."""
        answer = self._send(self.where.update_method, self.where.address, data=data, query={"ID": lock_id})
        if answer.status in _HELD:
            refused = self._refuse(answer, self.where.address, doing="saving")
            raise LockLostError(*refused.diagnostics)
        if answer.status not in _DONE:
            raise self._refuse(answer, self.where.address, doing="saving")

    def lock(self, info: bytes) -> bytes | None:
        """Ask for the lock and return None where it is ours, else what the server says of its holder."""
        answer = self._send_again(self.where.lock_method, self.where.lock_address, data=info)
        if answer.status in _HELD:
            return answer.body
        if answer.status not in _DONE:
            raise self._refuse(answer, self.where.lock_address, doing="locking")
        return None

    def unlock(self, info: bytes) -> bool:
        """Give back the lock that ``info`` names; False where the server knows another. Raises StoreError."""
        answer = self._send_again(self.where.unlock_method, self.where.unlock_address, data=info)
        if answer.status in _HELD:
            return False
        if answer.status not in _DONE:
            raise self._refuse(answer, self.where.unlock_address, doing="unlocking")
        return True

    def _send_again(self, method: str, url: str, *, data: bytes = b"") -> HttpAnswer:
        """Send what may be sent twice, and again where the server did not answer."""
        for pause in _PAUSES:
            try:
                return self._send(method, url, data=data)
            except StoreError:
                self.sleep(pause)
        return self._send(method, url, data=data)

    def _send(self, method: str, url: str, *, data: bytes = b"", query: Mapping[str, str] | None = None) -> HttpAnswer:
        """Return the whole answer. Raises StoreError where there is none, or one that says to try again."""
        answer = self._exchange(method, url, data=data, query=query)
        if isinstance(answer, str):
            # Raised outside the handler: the foreign exception may hold the password.
            raise StoreError(report_unreached(url, words=answer))
        if answer.status == _BUSY or (answer.status >= _FAULT and answer.status != _NOT_IMPLEMENTED):
            said = self._tell(answer.body.decode("utf-8", "replace"))
            told = f"it answers {answer.status}{f', saying: {said}' if said else ''}"
            raise StoreError(report_unreached(url, words=told))
        return answer

    def _exchange(self, method: str, url: str, *, data: bytes, query: Mapping[str, str] | None) -> HttpAnswer | str:
        """Return the answer, or why there is none."""
        import httpx

        headers = {"Content-Type": "application/json", "Content-MD5": make_md5(data)} if data else {}
        try:
            with (
                self._open() as client,
                client.stream(method, url, params=query, content=data or None, headers=headers) as response,
            ):
                return self._read(response)
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, httpx.CookieConflict, OSError, ValueError) as one:
            return self._tell(str(one)) or type(one).__name__

    def _open(self) -> "httpx.Client":
        import httpx

        is_remote = self.where.address.startswith("https:")
        known = self.credentials
        return httpx.Client(
            auth=httpx.BasicAuth(known.username, known.password) if known.username else None,
            # Proxies of the environment hold for https, and never for this machine itself.
            trust_env=is_remote,
            verify=httpx.create_ssl_context() if is_remote else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
            follow_redirects=False,
            timeout=httpx.Timeout(self.timeout, connect=min(_LONGEST_CONNECT, self.timeout)),
            headers={"Accept-Encoding": "identity", "Connection": "close"},
        )

    def _read(self, response: "httpx.Response") -> HttpAnswer:
        body = bytearray()
        for part in response.iter_bytes():
            body += part
            if len(body) > MAX_BYTES:
                raise ValueError(f"the answer is larger than {MAX_BYTES} bytes")
        sum_told = response.headers.get("Content-MD5", "")
        if sum_told and response.status_code in _DONE and body and sum_told != make_md5(bytes(body)):
            raise ValueError("the answer is not whole: its Content-MD5 does not fit")
        return HttpAnswer(status=response.status_code, body=bytes(body), location=response.headers.get("Location", ""))

    def _refuse(self, answer: HttpAnswer, url: str, *, doing: str) -> StateError:
        if 300 <= answer.status < 400:  # noqa: PLR2004 - redirections
            location = self._tell(answer.location.partition("?")[0])
            return StoreError(report_redirect(url, status=answer.status, location=location))
        words = self._tell(answer.body.decode("utf-8", "replace"))
        return StoreError(report_refusal(url, status=answer.status, words=words, doing=doing))

    def _tell(self, text: str) -> str:
        pair = f"{self.credentials.username}:{self.credentials.password}".encode()
        known = (base64.b64encode(pair).decode(), self.credentials.password) if self.credentials.password else ()
        return make_words(text, secrets=known)


def make_md5(data: bytes) -> str:
    """Return the value of the header ``Content-MD5``."""
    return base64.b64encode(hashlib.md5(data, usedforsecurity=False).digest()).decode()
