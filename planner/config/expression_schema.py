"""The JSON Schema of files for editors: where a number, a choice or a list stands, ``${...}`` may stand as well."""

from typing import Any, Final

Schema = dict[str, Any]

_REFERENCE: Final = {"$ref": "#/$defs/Expression"}
_EXPRESSION: Final = {
    "description": "An expression in CEL over var, local, each and other blocks' id and name.",
    "pattern": r"\$\{",
    "type": "string",
}
_LITERAL: Final = frozenset(
    {
        "BackendBlock",
        "GitBackendBlock",
        "HttpBackendBlock",
        "LocalBackendBlock",
        "S3BackendBlock",
        "PoolctlBlock",
        "SeveritiesBlock",
        "ConfigSeveritiesBlock",
        "VariableBlock",
        "ValidationBlock",
        "IncludeBlock",
        "MovedBlock",
        "PolicyBlock",
    }
)
"""Blocks that hold no expressions (see ``language.py``)."""

_CHECKED: Final = frozenset({"enum", "const", "pattern", "format", "minLength", "maxLength"})


def accept_expressions(schema: Schema) -> Schema:
    """Return ``schema`` with an expression accepted for every value but tables and lists of tables."""
    definitions = {
        name: definition if name in _LITERAL else _open_properties(definition)
        for name, definition in schema["$defs"].items()
    }
    return schema | {"$defs": definitions | {"Expression": _EXPRESSION}}


def _open_properties(definition: Schema) -> Schema:
    if "properties" not in definition:
        return definition
    return definition | {"properties": {name: _open(one) for name, one in definition["properties"].items()}}


def _open(member: Schema) -> Schema:
    if not _is_closed(member):
        return member
    about = {key: value for key, value in member.items() if key in {"description", "default"}}
    kept = {key: value for key, value in member.items() if key not in about}
    if isinstance(kept.get("items"), dict) and _is_closed(kept["items"]):
        kept = kept | {"items": {"anyOf": [kept["items"], _REFERENCE]}}
    return {"anyOf": [kept, _REFERENCE], **about}


def _is_closed(member: Schema) -> bool:
    """Tell whether ``member`` takes no text that holds an expression."""
    match member:
        case {"type": "string"}:
            return bool(_CHECKED & member.keys())
        case {"type": "integer" | "number" | "boolean"} | {"const": _} | {"enum": _}:
            return True
        case {"type": "array", "items": dict(items)}:
            return "$ref" not in items
        case {"oneOf": list()}:
            return True
        case _:
            return False
