"""Where plain block headers stand, such as ``[pool.training]``: what most places are asked for, without a parser."""

import re
from collections.abc import Mapping
from typing import Final, TypeAlias

Headers: TypeAlias = Mapping[tuple[str | int, ...], tuple[int, int]]
"""Line and column, from 1 and in characters, of the last name of a header, by the path that it spells."""

_HEADER: Final = re.compile(
    r"^[ \t]*\[[ \t]*(?P<kind>pool|network)\.(?P<name>[A-Za-z0-9_-]+)[ \t]*\][ \t]*(?:#.*)?\r?$", re.MULTILINE
)
# In a text of several lines a line may look like a header; elsewhere in valid TOML nothing else does.
_LONG_TEXTS: Final = ('"""', "'''")


def find_headers(text: str) -> Headers:
    """Return the headers of pools and networks in a valid TOML text; none where some line might only look like one."""
    if any(quotes in text for quotes in _LONG_TEXTS):
        return {}
    found: dict[tuple[str | int, ...], tuple[int, int]] = {}
    line, seen = 1, 0
    for match in _HEADER.finditer(text):
        line += text.count("\n", seen, match.start())
        seen = match.start()
        found[match["kind"], match["name"]] = (line, match.start("name") - seen + 1)
    return found
