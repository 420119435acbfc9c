"""What is wrong with a document that is JSON but not what it should be, as diagnostics with places."""

import difflib
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from planner.core.diagnostics import Diagnostic, SourceLocation, make_error
from planner.state.documents.json_text import SourceText, find_index, parse_json
from planner.state.errors import DocumentError
from planner.state.os_errors import UNTOUCHED

if TYPE_CHECKING:
    from pydantic import BaseModel

Document = TypeVar("Document", bound="BaseModel")

_READ_VERSION = (1, 0)
_VERSION_DIGITS = 6
_WORDS = {
    "missing": "is missing",
    "extra_forbidden": "is not known here",
    "bool_type": "is not true or false",
    "int_type": "is not a whole number",
    "is_instance_of": "is not a text",
    "string_type": "is not a text",
    "list_type": "is not a list",
    "dict_type": "is not an object",
    "model_type": "is not an object",
    "greater_than_equal": "is too small",
    "string_too_short": "is empty",
    "too_short": "is empty",
}


def parse_document(source: SourceText, model: type[Document]) -> Document:
    """Return the document of ``model`` that the text holds.

    Raises DocumentError: for what is no JSON, for another document, for a newer version, and with
    every fault of the schema at once.
    """
    return check_document(source, parse_json(source), model=model)


def check_document(source: SourceText, raw: Any, *, model: type[Document]) -> Document:
    """Return the document of ``model`` that ``raw``, the value of the text, is. Raises what ``parse_document`` does."""
    from pydantic import ValidationError

    stranger = _find_stranger(raw, model=model, what=source.what) or _find_newer(raw, what=source.what)
    if stranger is not None:
        place = SourceLocation(file=source.source, line=1)
        raise DocumentError(make_error(stranger.code, stranger.summary, detail=stranger.detail, location=place))
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False, include_input=False)
        raise DocumentError(*(_describe(source, one["loc"], kind=one["type"], model=model) for one in faults)) from None


def make_fault(source: SourceText, path: Sequence[str | int], *, words: str) -> Diagnostic:
    """Return the error that the value at ``path`` is as ``words`` say, with its place."""
    index = find_index(source.text, path)
    detail = f"Line {source.find_location(index).line}: {format_path(path)} {words}."
    return source.make_fault("state.bad-document", f"The {source.what} is damaged", index=index, detail=detail)


def format_path(path: Sequence[str | int]) -> str:
    """Return ``path`` for people: ``resources["pool.a"].id``, ``changes[0].fields``."""
    return "".join(_format_step(step) for step in path).removeprefix(".") or "the document"


def _format_step(step: str | int) -> str:
    if isinstance(step, int):
        return f"[{step}]"
    return f".{step}" if step.isidentifier() else f"[{json.dumps(step, ensure_ascii=False)}]"


def _find_stranger(raw: Any, *, model: "type[BaseModel]", what: str) -> Diagnostic | None:
    members = raw.keys() if isinstance(raw, dict) else set()
    names = model.model_fields.keys()
    if "format_version" in members and len(members & names) * 2 > len(names):
        return None
    seen = "The file holds JSON of something else"
    if "terraform_version" in members:
        seen = "The file was made by Terraform"
    elif "lineage" in members:
        seen = "The file looks like a state"
    elif "changes" in members:
        seen = "The file looks like a plan"
    detail = f"{seen}. Check that the path names the right file. {UNTOUCHED}"
    return make_error("state.other-document", f"The file is not a {what}", detail=detail)


def _find_newer(raw: dict[str, Any], *, what: str) -> Diagnostic | None:
    version = raw["format_version"]
    numbers = version.split(".") if isinstance(version, str) else []
    if len(numbers) != len(_READ_VERSION) or not all(map(_is_number, numbers)):
        detail = f'`format_version` is {version!r}, where "1.0" is expected. {UNTOUCHED} Check that the path is right.'
        return make_error("state.other-document", f"The file is not a {what}", detail=detail)
    if tuple(map(int, numbers)) > _READ_VERSION:
        detail = (
            f"It has format_version {version}; this poolctl reads up to 1.0, and would lose what it does not know. "
            f"{UNTOUCHED} Install the poolctl that wrote it, or a later one."
        )
        return make_error("state.newer-version", f"The {what} was made by a newer poolctl", detail=detail)
    return None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _VERSION_DIGITS


def _describe(source: SourceText, path: tuple[str | int, ...], *, kind: str, model: "type[BaseModel]") -> Diagnostic:
    words = _WORDS.get(kind, "has a value that cannot stand there")
    if kind == "extra_forbidden" and len(path) == 1:
        near = difflib.get_close_matches(str(path[0]), list(model.model_fields), n=1)
        words += f" (did you mean {near[0]}?)" if near else ""
    return make_fault(source, path, words=words)
