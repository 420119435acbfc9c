"""Requests and responses as values: what the world reads, and what it answers."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote

JsonObject = dict[str, Any]
"""A decoded JSON object: keys are text, values are what ``json`` decodes to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One HTTP request; header names are lower-case, ``path`` is percent-decoded but for ``%2F`` in a name.

    ``query`` has the values of a repeated name joined with commas; ``pairs`` has each one as it was written.
    """

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    pairs: Sequence[tuple[str, str]] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def is_write(self) -> bool:
        """Tell whether the method can change the world."""
        return self.method not in {"GET", "HEAD", "OPTIONS"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """One HTTP answer: a status code, headers and the bytes of a JSON document."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


def make_request(method: str, target: str, *, headers: Mapping[str, str], body: bytes) -> Request:
    """Return the request for a target such as ``/v2/p/pools?status=created``; header names are lower-case."""
    path, _, query = target.partition("?")
    parts = (unquote(part, errors="replace").replace("/", "%2F") for part in path.split("/"))
    pairs = parse_qsl(query, keep_blank_values=True, errors="replace")
    return Request(
        method=method, path="/".join(parts), query=_join_pairs(pairs), pairs=pairs, headers=headers, body=body
    )


def _join_pairs(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    values: dict[str, str] = {}
    for name, value in pairs:
        values[name] = f"{values[name]},{value}" if name in values else value
    return values


def make_json_response(document: object, status: int = 200, *, headers: Mapping[str, str] | None = None) -> Response:
    """Return ``document`` as a JSON answer; text is escaped to ASCII, so that lone surrogates survive."""
    body = json.dumps(document, separators=(",", ":")).encode("ascii")
    return Response(status=status, headers={"content-type": "application/json", **(headers or {})}, body=body)
