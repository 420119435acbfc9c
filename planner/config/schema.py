"""The JSON Schema (2020-12) of a ``*.pools.toml`` file: for editors, and for words about a key.

``python -m planner.config.schema`` prints it; ``schemas/config.schema.json`` is that output.
"""

import functools
import json
import sys
from collections.abc import Iterator
from typing import Any, Final

from planner.config.expression_schema import accept_expressions
from planner.config.positions import TomlPath
from planner.kinds.value_rules import BLOCK_NAME, INSTANCE_NAME

Schema = dict[str, Any]

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def build_schema() -> Schema:
    """Return the schema of one file as it is written: every key has a description, most take an expression."""
    return accept_expressions(_build_plain())


@functools.cache
def load_schema() -> Schema:
    """Return the schema of a file without expressions, built once a run; nobody changes it."""
    return _build_plain()


def find_schema(schema: Schema, path: TomlPath) -> Schema | None:
    """Return the part of ``schema`` that describes ``path``, references followed; None for unknown keys."""
    part: Schema | None = schema
    for step in path:
        part = next(_find_step(schema, part, step=step), None) if part is not None else None
    return None if part is None else _follow(schema, part)


def main() -> None:
    """Print the schema."""
    sys.stdout.write(json.dumps(build_schema(), indent=2, sort_keys=True, ensure_ascii=False) + "\n")


def _build_plain() -> Schema:
    from planner.config.file_block import FileBlock

    raw = FileBlock.model_json_schema(mode="validation", ref_template="#/$defs/{model}")
    return {"$schema": DIALECT, "title": "poolctl configuration", **_tidy(raw)}


_NULL: Final = {"type": "null"}


def _tidy(node: Any) -> Any:
    """Drop what Python adds and TOML has not: titles, nulls and defaults that mean "not written"."""
    if isinstance(node, list):
        return [_tidy(one) for one in node]
    if not isinstance(node, dict):
        return node
    kept = {key: value for key, value in node.items() if not _is_noise(key, value)}
    tidy = {key: _tidy(value) for key, value in kept.items() if key != "anyOf"}
    if "patternProperties" in tidy:
        # Instances are made by for_each alone: nobody writes a block for one.
        names = {BLOCK_NAME if name == INSTANCE_NAME else name: one for name, one in tidy["patternProperties"].items()}
        tidy |= {"patternProperties": names, "additionalProperties": False}
    return _tidy_choice(kept) | tidy


def _is_noise(key: str, value: Any) -> bool:
    return (key == "title" and isinstance(value, str)) or (key == "default" and value is None)


def _tidy_choice(node: Schema) -> Schema:
    choices = [_tidy(one) for one in node.get("anyOf", []) if one != _NULL]
    return choices[0] if len(choices) == 1 else {"anyOf": choices} if choices else {}


def _find_step(schema: Schema, part: Schema, *, step: str | int) -> Iterator[Schema]:
    for form in _find_forms(schema, part):
        if isinstance(step, int):
            children = [form.get("items")]
        else:
            patterns = form.get("patternProperties", {}).values()
            children = [form.get("properties", {}).get(step), *patterns, form.get("additionalProperties")]
        yield from (child for child in children if isinstance(child, dict))


def _find_forms(schema: Schema, part: Schema) -> Iterator[Schema]:
    whole = _follow(schema, part)
    yield whole
    for form in whole.get("oneOf", []):
        yield _follow(schema, form)


def _follow(schema: Schema, part: Schema) -> Schema:
    name = part.get("$ref", "").removeprefix("#/$defs/")
    return schema["$defs"][name] | {key: value for key, value in part.items() if key != "$ref"} if name else part


if __name__ == "__main__":
    main()
