"""Whatever stands in a file, only diagnostics come out."""

import json
import string
import tempfile
from pathlib import Path

import pytest
from config_texts import NETWORK, POOL, load_text
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planner.config.load import load_configuration
from planner.config.schema import build_schema
from planner.core.diagnostics import Diagnostic

SCHEMA = build_schema()
WORDS = sorted({key for part in [SCHEMA, *SCHEMA["$defs"].values()] for key in part.get("properties", {})})
TAME = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])

SCALARS = st.one_of(
    st.sampled_from(
        ["true", "false", "inf", "nan", "1.5", "1979-05-27", "2026-12-01T00:00:00Z", "9999-12-31T23:59:59-12:00"]
    ),
    st.integers().map(str),
    st.sampled_from(
        ["Dedicate", "Logical", "${network.a.id}", "${pool.a.id}", "${var.x}", "resources[*]", "pool.a", "$${"]
    ).map(json.dumps),
    st.text(alphabet=string.printable, max_size=12).map(json.dumps),
)
KEYS = st.one_of(st.sampled_from([*WORDS, "a", "b", "moved", "for_each"]), st.text(max_size=4).map(json.dumps))


def write_list(values):
    return "[" + ", ".join(values) + "]"


def write_table(table):
    return "{" + ", ".join(f"{key} = {value}" for key, value in table.items()) + "}"


VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(write_list), st.dictionaries(KEYS, inner, max_size=4).map(write_table)
    ),
    max_leaves=25,
)
FILES = st.dictionaries(KEYS, VALUES, max_size=6).map(
    lambda table: "".join(f"{key} = {value}\n" for key, value in table.items())
)
GOOD = (
    NETWORK + POOL.replace("net-1", "${network.main.id}") + "lifecycle.ignore_changes = ['resources[*].count']\n"
).encode()


def load_bytes(content):
    with tempfile.TemporaryDirectory() as name:
        return load_text(Path(name), content)


def assert_told(loaded):
    """A configuration is either desired or explained, and its positions can be found."""
    assert all(isinstance(one, Diagnostic) for one in loaded.diagnostics)
    assert loaded.desired is not None or loaded.diagnostics
    assert bool(loaded.desired) is bool(loaded.config_digest)
    assert all(one.location and one.location.line >= 1 and one.location.column >= 1 for one in loaded.diagnostics)


@TAME
@given(st.binary(max_size=200))
def test_random_bytes_are_told(content):
    assert_told(load_bytes(content))


@TAME
@given(FILES)
def test_random_values_are_told(text):
    assert_told(load_bytes(text.encode("utf-8", "replace")))


@TAME
@given(VALUES, st.sampled_from(WORDS))
def test_random_values_in_a_pool_are_told(value, key):
    assert_told(load_bytes(f"{POOL}{key} = {value}\n".encode("utf-8", "replace")))


@TAME
@given(VALUES, st.sampled_from(WORDS))
def test_random_values_in_an_entry_are_told(value, key):
    text = f"{POOL}[[pool.b.resources]]\n{key} = {value}\n[[pool.b.resources]]\nflavor = 'f'\n{key} = {value}\n"
    assert_told(load_bytes(text.encode("utf-8", "replace")))


@TAME
@given(st.integers(0, len(GOOD)), st.integers(0, 20), st.binary(max_size=4))
def test_a_good_file_with_a_wound_is_told(start, length, patch):
    assert_told(load_bytes(GOOD[:start] + patch + GOOD[start + length :]))


@pytest.mark.parametrize("value", ['"x"', "3", "inf", "[1]", "[{}]", "{}", "{ a = 3 }", '{ a = "x" }', "{ a = [] }"])
@pytest.mark.parametrize("key", sorted(SCHEMA["properties"]))
def test_whatever_stands_for_a_block_is_told(key, value):
    assert_told(load_bytes(f"{key} = {value}\n".encode()))


def test_deep_brackets_are_told(tmp_path):
    (tmp_path / "a.pools.toml").write_text("a = " + "[" * 100_000, encoding="utf-8")
    (tmp_path / "b.pools.toml").write_text("a = " + "{ a = " * 100_000, encoding="utf-8")
    loaded = load_configuration(tmp_path, {})
    assert [one.code for one in loaded.diagnostics] == ["config.too-deep", "config.too-deep"]


def test_a_key_of_a_million_parts_is_told_at_once(tmp_path):
    (tmp_path / "a.pools.toml").write_text("a" + ".a" * 1_000_000 + " = 1", encoding="utf-8")
    assert [one.code for one in load_configuration(tmp_path, {}).diagnostics] == ["config.too-deep"]
