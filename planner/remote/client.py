"""Typed calls to the service: one attempt, or as many as the retry policy allows.

A ``Client`` may be used from many threads at once.
"""

import datetime as dt
import json
import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import planner
from planner.core.desired import ProviderSettings
from planner.core.trees import Value, as_text, as_tree
from planner.remote.connection import open_connection
from planner.remote.credentials import Credentials
from planner.remote.endpoint import Endpoint
from planner.remote.errors import MISSING_CODES, AnswerLost, BadAnswer, Refusal, RemoteError, make_refused
from planner.remote.json_bodies import parse_json
from planner.remote.outside_text import format_outside_text
from planner.remote.paths import JSON, MERGE_PATCH, check_path
from planner.remote.retry import Attempt, Retry, decide
from planner.remote.transport_faults import build_transport_error, find_foreign_errors

if TYPE_CHECKING:
    import httpx

LARGEST_ANSWER: Final = 256 * 1024 * 1024
POLL_SECONDS: Final = 10.0
_LONGEST_ANSWER_IN_TIMEOUTS: Final = 10
_SUCCESSES: Final = range(200, 300)


def _read_clock() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pacing:
    """How a client waits: ``sleep`` takes seconds, ``now`` is aware, ``random`` is in [0, 1)."""

    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], dt.datetime] = _read_clock
    random: Callable[[], float] = random.random


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A 2xx answer: ``body`` is None where it had none, ``date`` is the header of that name as sent."""

    status: int
    body: Value
    date: str | None


@dataclass(frozen=True, slots=True)
class _Raw:
    status: int
    headers: Mapping[str, str]
    content: bytes


class Client:
    """Calls one project of one service; made by ``open_client``.

    ``service_date`` is the ``Date`` of the latest answer as sent; empty before the first.
    """

    def __init__(self, http: "httpx.Client", *, endpoint: Endpoint, settings: ProviderSettings, pacing: Pacing) -> None:
        """Keep what every call needs; ``http`` carries the headers."""
        self._http = http
        self._pacing = pacing
        self._stop: threading.Event | None = None
        self.endpoint = endpoint
        self.settings = settings
        self.service_date = ""

    def __repr__(self) -> str:
        """Name the endpoint, never the credentials."""
        return f"Client({self.endpoint.base_url!r}, project_id={self.endpoint.project_id!r})"

    @property
    def poll_interval(self) -> float:
        """Return the seconds between two polls: none for the simulator, which steps once a request."""
        if self.endpoint.kind == "simulator":
            return 0.0
        return POLL_SECONDS if self.settings.poll_interval is None else self.settings.poll_interval

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str | int] | None = None,
        body: Value = None,
        content_type: str | None = None,
    ) -> Answer:
        """Return the answer of a request that is repeated as ``planner.remote.retry`` allows.

        ``path`` is absolute and quoted. ``content_type`` defaults to what the API wants of the
        method. Raises RemoteError.
        """
        number = 0
        while True:
            number += 1
            try:
                return self.send(method, path, query=query, body=body, content_type=content_type)
            except RemoteError as error:
                if not self.wait_to_repeat(method, error, number=number):
                    raise

    def send(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str | int] | None = None,
        body: Value = None,
        content_type: str | None = None,
    ) -> Answer:
        """Return the answer of exactly one attempt; raises RemoteError."""
        check_path(path)
        raw = self._exchange(
            self._http.build_request(
                method,
                self.endpoint.base_url + path,
                params=query,
                content=None if body is None else _encode(body),
                headers={"Content-Type": content_type or (MERGE_PATCH if method == "PATCH" else JSON)},
            )
        )
        self.service_date = raw.headers.get("date", self.service_date)
        if raw.status not in _SUCCESSES:
            raise make_refused(self._read_refusal(raw))
        if method == "GET" and not raw.content:
            raise BadAnswer("It is empty.", status=raw.status)
        body_of_answer = parse_json(raw.content, status=raw.status)
        return Answer(status=raw.status, body=body_of_answer, date=raw.headers.get("date"))

    def wait_to_repeat(self, method: str, error: RemoteError, *, number: int, is_rebuilt: bool = False) -> bool:
        """Wait as the retry policy says after the ``number``-th attempt, and return whether to try again.

        For callers with a loop of their own around ``send``; ``is_rebuilt`` promises that they read
        and build the body anew before the next attempt.
        """
        decision = decide(
            Attempt(
                method=method,
                number=number,
                error=error,
                max_retries=self.settings.max_retries,
                now=self._pacing.now(),
                random=self._pacing.random(),
                is_rebuilt=is_rebuilt,
            )
        )
        return isinstance(decision, Retry) and self._pause(decision.after_seconds)

    def heed(self, stop: threading.Event) -> None:
        """Let ``stop`` end every pause between attempts; once it is set, none is repeated."""
        self._stop = stop

    def _pause(self, seconds: float) -> bool:
        """Wait and return whether to go on."""
        if self._stop is not None:
            return not self._stop.wait(seconds)
        self._pacing.sleep(seconds)
        return True

    def _exchange(self, request: "httpx.Request") -> _Raw:
        try:
            return self._receive(request)
        except find_foreign_errors(is_simulated=self.endpoint.kind == "simulator") as one:
            fault = build_transport_error(one, target=_format_target(request), secret=self._secret)
        # Raised outside the handler: the foreign exception holds the request, and that the token.
        raise fault

    def _receive(self, request: "httpx.Request") -> _Raw:
        response = self._http.send(request, stream=True)
        try:
            return _Raw(response.status_code, response.headers, self._read_content(response))
        finally:
            response.close()

    def _read_content(self, response: "httpx.Response") -> bytes:
        chunks: list[bytes] = []
        size = 0
        deadline = time.monotonic() + _LONGEST_ANSWER_IN_TIMEOUTS * self.settings.request_timeout
        for chunk in response.iter_bytes():
            chunks.append(chunk)
            size += len(chunk)
            if size > LARGEST_ANSWER:
                raise BadAnswer(f"It is larger than {LARGEST_ANSWER} bytes.", status=response.status_code)
            if time.monotonic() > deadline:
                raise AnswerLost(f"{_format_target(response.request)}: the answer trickles and was given up.")
        return b"".join(chunks)

    def _read_refusal(self, raw: _Raw) -> Refusal:
        try:
            body = as_tree(parse_json(raw.content, status=raw.status))
        except BadAnswer:
            body = {}
        # What is judged is judged as sent: masking a short token could change it.
        code = as_text(body.get("error_code"))
        request_id = as_text(body.get("request_id")) or raw.headers.get("x-request-id", "")
        return Refusal(
            status=raw.status,
            error_code=code if code in MISSING_CODES else self._show(code),
            error_msg=self._show(as_text(body.get("error_msg"))),
            request_id=self._show(request_id),
            retry_after=raw.headers.get("retry-after"),
        )

    def _show(self, text: str) -> str:
        return format_outside_text(text, secret=self._secret)

    @property
    def _secret(self) -> str:
        return str(self._http.headers.get("X-Auth-Token", ""))


@contextmanager
def open_client(
    endpoint: Endpoint,
    *,
    credentials: Credentials | None,
    settings: ProviderSettings,
    state_directory: Path,
    pacing: Pacing | None = None,
) -> Iterator[Client]:
    """Open a client for ``endpoint`` and close its connections at the end.

    ``credentials`` may be None for the simulator and for loopback. ``state_directory`` is where the
    embedded simulator keeps its world. Raises RemoteError.
    """
    headers = _build_headers(credentials, settings)
    http = open_connection(endpoint, headers=headers, settings=settings, world=state_directory / "simulator.json")
    try:
        yield Client(http, endpoint=endpoint, settings=settings, pacing=pacing or Pacing())
    finally:
        http.close()


def _build_headers(credentials: Credentials | None, settings: ProviderSettings) -> dict[str, str]:
    wanted = {
        "Accept": JSON,
        "User-Agent": f"poolctl/{planner.__version__}",
        "X-Auth-Token": credentials.token if credentials else None,
        "X-ModelArts-User-ID": settings.user_id,
        "request-type": settings.request_type,
    }
    return {name: value for name, value in wanted.items() if value is not None}


def _format_target(request: "httpx.Request") -> str:
    return f"{request.method} {request.url.host}{request.url.path}"


def _encode(body: Value) -> bytes:
    # Without spaces: a body reads as the API's pages and the plan print it.
    return json.dumps(body, allow_nan=False, separators=(",", ":")).encode("ascii")
