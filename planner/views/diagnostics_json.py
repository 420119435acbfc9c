"""Diagnostics for machines, in the members of ``terraform validate -json``."""

from collections.abc import Iterable

from planner.core.diagnostics import Diagnostic, Severity, SourceLocation
from planner.core.trees import Value


def build_validation_json(diagnostics: Iterable[Diagnostic], *, is_valid: bool) -> dict[str, Value]:
    """Return ``validate -o json``: the verdict, the counts, and every diagnostic."""
    told = tuple(diagnostics)
    return {
        "format_version": "1.0",
        "valid": is_valid,
        "error_count": sum(one.severity is Severity.ERROR for one in told),
        "warning_count": sum(one.severity is Severity.WARNING for one in told),
        "diagnostics": [_build_diagnostic(one) for one in told],
    }


def _build_diagnostic(one: Diagnostic) -> Value:
    return {
        "severity": one.severity.value,
        "code": one.code,
        "summary": one.summary,
        "detail": one.detail,
        "address": one.address,
        "location": None if one.location is None else _build_location(one.location),
    }


def _build_location(location: SourceLocation) -> Value:
    return {"file": location.file, "line": location.line, "column": location.column, "text": location.text}
