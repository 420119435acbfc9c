"""Signatures with an access key: SDK-HMAC-SHA256, as the SDKs of the two clouds make them.

What is signed: method, path, query, the headers of ``SIGNED_HEADERS`` that are there, and the body. The content
type is not among them: for any but JSON the SDK would leave the body unsigned, and the body matters more
(docs/decisions/0015-what-is-signed.md).
"""

import datetime as dt
import hashlib
import hmac
import urllib.parse
from collections.abc import Mapping, Sequence
from typing import Final

from planner.core.lazy_dataclass import dataclass
from planner.remote.credentials import KeyPair

ALGORITHM: Final = "SDK-HMAC-SHA256"
SIGNED_HEADERS: Final = ("host", "x-project-id", "x-sdk-date", "x-security-token")
"""The headers that a signature covers, in the order in which they are signed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signable:
    """What a signature covers. ``path`` and ``query`` are decoded; names of ``headers`` are lower case."""

    method: str
    path: str
    query: Sequence[tuple[str, str]]
    headers: Mapping[str, str]
    body: bytes


def format_moment(moment: dt.datetime) -> str:
    """Return an aware moment as ``X-Sdk-Date`` has it."""
    return moment.astimezone(dt.UTC).strftime("%Y%m%dT%H%M%SZ")


def build_authorization(signable: Signable, keys: KeyPair) -> str:
    """Return the ``Authorization`` header; ``x-sdk-date`` and ``host`` have to be among the headers."""
    names = tuple(name for name in SIGNED_HEADERS if name in signable.headers)
    text = f"{ALGORITHM}\n{signable.headers['x-sdk-date']}\n{_hash(_format_canonical(signable, names))}"
    signature = hmac.new(keys.secret_key.encode(), text.encode(), hashlib.sha256).hexdigest()
    return f"{ALGORITHM} Access={keys.access_key}, SignedHeaders={';'.join(names)}, Signature={signature}"


def _format_canonical(signable: Signable, names: Sequence[str]) -> bytes:
    lines = (
        signable.method.upper(),
        _format_path(signable.path),
        _format_query(signable.query),
        "".join(f"{name}:{signable.headers[name].strip()}\n" for name in names),
        ";".join(names),
        _hash(signable.body),
    )
    return "\n".join(lines).encode()


def _format_path(path: str) -> str:
    quoted = "/".join(map(_quote, path.split("/")))
    return quoted if quoted.endswith("/") else f"{quoted}/"


def _format_query(query: Sequence[tuple[str, str]]) -> str:
    return "&".join(f"{_quote(name)}={_quote(value)}" for name, value in sorted(query))


def _quote(text: str) -> str:
    return urllib.parse.quote(text, safe="~")


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
