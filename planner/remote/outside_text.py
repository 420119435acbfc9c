"""Text from outside, made safe to show: no control characters, no secret, a bounded length."""

import json
import urllib.parse
from collections.abc import Iterable
from typing import Final

LIMIT: Final = 512
HIDDEN: Final = "[hidden]"
_CUT: Final = "…"


def format_outside_text(text: str, *, secrets: Iterable[str] = (), limit: int = LIMIT) -> str:
    """Return ``text`` as it may be printed.

    Everything that is not printable (control and format characters, lone surrogates) is escaped as
    Python spells it, each of ``secrets`` is replaced by ``[hidden]``, and what is longer than
    ``limit`` characters is cut.
    """
    shown = hide(text, secrets)
    escaped = "".join(map(_format_character, shown[:limit]))
    if len(shown) <= limit and len(escaped) <= limit:
        return escaped
    return escaped[: limit - len(_CUT)] + _CUT


def hide(text: str, secrets: Iterable[str]) -> str:
    """Return ``text`` with ``[hidden]`` in the place of each secret, also as JSON or a URL spells it."""
    spellings = {spelling for secret in secrets if secret for spelling in _spell(secret)}
    # The longest first: one secret may be the beginning of another.
    for spelling in sorted(spellings, key=len, reverse=True):
        text = text.replace(spelling, HIDDEN)
    return text


def _spell(secret: str) -> tuple[str, ...]:
    quoted = (urllib.parse.quote(secret, safe="", errors="replace"), urllib.parse.quote_plus(secret, errors="replace"))
    return (secret, json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1], *quoted)


def _format_character(character: str) -> str:
    return character if character.isprintable() else character.encode("unicode_escape").decode("ascii")
