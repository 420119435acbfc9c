"""The JSON Schema: fresh, complete, and of one mind with the loader."""

import datetime as dt
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import test_config_faults
import test_config_trees
from config_texts import NETWORK, POOL, load_text
from jsonschema import Draft202012Validator

from planner.config.schema import build_schema, find_schema

STORED = Path(__file__).parents[2] / "schemas" / "config.schema.json"
SCHEMA = build_schema()
VALIDATOR = Draft202012Validator(SCHEMA)


def as_json(value):
    """Return TOML values as JSON: moments become texts."""
    return json.loads(json.dumps(value, default=dt.datetime.isoformat))


def test_the_stored_schema_is_what_the_models_say():
    printed = subprocess.run(
        [sys.executable, "-m", "planner.config.schema"], capture_output=True, text=True, check=True, encoding="utf-8"
    ).stdout
    assert STORED.read_text(encoding="utf-8") == printed


def test_the_schema_is_a_schema():
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"


PARTS = [("", SCHEMA), *((name, one) for name, one in SCHEMA["$defs"].items() if name != "Expression")]
EXAMPLES = sorted((STORED.parents[1] / "examples").rglob("*.pools.toml"))


@pytest.mark.parametrize("path", [pytest.param(one, id=f"{one.parent.name}/{one.name}") for one in EXAMPLES])
def test_the_schema_takes_every_example_with_its_expressions(path):
    assert list(VALIDATOR.iter_errors(as_json(tomllib.loads(path.read_text(encoding="utf-8"))))) == []


@pytest.mark.parametrize(
    ("line", "is_valid"),
    [
        pytest.param('count = "${var.n}"', True, id="expression for a number"),
        pytest.param('count = "n"', False, id="text for a number"),
        pytest.param('count = 1\ntaints = [{ key = "a", effect = "${var.e}" }]', True, id="expression for a choice"),
        pytest.param('count = 1\ntaints = [{ key = "a", effect = "e" }]', False, id="text for a choice"),
    ],
)
def test_the_schema_tells_expressions_from_texts(line, is_valid):
    text = f"{POOL.rpartition('resources')[0]}[[pool.a.resources]]\nflavor = 'f'\n{line}\n"
    assert VALIDATOR.is_valid(as_json(tomllib.loads(text))) is is_valid


@pytest.mark.parametrize("text", ['[backend.local]\npath = "${var.p}"\n[[moved]]\nfrom = "${var.p}"\nto = "pool.a"\n'])
def test_the_schema_takes_no_expression_where_none_may_stand(text):
    assert not VALIDATOR.is_valid(as_json(tomllib.loads(text)))


KEYS = [
    pytest.param(part, id=f"{name}.{key}") for name, table in PARTS for key, part in table.get("properties", {}).items()
]


@pytest.mark.parametrize("part", KEYS)
def test_a_key_says_what_it_is_for(part):
    assert part.get("description", "")


@pytest.mark.parametrize("part", [pytest.param(one, id=name or "file") for name, one in PARTS])
def test_a_table_takes_no_unknown_keys(part):
    assert part["additionalProperties"] is False


def find_tree_cases():
    tests = (
        (test_config_trees.test_a_key_of_a_pool_has_its_place_in_the_api, POOL),
        (
            test_config_trees.test_a_key_of_an_entry_has_its_place_in_the_api,
            test_config_trees.BARE + test_config_trees.ENTRY,
        ),
        (test_config_trees.test_a_key_of_a_network_has_its_place_in_the_api, NETWORK),
    )
    return [
        pytest.param(f"{head}{case.values[0]}\n", id=f"{test.__name__}-{case.id}")
        for test, head in tests
        for case in test.pytestmark[0].args[1]
    ]


@pytest.mark.parametrize("text", find_tree_cases())
def test_what_the_loader_accepts_the_schema_accepts(text):
    assert list(VALIDATOR.iter_errors(as_json(tomllib.loads(text)))) == []


SHAPE_CODES = {"config.unknown-key", "config.wrong-type", "config.secret"}
MISSHAPEN = [
    pytest.param(case.values[0], id=case.id)
    for case in test_config_faults.CASES
    if case.values[1] in SHAPE_CODES and not re.search("endpoint|://[^/]*@", case.values[0]) and "date" not in case.id
]


@pytest.mark.parametrize("text", MISSHAPEN)
def test_what_has_a_wrong_shape_the_schema_refuses(text):
    # JSON knows no moments apart from texts, and calls 3.0 a whole number.
    assert list(VALIDATOR.iter_errors(as_json(tomllib.loads(text.replace("3.0", "3.5"))))) != []


def test_a_path_without_a_key_has_no_schema():
    assert find_schema(SCHEMA, ("pool", "a", "nothing", 0)) is None


def test_the_schema_line_of_an_editor_is_a_comment(tmp_path):
    assert load_text(tmp_path, "#:schema ../../schemas/config.schema.json\n" + POOL).desired is not None
