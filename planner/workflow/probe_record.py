"""The record of a probe, ``.poolctl/probe.json``: for ``doctor``, and to be sent along with a bug report.

It holds no credentials, and no id of the project: that is masked, also where the service repeats it.
"""

import json
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, ValidationError

from planner.core.diagnostics import make_error
from planner.core.probe_values import ProbeAnswer, ProbeRecord, Verdict
from planner.core.trees import Tree
from planner.remote.endpoint import Endpoint
from planner.state.errors import DocumentError, MissingFileError
from planner.state.files import TOOL_DIRECTORY, load_text, open_tool_directory, save_atomically

NAME: Final = "probe.json"
FORMAT: Final = "1.0"
_WHAT: Final = "record of the probe"
_LARGEST: Final = 4 * 1024 * 1024
_SHORT: Final = 12


class _Row(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str
    claim: str
    verdict: Verdict
    found: str
    request: dict[str, Any] | None = None
    refusal: dict[str, Any] | None = None


class _Document(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    format_version: str
    date: str
    poolctl_version: str
    service: dict[str, str]
    flavors: list[str]
    ended: str
    left_over: list[str]
    answers: list[_Row]


def mask_project(project_id: str) -> str:
    """Return the first and last four characters of a project's id, enough to tell two of them apart."""
    return f"{project_id[:4]}…{project_id[-4:]}" if len(project_id) >= _SHORT else project_id


def find_asked(endpoint: Endpoint) -> tuple[str, str, str]:
    """Return the service of an endpoint as a record names it: kind, region, masked project."""
    return endpoint.kind, endpoint.region, mask_project(endpoint.project_id)


def save_probe(directory: Path, record: ProbeRecord) -> Path:
    """Write the record below the configuration's ``directory`` and return its path. Raises StateFileError."""
    path = open_tool_directory(directory) / NAME
    text = json.dumps(build_probe_json(record), indent=2, ensure_ascii=True)
    save_atomically(path, f"{text}\n", what=_WHAT)
    return path


def load_probe(directory: Path) -> ProbeRecord | None:
    """Return the recorded probe, None where there is none. Raises StateError where it cannot be read."""
    path = directory / TOOL_DIRECTORY / NAME
    try:
        document = _Document.model_validate_json(load_text(path, what=_WHAT, limit=_LARGEST))
    except MissingFileError:
        return None
    except ValidationError as error:
        detail = f"{str(path)!r} is no record of a probe. Run `poolctl doctor --probe` again, or remove the file."
        raise DocumentError(make_error("probe.damaged", "The record of the probe is damaged", detail=detail)) from error
    return ProbeRecord(
        date=document.date,
        version=document.poolctl_version,
        endpoint=document.service.get("endpoint", ""),
        region=document.service.get("region", ""),
        project=document.service.get("project", ""),
        flavors=tuple(document.flavors),
        answers=tuple(map(_parse_answer, document.answers)),
        left=tuple(document.left_over),
        ended=document.ended,
    )


def build_probe_json(record: ProbeRecord) -> Tree:
    """Return the record as its document."""
    return {
        "format_version": FORMAT,
        "date": record.date,
        "poolctl_version": record.version,
        "service": {"endpoint": record.endpoint, "region": record.region, "project": record.project},
        "flavors": [*record.flavors],
        "ended": record.ended,
        "left_over": [*record.left],
        "answers": [_build_answer(one) for one in record.answers],
    }


def _build_answer(answer: ProbeAnswer) -> Tree:
    request, declined = answer.request, answer.declined
    return {
        "id": answer.id,
        "claim": answer.text,
        "verdict": answer.verdict.value,
        "found": answer.words,
        "request": None
        if request is None
        else {
            "method": request.method,
            "action": request.action,
            "content_type": request.content_type,
            "body": request.body,
        },
        "refusal": None
        if declined is None
        else {"status": declined.status, "error_code": declined.code, "error_msg": declined.message},
    }


def _parse_answer(row: _Row) -> ProbeAnswer:
    return ProbeAnswer(id=row.id, text=row.claim, verdict=row.verdict, words=row.found)
