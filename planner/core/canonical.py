"""Canonical JSON (RFC 8785) and digests, the same on every machine."""

import hashlib
import json
import math
from typing import Any

from planner.core.trees import ABSENT, CountRange, Maybe, Reference

_LARGEST_EXACT = 2**53


def make_digest(value: Any) -> str:
    """Return ``sha256:…`` over the canonical JSON of ``value``, whose leaves may be tree values or ABSENT."""
    import rfc8785

    return "sha256:" + hashlib.sha256(rfc8785.dumps(make_plain(value))).hexdigest()


def make_plain(value: Any) -> Any:
    """Return ``value`` as JSON that any reader keeps exactly; different values never come out the same.

    What JSON lacks or readers would round becomes a text that starts with one ``$`` and says what it is;
    a text that starts with ``$`` itself gets one more.
    """
    if isinstance(value, dict):
        return {_make_plain_text(name): make_plain(member) for name, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [make_plain(member) for member in value]
    return _make_plain_leaf(value)


def _make_plain_leaf(value: Maybe) -> Any:
    if value is ABSENT:
        return "$absent"
    if isinstance(value, CountRange):
        return f"$range:{value.minimum}:{value.maximum}:{value.initial}"
    if isinstance(value, Reference):
        return f"$reference:{value}"
    if isinstance(value, str):
        return _make_plain_text(value)
    is_unsafe = isinstance(value, int) and abs(value) >= _LARGEST_EXACT
    if is_unsafe or (isinstance(value, float) and not math.isfinite(value)):
        return f"$number:{value!r}"
    return value


def _make_plain_text(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        # A service may answer half of a surrogate pair, which no UTF-8 text can hold.
        return f"$text:{json.dumps(text)}"
    return f"${text}" if text.startswith("$") else text
