"""Diagnostics for machines, in the members of ``terraform validate -json``."""

from collections.abc import Iterable, Mapping

from planner.core.diagnostics import Diagnostic, Severity, SourceLocation
from planner.core.trees import Value
from planner.views.findings import find_end


def build_validation_json(
    diagnostics: Iterable[Diagnostic], *, is_valid: bool, contents: Mapping[str, bytes]
) -> dict[str, Value]:
    """Return ``validate -o json``: the verdict, the counts, and every diagnostic.

    ``contents`` are the files that can be read, by name: bytes are counted in them. ``code``, ``address`` and
    ``location`` are poolctl's; the rest is Terraform's, and like there ``range`` and ``snippet`` are missing
    where a diagnostic has no place.
    """
    told = tuple(diagnostics)
    return {
        "format_version": "1.0",
        "valid": is_valid,
        "error_count": sum(one.severity is Severity.ERROR for one in told),
        "warning_count": sum(one.severity is Severity.WARNING for one in told),
        "diagnostics": [_build_diagnostic(one, contents=contents) for one in told],
    }


def _build_diagnostic(one: Diagnostic, *, contents: Mapping[str, bytes]) -> Value:
    told: dict[str, Value] = {
        "severity": one.severity.value,
        "code": one.code,
        "summary": one.summary,
        "detail": one.detail,
        "address": one.address,
        "location": None if one.location is None else _build_location(one.location),
    }
    return told if one.location is None else told | _build_range(one, one.location, contents=contents)


def _build_location(location: SourceLocation) -> Value:
    return {"file": location.file, "line": location.line, "column": location.column, "text": location.text}


def _build_range(one: Diagnostic, location: SourceLocation, *, contents: Mapping[str, bytes]) -> dict[str, Value]:
    start = location.column - 1
    end = find_end(location) - 1
    before = _find_line_start(contents.get(location.file, b""), line=location.line)

    def build_position(offset: int) -> Value:
        byte = before + len(location.text[:offset].encode("utf-8", "replace"))
        return {"line": location.line, "column": offset + 1, "byte": byte}

    return {
        "range": {"filename": location.file, "start": build_position(start), "end": build_position(end)},
        "snippet": {
            "context": one.address or None,
            "code": location.text,
            "start_line": location.line,
            "highlight_start_offset": start,
            "highlight_end_offset": end,
            "values": [],
        },
    }


def _find_line_start(content: bytes, *, line: int) -> int:
    return sum(len(one) + 1 for one in content.split(b"\n")[: line - 1])
