"""Source lines as diagnostics show them: cut to a length, and without secrets."""

import re
from typing import Final

from planner.core.diagnostics import SourceLocation

MAXIMUM_LINE: Final = 1000
HIDDEN: Final = "(hidden)"


def make_location(text: str, *, file: str, line: int, column: int, is_line: bool = False) -> SourceLocation:
    """Return a location with its source line; ``text`` is the whole file, or with ``is_line`` that line."""
    lines = [text] if is_line else text.split("\n", line)
    source = lines[-1] if is_line or len(lines) < line else lines[line - 1]
    return SourceLocation(file=file, line=line, column=column, text=redact_line(source[:MAXIMUM_LINE].rstrip("\r")))


def redact_line(line: str) -> str:
    """Return ``line`` with the values of keys that name secrets, and passwords in URLs, hidden."""
    return _URL_PASSWORD.sub(rf"\1{HIDDEN}@", _SECRET_VALUE.sub(rf"\1{HIDDEN}", line))


def is_secret_key(key: str) -> bool:
    """Tell whether a key names a credential, so that its value is never shown."""
    return _SECRET_NAME.search(key) is not None


_SECRETS: Final = (
    r"passw(?:or)?d|secret|token|access_?key|private_?key|credential|api_?key|(?<![a-z])(?:ak|sk)(?![a-z])"
)
_SECRET_NAME: Final = re.compile(_SECRETS, re.IGNORECASE)
_SECRET_VALUE: Final = re.compile(
    rf"""((?:{_SECRETS})[\w.-]*["']?\s*=\s*)("(?:[^"\\]|\\.)*"?|'[^']*'?|[^\s,}}#]+)""", re.IGNORECASE
)
_URL_PASSWORD: Final = re.compile(r"(://[^/\s\"'@:]*:)[^\s\"'/]*@")
