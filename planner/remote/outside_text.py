"""Text from outside, made safe to show: no control characters, no secret, a bounded length."""

from typing import Final

LIMIT: Final = 512
_CUT: Final = "…"


def format_outside_text(text: str, *, secret: str = "", limit: int = LIMIT) -> str:
    """Return ``text`` as it may be printed.

    Everything that is not printable (control and format characters, lone surrogates) is escaped as
    Python spells it, ``secret`` is replaced by ``[hidden]``, and what is longer than ``limit``
    characters is cut.
    """
    shown = text.replace(secret, "[hidden]") if secret else text
    escaped = "".join(map(_format_character, shown[:limit]))
    if len(shown) <= limit and len(escaped) <= limit:
        return escaped
    return escaped[: limit - len(_CUT)] + _CUT


def _format_character(character: str) -> str:
    return character if character.isprintable() else character.encode("unicode_escape").decode("ascii")
