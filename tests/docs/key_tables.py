"""The tables of ``docs/configuration.md``: every key that the files may hold, from the JSON Schema of the files."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

Schema = Mapping[str, Any]

_TABLE: Final = re.compile(
    r"(?P<head><!-- keys of (?P<name>\w+)(?: without (?P<without>[\w ]+?))? -->\n).*?(?P<foot><!-- end -->)",
    re.DOTALL,
)
_TYPES: Final = {"string": "text", "integer": "whole number", "boolean": "true or false"}


def refresh_tables(text: str, *, schema: Schema) -> str:
    """Return the document ``text`` with the table between each pair of marks written anew."""

    def fill(found: re.Match[str]) -> str:
        without = frozenset((found["without"] or "").split())
        rows = "".join(_list_rows(schema["$defs"][found["name"]], schema=schema, without=without))
        return f"{found['head']}| Key | Takes | What it is |\n| --- | --- | --- |\n{rows}{found['foot']}"

    return _TABLE.sub(fill, text)


def find_reached(name: str, *, schema: Schema, without: frozenset[str] = frozenset()) -> frozenset[str]:
    """Return the definitions that the table of ``name`` covers, itself among them."""
    inner = {_find_definition(one) for key, one in _list_keys(schema["$defs"][name]) if key not in without}
    return frozenset({name}.union(*(find_reached(one, schema=schema) for one in inner if one)))


def find_covered(text: str, *, schema: Schema) -> frozenset[str]:
    """Return all definitions that the tables of ``text`` cover."""
    covered = (
        find_reached(one["name"], schema=schema, without=frozenset((one["without"] or "").split()))
        for one in _TABLE.finditer(text)
    )
    return frozenset().union(*covered)


def _list_keys(definition: Schema) -> list[tuple[str, Schema]]:
    return [(key, _leave_expression_out(one)) for key, one in definition.get("properties", {}).items()]


def _leave_expression_out(member: Schema) -> Schema:
    """Return ``member`` less the expression that most keys take besides: the document says so once."""
    kept = [one for one in member.get("anyOf", ()) if not str(one.get("$ref", "")).endswith("/Expression")]
    if not kept:
        return member
    inner = {key: one for key, one in kept[0].items() if key != "items"}
    items = {"items": _leave_expression_out(kept[0]["items"])} if "items" in kept[0] else {}
    return {**inner, **items, **{key: one for key, one in member.items() if key != "anyOf"}}


def _list_rows(
    definition: Schema, *, schema: Schema, without: frozenset[str] = frozenset(), prefix: str = ""
) -> Iterator[str]:
    required = definition.get("required", ())
    for key, member in _list_keys(definition):
        if key in without:
            continue
        mark = " (required)" if key in required else ""
        about = member.get("description", "").replace("|", "\\|")
        yield f"| `{prefix}{key}` | {_format_taken(member)}{mark} | {about} |\n"
        inner = _find_definition(member)
        if inner:
            step = f"{prefix}{key}[]." if member.get("type") == "array" else f"{prefix}{key}."
            yield from _list_rows(schema["$defs"][inner], schema=schema, prefix=step)


def _find_definition(member: Schema) -> str:
    """Return the name of the table that ``member`` is, holds a list of, or may be; empty for a plain value."""
    choices = (member, member.get("items", {}), *member.get("oneOf", ()))
    return next((str(one["$ref"]).rpartition("/")[2] for one in choices if "$ref" in one), "")


def _format_taken(member: Schema) -> str:
    if "oneOf" in member:
        return " or ".join(map(_format_taken, member["oneOf"]))
    if "$ref" in member:
        return "table"
    if "enum" in member or "const" in member:
        return ", ".join(f"`{json.dumps(one)}`" for one in member.get("enum", [member.get("const")]))
    if member.get("type") == "array":
        return "list of tables" if "$ref" in member["items"] else f"list of {_format_taken(member['items'])}"
    if member.get("type") == "object":
        return "table of texts"
    return _format_plain(member)


def _format_plain(member: Schema) -> str:
    if member.get("format") == "date-time":
        return "moment"
    if "minimum" in member and "maximum" in member:
        return f"{member['minimum']} to {member['maximum']}"
    if isinstance(member.get("type"), list):
        return "list, table or expression"
    return _TYPES[member["type"]] if "type" in member else "any value"
