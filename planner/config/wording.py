"""Words for the faults that pydantic finds: what, why, and what to write instead."""

import datetime as dt
import difflib
import json
import re
from collections.abc import Iterable
from typing import Any, Final

from planner.config.positions import TomlPath
from planner.config.schema import Schema, find_schema
from planner.config.source_lines import redact_line
from planner.core.lazy_dataclass import dataclass
from planner.core.secrets import HIDDEN, is_secret_key
from planner.kinds.names import BLOCK_KINDS

_SHOWN: Final = 60
_BLOCK_DEPTH: Final = 2
_KEY_RULE: Final = "Keys have 1 to 253 characters"
_NEAR: Final = 0.6
_COMPARED: Final = 100
_BARE: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """The words of one fault; ``is_value`` says that the value is meant and not its key."""

    code: str
    summary: str
    detail: str
    is_value: bool = True


def find_wording(schema: Schema, path: TomlPath, *, kind: str, context: dict[str, Any], value: object) -> Wording:
    """Return the words for pydantic's error ``kind`` at ``path``, where ``value`` was found."""
    match kind:
        case "extra_forbidden":
            return _word_unknown(schema, path)
        case "key":
            return _word_name(path)
        case "missing":
            return _word_missing(schema, path)
        case "literal_error":
            return _word_choice(schema, path, value=value)
        case "timezone_aware":
            return _word_offset()
        case "string_pattern_mismatch" | "string_too_short" | "string_too_long" | "too_short" | "too_long":
            return _word_shape(schema, path, context=context, value=value)
        case "greater_than_equal" | "less_than_equal":
            return _word_range(schema, path, value=value)
        case _:
            return _word_type(schema, path, value=value)


def find_near(word: str, words: Iterable[str]) -> str:
    """Return ``Did you mean "…"? `` for the nearest of ``words``, or an empty text."""
    near = difflib.get_close_matches(word[:100], _limit_candidates(word, list(words)), n=1, cutoff=_NEAR)
    return f'Did you mean "{near[0]}"? ' if near else ""


def _limit_candidates(word: str, words: list[str]) -> list[str]:
    # Comparing is slow: among thousands of names only those that begin alike are compared.
    if len(words) <= _COMPARED:
        return words
    return [one for one in words if one[:2] == word[:2]][:_COMPARED]


def format_value(value: object) -> str:
    """Return ``value`` as a short text for a message, as TOML spells it, passwords in URLs hidden."""
    match value:
        case str():
            text = _quote(redact_line(value))
        case bool():
            text = str(value).lower()
        case int() if abs(value) >= 10**18:
            return "a very large number"
        case int() | float():
            text = str(value)
        case _:
            return name_type(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def name_type(value: object) -> str:
    """Return what ``value`` is in the words of TOML."""
    match value:
        case bool():
            return "true or false"
        case dt.datetime() | dt.date() | dt.time():
            return "a date or time"
        case _:
            return _TYPES.get(type(value), "something else")


def find_keys(schema: Schema, path: TomlPath) -> list[str]:
    """Return the keys that the table at ``path`` knows, sorted."""
    part = find_schema(schema, path) or {}
    names = [str(form.get("$ref", "")).removeprefix("#/$defs/") for form in part.get("oneOf", [])]
    forms = [part, *(schema["$defs"][name] for name in names if name)]
    return sorted(key for form in forms for key in form.get("properties", {}))


def format_path(path: TomlPath) -> str:
    """Return ``path`` as words name it, such as ``pool.a.resources[0]``."""
    text = ""
    for step in path:
        name = f"[{step}]" if isinstance(step, int) else step if _BARE.fullmatch(step) else _quote(step)
        text += name if isinstance(step, int) or not text else f".{name}"
    return text or "the file"


_TYPES: Final[dict[type, str]] = {
    str: "a text",
    int: "a whole number",
    float: "a decimal number",
    list: "a list",
    dict: "a table",
}
_SCHEMA_TYPES: Final = {
    "string": "a text in quotes",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a table",
}


def _word_unknown(schema: Schema, path: TomlPath) -> Wording:
    key = str(path[-1])
    if is_secret_key(key):
        return Wording(
            code="config.secret",
            summary="credentials do not belong in the files",
            detail="Files are reviewed, copied and kept for ever. Delete this line, make the credential invalid if the "
            "file was shared, and give a new one in the environment (HW_ACCESS_KEY and HW_SECRET_KEY, or "
            "HW_AUTH_TOKEN). Nodes take a key pair: user_login.key_pair_name.",
            is_value=False,
        )
    known = find_keys(schema, path[:-1])
    where = f"in {format_path(path[:-1])}" if len(path) > 1 else "at the top of a file"
    return Wording(
        code="config.unknown-key",
        summary="unknown key" if len(path) > 1 else "unknown block",
        detail=f"{format_value(key)} means nothing {where}, and ignoring it would plan something else than you wrote. "
        f"{find_near(key, known)}Known here: {', '.join(known)}.",
        is_value=False,
    )


def _word_name(path: TomlPath) -> Wording:
    is_block = path[0] in BLOCK_KINDS and len(path) == _BLOCK_DEPTH
    rule = "Block names start with a letter or _, and hold letters, digits, _ and -" if is_block else _KEY_RULE
    return Wording(
        code="config.bad-name",
        summary="name is not accepted",
        detail=f"Found {format_value(str(path[-1]))}. {rule}. Choose another name.",
        is_value=False,
    )


def _word_missing(schema: Schema, path: TomlPath) -> Wording:
    return Wording(
        code="config.missing-key",
        summary="missing key",
        detail=f"{format_path(path[:-1])} needs {path[-1]}: {_describe(schema, path)}",
        is_value=False,
    )


def _word_choice(schema: Schema, path: TomlPath, *, value: object) -> Wording:
    choices = _find_choices(schema, path)
    near = find_near(value, choices) if isinstance(value, str) else ""
    listed = ", ".join(json.dumps(choice) for choice in choices)
    return Wording(
        code="config.bad-value",
        summary="not one of the accepted values",
        detail=f"Found {_show(path, value)}. {near}Accepted: {listed}. {_describe(schema, path)}",
    )


def _word_offset() -> Wording:
    return Wording(
        code="config.bad-value",
        summary="date without an offset",
        detail="Without an offset the moment depends on the machine that reads it. "
        "Write one, such as 2026-12-01T06:00:00Z or 2026-12-01T07:00:00+01:00, without quotes.",
    )


def _word_shape(schema: Schema, path: TomlPath, *, context: dict[str, Any], value: object) -> Wording:
    unit = "characters" if isinstance(value, str) else "entries"
    rule = f"It has to match {context['pattern']}. " if "pattern" in context else _word_length(context, unit=unit)
    return Wording(
        code="config.bad-value",
        summary="value is not accepted",
        detail=f"Found {_show(path, value)}. {rule}{_describe(schema, path)}",
    )


def _word_length(context: dict[str, Any], *, unit: str) -> str:
    if "min_length" in context:
        return f"It needs at least {context['min_length']} {unit}. "
    return f"It takes at most {context['max_length']} {unit}. "


def _word_range(schema: Schema, path: TomlPath, *, value: object) -> Wording:
    part = find_schema(schema, path) or {}
    forms = [part, *part.get("oneOf", [])]
    low = next((form["minimum"] for form in forms if "minimum" in form), None)
    high = next((form["maximum"] for form in forms if "maximum" in form), None)
    return Wording(
        code="config.out-of-range",
        summary="number is out of range",
        detail=f"Found {format_value(value)}; accepted: {low} to {high}. {_describe(schema, path)}",
    )


def _word_type(schema: Schema, path: TomlPath, *, value: object) -> Wording:
    return Wording(
        code="config.wrong-type",
        summary="wrong type of value",
        detail=f"Found {name_type(value)}, expected {_name_expected(schema, path)}. {_describe(schema, path)}",
    )


def _name_expected(schema: Schema, path: TomlPath) -> str:
    part = find_schema(schema, path) or {}
    if part.get("format") == "date-time":
        return "a date and time without quotes, such as 2026-12-01T06:00:00Z"
    forms = [_SCHEMA_TYPES.get(_find_type(form), "another type") for form in part.get("oneOf", [part])]
    return " or ".join(forms)


def _find_type(form: Schema) -> str:
    """Only tables stand behind references, and only texts are enumerated."""
    return "object" if "$ref" in form else str(form.get("type", "string"))


def _find_choices(schema: Schema, path: TomlPath) -> list[str]:
    part = find_schema(schema, path) or {}
    return [str(one) for one in part.get("enum", [part["const"]] if "const" in part else [])]


def _describe(schema: Schema, path: TomlPath) -> str:
    part = find_schema(schema, path) or {}
    return str(part.get("description", "")) or _describe_owner(schema, path)


def _describe_owner(schema: Schema, path: TomlPath) -> str:
    return str((find_schema(schema, path[:-1]) or {}).get("description", "")) if path else ""


def _show(path: TomlPath, value: object) -> str:
    is_hidden = value == HIDDEN or any(isinstance(step, str) and is_secret_key(step) for step in path)
    return HIDDEN if is_hidden else format_value(value)


def _quote(text: str) -> str:
    """Quote ``text`` so that nothing in it moves a cursor."""
    return json.dumps(text, ensure_ascii=not text.isprintable())
