"""One HTTP exchange: a request over a lane, its whole answer, within bounds of time and size."""

import urllib.parse
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from planner.core.desired import ProviderSettings
from planner.core.lazy_dataclass import dataclass
from planner.remote.errors import AnswerLost, BadAnswer, RemoteError
from planner.remote.lanes import Lane
from planner.remote.watchdog import Watchdog

if TYPE_CHECKING:
    import httpx

LARGEST_ANSWER: Final = 256 * 1024 * 1024
LONGEST_READ_IN_TIMEOUTS: Final = 4


@dataclass(frozen=True, slots=True)
class Raw:
    """An answer as it came: header names are compared without case."""

    status: int
    headers: Mapping[str, str]
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A request before it is one of httpx; ``url`` is quoted and holds the query."""

    method: str
    url: str
    headers: Mapping[str, str]
    content: bytes | None = None

    @property
    def target(self) -> str:
        """Return method, host and path, as they may be shown."""
        parts = urllib.parse.urlsplit(self.url)
        return f"{self.method} {parts.hostname}{parts.path}"


def find_longest(method: str, settings: ProviderSettings) -> float:
    """Return the seconds that one attempt may take in all: a write ends with ``request_timeout``.

    A lease is judged by that (semantics 8.4); a read of a long list may take longer, as long as bytes come.
    """
    return settings.request_timeout * (LONGEST_READ_IN_TIMEOUTS if method == "GET" else 1)


def exchange(lane: Lane, outgoing: Outgoing, *, settings: ProviderSettings, watchdog: Watchdog) -> Raw:
    """Send a request and return its answer; ``watchdog`` cuts the lane where that takes too long in all.

    Raises AnswerLost where it takes too long in all, BadAnswer where it is too large, and what httpx raises.
    """
    longest = find_longest(outgoing.method, settings)
    try:
        with watchdog.watch(longest, lane.cut):
            return _receive(lane.http, _build(lane, outgoing))
    except Exception as error:
        # What the cut connection raises says nothing; it holds the request, and that the token.
        if not lane.is_cut or isinstance(error, RemoteError):
            raise
    raise AnswerLost(
        f"{outgoing.target}: no whole answer within {longest:g} seconds, so it was given up. Only reading again can "
        "tell whether the service acted on it. request_timeout sets the time."
    )


def _build(lane: Lane, outgoing: Outgoing) -> "httpx.Request":
    return lane.http.build_request(
        outgoing.method,
        _parse_url(outgoing.url),
        content=outgoing.content,
        headers=dict(outgoing.headers),
        extensions={"trace": lane.watch},
    )


@lru_cache(maxsize=1024)
def _parse_url(url: str) -> "httpx.URL":
    """Return ``url`` parsed: a change asks for one several times, and httpx looks at each letter with a call."""
    import httpx

    return httpx.URL(url)


def _receive(http: "httpx.Client", request: "httpx.Request") -> Raw:
    response = http.send(request, stream=True)
    try:
        return Raw(response.status_code, response.headers, _read_content(response))
    finally:
        response.close()


def _read_content(response: "httpx.Response") -> bytes:
    chunks: list[bytes] = []
    size = 0
    for chunk in response.iter_bytes():
        chunks.append(chunk)
        size += len(chunk)
        if size > LARGEST_ANSWER:
            raise BadAnswer(f"It is larger than {LARGEST_ANSWER} bytes.", status=response.status_code)
    return b"".join(chunks)
