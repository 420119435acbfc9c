"""Text that others wrote: as the JSON object that it may be, and as words that are safe to show."""

import json
from collections.abc import Iterable
from typing import Any, Final

_LONGEST_WORDS: Final = 300


def parse_object(text: str | bytes) -> dict[str, Any] | None:
    """Return the JSON object that ``text`` holds; None for any other text."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def escape_text(text: str) -> str:
    """Return ``text`` with every character that is not printable spelt as Python does."""
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)


def make_words(text: str, *, secrets: Iterable[str] = (), limit: int = _LONGEST_WORDS) -> str:
    """Return what a server or a program says as one line without control characters and secrets, cut at ``limit``."""
    for secret in secrets:
        text = text.replace(secret, "***") if secret else text
    text = escape_text(" ".join(text.split()))
    return text.rstrip(" :.") if len(text) <= limit else f"{text[:limit]}…"
