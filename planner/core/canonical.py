"""Canonical JSON (RFC 8785) and digests, the same on every machine."""

import hashlib
from typing import Any

from planner.core.trees import ABSENT, CountRange, Maybe, Reference

_LARGEST_EXACT = 2**53


def make_digest(value: Any) -> str:
    """Return ``sha256:…`` over the canonical JSON of ``value``, whose leaves may be tree values or ABSENT."""
    import rfc8785

    return "sha256:" + hashlib.sha256(rfc8785.dumps(make_plain(value))).hexdigest()


def make_plain(value: Any) -> Any:
    """Return ``value`` as plain JSON: references as they are spelled, ABSENT as null.

    Whole numbers that JSON readers would round become texts.
    """
    if isinstance(value, dict):
        return {name: make_plain(member) for name, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [make_plain(member) for member in value]
    return _make_plain_leaf(value)


def _make_plain_leaf(value: Maybe) -> Any:
    if value is ABSENT:
        return None
    if isinstance(value, CountRange):
        return {"min": value.minimum, "max": value.maximum, "initial": value.initial}
    if isinstance(value, Reference):
        return str(value)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= _LARGEST_EXACT:
        return str(value)
    return value
