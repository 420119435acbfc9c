"""The published schemas are those of the models, and what is written fits them."""

import json
import subprocess
import sys

import jsonschema
import pytest
from hypothesis import given, settings
from state_values import ROOT, STATES

from planner.state.documents.schemas import SCHEMAS, build_state_schema, format_schema
from planner.state.documents.state_document import format_state

NAMES = [pytest.param(name, id=name) for name in SCHEMAS]


@pytest.mark.parametrize("name", NAMES)
def test_published_schema_is_fresh(name):
    published = (ROOT / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8")
    assert published == format_schema(SCHEMAS[name]()), f"refresh: python -m planner.state.documents.schemas {name}"


@pytest.mark.parametrize("name", NAMES)
def test_schema_is_valid_in_its_dialect(name):
    jsonschema.Draft202012Validator.check_schema(SCHEMAS[name]())


@pytest.mark.parametrize("name", NAMES)
def test_every_member_is_described(name):
    schema = SCHEMAS[name]()
    objects = [schema, *schema["$defs"].values()]
    bare = [
        f"{one.get('description')}: {member}"
        for one in objects
        for member, inner in one["properties"].items()
        if "description" not in inner
    ]
    assert bare == []


@settings(deadline=None)
@given(state=STATES)
def test_every_state_fits_the_published_schema(state):
    jsonschema.validate(json.loads(format_state(state)), build_state_schema())


@pytest.mark.parametrize("name", NAMES)
def test_module_prints_the_schema(name):
    done = subprocess.run(
        [sys.executable, "-m", "planner.state.documents.schemas", name],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == format_schema(SCHEMAS[name]())


def test_module_names_its_schemas_when_asked_for_another():
    done = subprocess.run(
        [sys.executable, "-m", "planner.state.documents.schemas", "lock"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert "state|plan" in done.stderr
