"""What ``schemas/openapi.yaml`` says of an answer: its status is declared, and its body has the declared shape."""

import functools
import re
from pathlib import Path

import yaml
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

OPENAPI = Path(__file__).parents[2] / "schemas" / "openapi.yaml"
_BASE = "urn:openapi"


@functools.cache
def load_document():
    return yaml.load(OPENAPI.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)


@functools.cache
def list_operations():
    return [
        (method.upper(), path)
        for path, item in load_document()["paths"].items()
        for method in item
        if method != "parameters"
    ]


def find_template(path):
    """Return the declared path that ``path`` is of; one without a name in that place goes first."""
    return next((template for template, pattern in _compile_paths() if pattern.fullmatch(path)), None)


def explain_answer(method, path, *, status, body, reads_odd_parameters=True):
    """Return what is wrong with an answer, as text; an empty one is good.

    ``reads_odd_parameters`` says that the service takes what it cannot read of a query as not written.
    """
    template = find_template(path)
    if template is None or status == 405:
        return "" if status in {404, 405} else f"{method} {path} is not declared, and answers {status}"
    schema = _find_schema(method, template, status)
    if schema is None or (reads_odd_parameters and "/Unreadable/" in schema):
        return f"{method} {template} does not declare status {status}: {body}"
    errors = _make_validator(schema).iter_errors(body)
    return "\n".join(f"{method} {template} {status}: {one.json_path}: {one.message}"[:500] for one in errors)


@functools.cache
def _compile_paths():
    ordered = sorted(load_document()["paths"], key=lambda one: (one.count("{"), one))
    return [(one, re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(one)))) for one in ordered]


@functools.cache
def _find_schema(method, template, status):
    """Return the pointer of the schema of a body, empty for any body, None for a status that is not declared."""
    operation = load_document()["paths"][template].get(method.lower(), {})
    response = operation.get("responses", {}).get(str(status))
    if response is None:
        return None
    if "$ref" in response:
        name = response["$ref"].rpartition("/")[2]
        return f"#/components/responses/{name}/content/application~1json/schema"
    escaped = template.replace("~", "~0").replace("/", "~1").replace("{", "%7B").replace("}", "%7D")
    pointer = f"#/paths/{escaped}/{method.lower()}/responses/{status}/content/application~1json/schema"
    return pointer if "content" in response else ""


@functools.cache
def _make_validator(pointer):
    registry = Registry().with_resource(_BASE, DRAFT202012.create_resource(load_document()))
    return Draft202012Validator({"$ref": f"{_BASE}{pointer}"} if pointer else {}, registry=registry)
