"""What a check found, as the formats of forges want it: each with a place, an end and a fingerprint."""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable
from typing import Final

from planner.core.diagnostics import Diagnostic, Severity, SourceLocation
from planner.core.lazy_dataclass import dataclass
from planner.views.escape import escape_text

_TOKEN: Final = re.compile(r""""(?:[^"\\]|\\.)*"?|'[^']*'?|[\w.+-]+|.""")
_NUMBER: Final = re.compile(r"\d+")
_LINK: Final = re.compile(r"\](?=\()")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A diagnostic in a file: ``words`` are summary and detail, ``end`` is the column after what it points at.

    ``fingerprint`` is unique among the findings of a report, and stays what it is when the line moves.
    """

    code: str
    severity: Severity
    words: str
    location: SourceLocation
    end: int
    fingerprint: str


def build_findings(diagnostics: Iterable[Diagnostic]) -> tuple[Finding, ...]:
    """Return the diagnostics that have a place, in their order."""
    seen: Counter[str] = Counter()
    return tuple(_build_finding(one, one.location, seen=seen) for one in diagnostics if one.location is not None)


def find_end(location: SourceLocation) -> int:
    """Return the column after the word or the quoted text that begins at a place; that of the place at a line's end."""
    token = _TOKEN.match(location.text, location.column - 1)
    return token.end() + 1 if token else location.column


def _build_finding(one: Diagnostic, location: SourceLocation, *, seen: Counter[str]) -> Finding:
    # No numbers: they are of lines that move, or counts. The text of the line and the words say what it is.
    words = _NUMBER.sub("", one.detail)
    identity = json.dumps([one.code, location.file, one.address, " ".join(location.text.split()), words])
    seen[identity] += 1
    return Finding(
        code=one.code,
        severity=one.severity,
        words=_format_words(one),
        location=location,
        end=find_end(location),
        fingerprint=hashlib.sha256(f"{identity}{seen[identity]}".encode()).hexdigest(),
    )


def _format_words(one: Diagnostic) -> str:
    """Return summary and detail as one text: lines stay, and what a viewer would take for a link is none."""
    text = f"{one.summary}: {one.detail}" if one.detail else one.summary
    return "\n".join(_LINK.sub("] ", escape_text(line)) for line in text.split("\n"))
