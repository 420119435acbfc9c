"""Typed calls to the service: one attempt, or as many as the retry policy allows.

A ``Client`` may be used from many threads at once.
"""

import datetime as dt
import json
import random
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from planner.core.desired import ProviderSettings
from planner.core.lazy_dataclass import dataclass
from planner.core.trees import Value, as_text, as_tree
from planner.remote.credentials import Credentials
from planner.remote.endpoint import Endpoint
from planner.remote.errors import MISSING_CODES, BadAnswer, Refusal, RemoteError, make_refused
from planner.remote.exchanges import Outgoing, Raw
from planner.remote.json_bodies import parse_json
from planner.remote.outside_text import format_outside_text
from planner.remote.paths import JSON, MERGE_PATCH, check_path
from planner.remote.retry import Attempt, Retry, decide
from planner.remote.wire import Wire
from planner.remote.wiring import Wiring, open_wire

POLL_SECONDS: Final = 10.0
_SUCCESSES: Final = range(200, 300)
_UNAUTHORIZED: Final = 401


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


class Client:
    """Calls one project of one service; made by ``open_client``.

    ``service_date`` is the ``Date`` of the latest answer as sent; empty before the first.
    """

    def __init__(self, wire: Wire, *, endpoint: Endpoint, settings: ProviderSettings, pacing: Pacing) -> None:
        """Keep what every call needs; ``wire`` carries the headers."""
        self._wire = wire
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
        raw = self._wire.send(
            Outgoing(
                method=method,
                url=self.endpoint.base_url + path + _format_query(query),
                content=None if body is None else _encode(body),
                headers={"Content-Type": content_type or (MERGE_PATCH if method == "PATCH" else JSON)},
            )
        )
        date = raw.headers.get("date")
        self.service_date = self.service_date if date is None else date
        if raw.status not in _SUCCESSES:
            raise make_refused(self._read_refusal(raw))
        if method == "GET" and not raw.content:
            raise BadAnswer("It is empty.", status=raw.status)
        body_of_answer = parse_json(raw.content, status=raw.status)
        return Answer(status=raw.status, body=body_of_answer, date=date)

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
        if not isinstance(decision, Retry):
            return False
        self._wire.note_pause(decision.after_seconds)
        return self._pause(decision.after_seconds)

    def heed(self, stop: threading.Event) -> None:
        """Let ``stop`` end every pause between attempts; once it is set, none is repeated."""
        self._stop = stop

    def _pause(self, seconds: float) -> bool:
        """Wait and return whether to go on."""
        if self._stop is not None:
            return not self._stop.wait(seconds)
        self._pacing.sleep(seconds)
        return True

    def _read_refusal(self, raw: Raw) -> Refusal:
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
            advice=self._wire.advice if raw.status == _UNAUTHORIZED else "",
        )

    def _show(self, text: str) -> str:
        return format_outside_text(text, secrets=self._wire.secrets)


def _format_query(query: Mapping[str, str | int] | None) -> str:
    """Return a query as a signature spells it: a blank is ``%20``, since not every server reads ``+`` as one."""
    return f"?{urllib.parse.urlencode(query, quote_via=urllib.parse.quote, safe='~')}" if query else ""


@contextmanager
def open_client(  # noqa: PLR0913 - all but the first by name
    endpoint: Endpoint,
    *,
    credentials: Credentials | None,
    settings: ProviderSettings,
    state_directory: Path,
    pacing: Pacing | None = None,
    log: Callable[[str], None] | None = None,
) -> Iterator[Client]:
    """Open a client for ``endpoint`` and close its connections at the end.

    ``credentials`` may be None for the simulator and for loopback; a Password names the URL of its tokens.
    ``state_directory`` is where the embedded simulator keeps its world. ``log`` takes the lines of ``--debug``.
    Raises RemoteError.
    """
    chosen = pacing or Pacing()
    wiring = Wiring(
        endpoint=endpoint,
        credentials=credentials,
        settings=settings,
        world=state_directory / "simulator.json",
        now=chosen.now,
        log=log,
    )
    with open_wire(wiring) as wire:
        yield Client(wire, endpoint=endpoint, settings=settings, pacing=chosen)


def _encode(body: Value) -> bytes:
    # Without spaces: a body reads as the API's pages and the plan print it.
    return json.dumps(body, allow_nan=False, separators=(",", ":")).encode("ascii")
