"""Checking AK/SK signatures (SDK-HMAC-SHA256), written apart from the planner's signer: each proves the other."""

import hashlib
import hmac
import re
from collections.abc import Callable
from typing import Final
from urllib.parse import quote

from planner.simulator.requests import Request

ALGORITHM: Final = "SDK-HMAC-SHA256"

_AUTHORIZATION = re.compile(rf"{ALGORITHM} Access=([^,]+), SignedHeaders=([^,]+), Signature=([0-9a-f]{{64}})")


def make_gate(*, access_key: str, secret_key: str) -> Callable[[Request], bool]:
    """Return a judge that admits only requests signed with this key pair; a token alone is not enough."""
    return lambda request: is_signed(request, access_key=access_key, secret_key=secret_key)


def is_signed(request: Request, *, access_key: str, secret_key: str) -> bool:
    """Tell whether the ``Authorization`` header is the signature of this request by this key pair."""
    match = _AUTHORIZATION.fullmatch(request.headers.get("authorization", ""))
    if match is None or match[1] != access_key or "x-sdk-date" not in request.headers:
        return False
    expected = compute_signature(request, signed=match[2].split(";"), secret_key=secret_key)
    return hmac.compare_digest(expected, match[3])


def compute_signature(request: Request, *, signed: list[str], secret_key: str) -> str:
    """Return the hexadecimal signature over the headers named in ``signed``, in that order."""
    headers = "".join(f"{name}:{request.headers.get(name, '').strip()}\n" for name in signed)
    digest = request.headers.get("x-sdk-content-sha256") or hashlib.sha256(request.body).hexdigest()
    path, query = _format_path(request.path), _format_query(request)
    canonical = "\n".join([request.method, path, query, headers, ";".join(signed), digest])
    hashed = hashlib.sha256(canonical.encode("utf-8", "surrogateescape")).hexdigest()
    text = f"{ALGORITHM}\n{request.headers['x-sdk-date']}\n{hashed}"
    return hmac.new(secret_key.encode(), text.encode("utf-8", "surrogateescape"), hashlib.sha256).hexdigest()


def _format_path(path: str) -> str:
    quoted = "/".join(quote(part, safe="~") for part in path.split("/"))
    return quoted if quoted.endswith("/") else f"{quoted}/"


def _format_query(request: Request) -> str:
    pairs = sorted(request.pairs or request.query.items())
    return "&".join(f"{quote(name, safe='~')}={quote(value, safe='~')}" for name, value in pairs)
