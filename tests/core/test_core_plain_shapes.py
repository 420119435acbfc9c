"""A quick look at a value says yes only to what a schema plainly takes."""

import datetime as dt

import pytest

from planner.core.plain_shapes import build_check, strip_words

AWARE = dt.datetime(2026, 12, 1, tzinfo=dt.UTC)
CLOSED = {
    "type": "object",
    "properties": {"a": {"type": "integer"}, "b": {"type": "string"}},
    "required": ["a"],
    "additionalProperties": False,
}
NAMED = {"type": "object", "patternProperties": {"^[a-z]+$": {"type": "integer"}, "^[A-Z]+$": {"type": "boolean"}}}
MAP = {"type": "object", "additionalProperties": {"type": "string"}, "propertyNames": {"minLength": 2, "maxLength": 3}}
LIST = {"type": "array", "items": {"type": "integer"}, "minItems": 1, "maxItems": 2}
TREE = {
    "$ref": "#/$defs/Node",
    "$defs": {"Node": {"type": "object", "properties": {"below": {"$ref": "#/$defs/Node"}}, "title": "Node"}},
}


def show(value):
    return repr(value)[:40]


@pytest.mark.parametrize(
    ("schema", "values"),
    [
        pytest.param({}, [1, None, "a", {}], id="anything"),
        pytest.param({"description": "words", "title": "T", "default": None}, [1], id="words alone"),
        pytest.param({"type": "integer", "minimum": 0, "maximum": 3}, [0, 3], id="integer"),
        pytest.param({"type": "integer"}, [-(10**30), 10**30], id="integer without bounds"),
        pytest.param({"type": "number", "minimum": 0, "maximum": 3}, [0, 2.5], id="number"),
        pytest.param({"type": "boolean"}, [True, False], id="boolean"),
        pytest.param({"type": "null"}, [None], id="null"),
        pytest.param({"type": "string"}, ["", "\ud800", "a\n"], id="text"),
        pytest.param({"type": "string", "minLength": 1, "maxLength": 2}, ["a", "é\n"], id="length"),
        pytest.param({"type": "string", "pattern": "^a+$"}, ["a", "aa"], id="pattern"),
        pytest.param({"type": "string", "pattern": "a+"}, ["bab", "a\n"], id="pattern without an end"),
        pytest.param({"type": "string", "enum": ["a", "b"]}, ["a", "b"], id="choice"),
        pytest.param({"enum": ["a"]}, ["a"], id="choice without a type"),
        pytest.param({"type": "string", "const": "a"}, ["a"], id="constant"),
        pytest.param({"type": "string", "format": "date-time"}, [AWARE], id="moment"),
        pytest.param(CLOSED, [{"a": 1}, {"a": 1, "b": ""}], id="object"),
        pytest.param({"type": "object"}, [{}, {"x": [1]}], id="open object"),
        pytest.param(NAMED, [{}, {"ab": 1, "AB": True}], id="members by pattern"),
        pytest.param(MAP, [{}, {"ab": ""}], id="map"),
        pytest.param({"type": "object", "additionalProperties": {"type": "null"}}, [{"": None}], id="map of any name"),
        pytest.param(LIST, [[1], [1, 2]], id="list"),
        pytest.param({"type": "array"}, [[], [1, "a"]], id="any list"),
        pytest.param({"anyOf": [{"type": "integer"}, {"type": "null"}]}, [1, None], id="one of two"),
        pytest.param({"anyOf": [{"type": "integer"}]}, [1], id="one of one"),
        pytest.param({"oneOf": [{"type": "integer"}, CLOSED], "default": None}, [1, {"a": 1}], id="either"),
        pytest.param(TREE, [{}, {"below": {"below": {}}}], id="definition"),
    ],
)
def test_what_a_schema_takes_is_plain(schema, values):
    check = build_check(schema)
    assert [show(one) for one in values if not check(one)] == []


@pytest.mark.parametrize(
    ("schema", "values"),
    [
        pytest.param({"type": "integer", "minimum": 0, "maximum": 3}, [-1, 4, True, 1.0, "1", None], id="integer"),
        pytest.param({"type": "number", "minimum": 0, "maximum": 3}, [float("nan"), 4.0, True, "1"], id="number"),
        pytest.param({"type": "boolean"}, [0, 1, "true", None], id="boolean"),
        pytest.param({"type": "null"}, [0, "", False], id="null"),
        pytest.param({"type": "string"}, [1, None, b"a", ["a"]], id="text"),
        pytest.param({"type": "string", "minLength": 1, "maxLength": 2}, ["", "abc"], id="length"),
        pytest.param({"type": "string", "pattern": "^a+$"}, ["", "b", "a\n", "ab"], id="pattern"),
        pytest.param({"type": "string", "enum": ["a", "b"]}, ["c", "", 1, None], id="choice"),
        pytest.param({"type": "string", "const": "a"}, ["b", 1], id="constant"),
        pytest.param({"type": "string", "format": "date-time"}, ["2026-12-01T00:00:00Z", AWARE.replace(tzinfo=None)], id="moment"),
        pytest.param(CLOSED, [{}, {"a": "1"}, {"a": 1, "c": 1}, {"b": ""}, [], None], id="object"),
        pytest.param(NAMED, [{"a1": 1}, {"ab": True}, {"a\n": 1}], id="members by pattern"),
        pytest.param(MAP, [{"a": ""}, {"abcd": ""}, {"ab": 1}], id="map"),
        pytest.param(LIST, [[], [1, 2, 3], ["a"], (1,), {}], id="list"),
        pytest.param({"anyOf": [{"type": "integer"}, {"type": "null"}]}, ["", 1.5], id="one of two"),
        pytest.param(TREE, [{"below": 1}, {"below": {"below": None}}], id="definition"),
    ],
)  # fmt: skip
def test_what_a_schema_refuses_is_not_plain(schema, values):
    check = build_check(schema)
    assert [show(one) for one in values if check(one)] == []


@pytest.mark.parametrize(
    "schema",
    [
        pytest.param({"type": "string", "contentEncoding": "base64"}, id="text"),
        pytest.param({"type": "string", "format": "date-time", "pattern": "^a"}, id="moment with a pattern"),
        pytest.param({"type": "string", "enum": ["a"], "maxLength": 1}, id="choice with a length"),
        pytest.param({"type": "integer", "multipleOf": 1}, id="number"),
        pytest.param({"type": "object", "minProperties": 0}, id="object"),
        pytest.param({"type": "array", "uniqueItems": False}, id="list"),
        pytest.param({"enum": ["a", 1]}, id="choice of other types"),
        pytest.param({"const": 1}, id="constant of another type"),
        pytest.param({"not": {}}, id="word"),
        pytest.param({"$ref": "#/$defs/A", "minimum": 1, "$defs": {"A": {}}}, id="word beside a reference"),
        pytest.param({"anyOf": [{}], "not": {"const": 1}}, id="word beside a choice"),
    ],
)
def test_what_a_schema_says_in_other_words_is_never_plain(schema):
    check = build_check(schema)
    assert [show(one) for one in ("a", 1, {}, [], None, AWARE) if check(one)] == []


def test_words_and_nulls_are_taken_out_and_members_of_these_names_stay():
    schema = {
        "title": "T",
        "properties": {"title": {"anyOf": [{"type": "string"}, {"type": "null"}], "description": "words"}},
        "$defs": {"default": {"default": None, "items": {"title": "T", "enum": ["title"]}}},
    }
    assert strip_words(schema) == {
        "properties": {"title": {"anyOf": [{"type": "string"}]}},
        "$defs": {"default": {"items": {"enum": ["title"]}}},
    }
    assert strip_words(schema, has_null=True)["properties"]["title"]["anyOf"] == [{"type": "string"}, {"type": "null"}]
