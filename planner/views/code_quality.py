"""The findings of ``validate`` for GitLab: the report that ``artifacts:reports:codequality`` takes.

Facts of the format: GitLab's documentation, "Code Quality report format". GitLab shows findings whose path is that of a
file of the merge request, and takes two with one fingerprint for one.
"""

from collections.abc import Iterable
from typing import Final

from planner.core.diagnostics import Diagnostic, Severity
from planner.core.trees import Value
from planner.views.findings import Finding, build_findings
from planner.views.json_text import format_json

_SEVERITIES: Final = {Severity.ERROR: "critical", Severity.WARNING: "minor", Severity.NOTICE: "info"}


def format_code_quality(diagnostics: Iterable[Diagnostic]) -> str:
    """Return the report; places are named from the root of the repository."""
    return format_json([_build_issue(one) for one in build_findings(diagnostics)])


def _build_issue(one: Finding) -> Value:
    return {
        "type": "issue",
        "check_name": one.code,
        "description": one.words,
        "categories": ["Bug Risk"],
        "severity": _SEVERITIES[one.severity],
        "fingerprint": one.fingerprint,
        "location": {"path": one.location.file, "lines": {"begin": one.location.line}},
    }
