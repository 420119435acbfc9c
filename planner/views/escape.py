"""Text from outside made harmless: nothing that a server or a file says can move a cursor or hide."""

import re
from typing import Final

# Blank or ignorable although Python calls them printable: fillers, joiners, variation selectors.
_INVISIBLE: Final = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_LAST_BYTE: Final = 0xFF
_LAST_OF_PLANE_0: Final = 0xFFFF
_NAMED: Final = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def escape_text(text: str) -> str:
    r"""Return ``text`` with every character that is not plainly visible spelled out.

    Control, format (bidi, zero-width), private, unassigned and separator characters and lone
    surrogates become ``\n``, ``\x1b``, ``\u202e`` or ``\U000e0041``; an ASCII space stays. A
    backslash stays as it is: ``quote_text`` of ``values`` is the form that tells both apart.
    """
    if text.isprintable() and (text.isascii() or not _INVISIBLE.search(text)):
        return text
    return "".join(map(_escape_character, text))


def _escape_character(character: str) -> str:
    if character.isprintable() and not _INVISIBLE.match(character):
        return character
    if character in _NAMED:
        return _NAMED[character]
    number = ord(character)
    if number <= _LAST_BYTE:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number <= _LAST_OF_PLANE_0 else f"\\U{number:08x}"
