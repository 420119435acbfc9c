"""Every key of the files as an editor meets it: a small text in which the key stands, and what is known about it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from planner.config.schema import build_schema

Schema = Mapping[str, Any]
NAME: Final = "a"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table of the files: ``path`` as headers spell it, ``headers`` that open it, and the keys that it knows."""

    path: str
    headers: str
    keys: Mapping[str, Schema]
    required: tuple[str, ...]

    def write_key(self, key: str) -> str:
        """Return a text whose last line sets ``key``; what the table cannot be without stands before it."""
        names = [*(name for name in self.required if name != key), key]
        return self.headers + "".join(f"{name} = {write_value(self.keys[name])}\n" for name in names)


def find_tables() -> Iterator[Table]:
    """Yield every table that the schema describes with keys of its own, below the root and in their order."""
    schema = build_schema()
    for key, part in schema["properties"].items():
        yield from _find_below(schema, part, path=key, headers="")


def write_value(part: Schema) -> str:
    """Return some value that ``part`` describes."""
    forms = tuple(_find_forms(part))
    if words := next((one["enum"] for one in forms if "enum" in one), None):
        return f'"{words[0]}"'
    if any(one.get("format") == "date-time" for one in forms):
        return "2026-12-01T06:00:00Z"
    kind = next(
        (one["type"] for one in forms if "type" in one), "object" if len(forms) > 1 or "$ref" in part else "string"
    )
    kind = kind if isinstance(kind, str) else kind[0]
    return {"string": '"x"', "array": "[]", "integer": "1", "number": "1.5", "boolean": "true"}.get(kind, "{}")


def _find_below(schema: Schema, part: Schema, *, path: str, headers: str) -> Iterator[Table]:
    if part.get("type") == "array" and "$ref" in part["items"]:
        yield from _find_in(schema, part["items"], path=path, headers=f"{headers}[[{path}]]\n")
        return
    for named in part.get("patternProperties", {}).values():
        yield from _find_below(schema, named, path=f"{path}.{NAME}", headers=headers)
    for form in _find_forms(part):
        if "$ref" in form:
            yield from _find_in(schema, form, path=path, headers=headers)


def _find_in(schema: Schema, part: Schema, *, path: str, headers: str) -> Iterator[Table]:
    form = schema["$defs"][part["$ref"].removeprefix("#/$defs/")]
    keys, required = form["properties"], tuple(form.get("required", ()))
    is_open = headers.endswith(f"[[{path}]]\n")
    yield Table(path=path, headers=headers if is_open else f"{headers}[{path}]\n", keys=keys, required=required)
    for key, inner in keys.items():
        yield from _find_below(schema, inner, path=f"{path}.{key}", headers=headers)


def _find_forms(part: Schema) -> Iterator[Schema]:
    """Yield ``part`` and the forms that its value may have, but for the expression that most keys take besides."""
    if not part.get("$ref", "").endswith("/Expression"):
        yield part
    for form in (*part.get("oneOf", ()), *part.get("anyOf", ())):
        yield from _find_forms(form)
