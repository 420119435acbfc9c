"""The findings of ``validate`` as SARIF 2.1.0, for GitHub's code scanning and the viewers of editors.

Facts of the format: the OASIS standard with errata 1, and GitHub's page on the part of it that code scanning reads:
every result needs a place, and ``partialFingerprints`` tell that a moved finding is an old one.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Final
from urllib.parse import quote

from planner.core.diagnostics import Diagnostic, Severity, SourceLocation
from planner.core.trees import Tree, Value
from planner.views.escape import escape_text
from planner.views.findings import Finding, build_findings
from planner.views.json_text import format_json

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_VERSION: Final = "2.1.0"
_ROOT: Final = "%SRCROOT%"
_LEVELS: Final = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTICE: "note"}
_LINK: Final = re.compile(r"\[([^\]]+)\]\((?!https:)[^)]*\)")


def format_sarif(diagnostics: Iterable[Diagnostic], *, pages: Mapping[str, str], version: str) -> str:
    """Return the log of one run of ``validate`` of poolctl ``version``.

    Places are named from the root of the repository; ``pages`` are those of the codes, Markdown. An absolute path
    stays one, as a URI.
    """
    findings = build_findings(diagnostics)
    codes = sorted({one.code for one in findings})
    run: Tree = {
        "tool": {
            "driver": {
                "name": "poolctl",
                "version": version,
                "rules": [_build_rule(code, findings, page=pages.get(code, "")) for code in codes],
            }
        },
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The root of the repository."}}},
        "results": [_build_result(one, index=codes.index(one.code)) for one in findings],
    }
    return format_json({"$schema": SCHEMA, "version": _VERSION, "runs": [run]})


def _build_rule(code: str, findings: Iterable[Finding], *, page: str) -> Value:
    level = next(_LEVELS[one.severity] for one in findings if one.code == code)
    rule: Tree = {"id": code, "name": _make_name(code), "defaultConfiguration": {"level": level}}
    return rule | _build_help(page) if page else rule


def _make_name(code: str) -> str:
    return "".join(part.capitalize() for part in re.split(r"\W", code))


def _build_help(page: str) -> Tree:
    # The page lies beside others in the clone, and its links lead nowhere from here.
    text = _LINK.sub(r"\1", page)
    meaning = " ".join(text.split("\n\n")[1].split())
    return {
        "shortDescription": {"text": re.split(r"(?<=\.)\s", meaning)[0]},
        "fullDescription": {"text": meaning},
        "help": {"text": text, "markdown": text},
    }


def _build_result(one: Finding, *, index: int) -> Value:
    return {
        "ruleId": one.code,
        "ruleIndex": index,
        "level": _LEVELS[one.severity],
        "message": {"text": one.words},
        "locations": [
            {"physicalLocation": {"artifactLocation": _build_artifact(one.location.file), "region": _build_region(one)}}
        ],
        "partialFingerprints": {"primaryLocationLineHash": one.fingerprint},
    }


def _build_artifact(file: str) -> Value:
    uri = quote(file, errors="backslashreplace")
    return {"uri": f"file://{uri}"} if file.startswith("/") else {"uri": uri, "uriBaseId": _ROOT}


def _build_region(one: Finding) -> Value:
    place: SourceLocation = one.location
    region: Tree = {"startLine": place.line, "startColumn": place.column}
    if one.end > place.column:
        region |= {"endColumn": one.end}
    return region | {"snippet": {"text": escape_text(place.text)}} if place.text else region
