"""Source lines as diagnostics show them: cut to a length, and without secrets."""

import re
from typing import Final

from planner.core.diagnostics import SourceLocation
from planner.core.secrets import CREDENTIAL_WORDS, HIDDEN

MAXIMUM_LINE: Final = 1000


def make_location(text: str, *, file: str, line: int, column: int, is_line: bool = False) -> SourceLocation:
    """Return a location with its source line; ``text`` is the whole file, or with ``is_line`` that line."""
    lines = [text] if is_line else text.split("\n", line)
    source = lines[-1] if is_line or len(lines) < line else lines[line - 1]
    return SourceLocation(file=file, line=line, column=column, text=redact_line(source[:MAXIMUM_LINE].rstrip("\r")))


def redact_line(line: str) -> str:
    """Return ``line`` with the values of keys that name secrets, and passwords in URLs, hidden."""
    # Each change of a plan has a line, and few lines have what the patterns look for.
    redacted = _SECRET_VALUE.sub(rf"\1{HIDDEN}", line) if "=" in line else line
    return _URL_PASSWORD.sub(rf"\1{HIDDEN}@", redacted) if "://" in redacted else redacted


_SECRET_VALUE: Final = re.compile(
    rf"""((?:{CREDENTIAL_WORDS})[\w.-]*["']?\s*=\s*)("(?:[^"\\]|\\.)*"?|'[^']*'?|[^\s,}}#]+)""", re.IGNORECASE
)
_URL_PASSWORD: Final = re.compile(r"(://[^/\s\"'@:]*:)[^\s\"'/]*@")
