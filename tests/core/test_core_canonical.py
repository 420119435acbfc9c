"""Canonical JSON: equal values come out the same, different ones never do."""

import hashlib
import json

import pytest
import rfc8785
from core_cases import TREES
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.core.addresses import Address
from planner.core.canonical import make_digest, make_plain
from planner.core.trees import ABSENT, CountRange, Reference, is_same

NETWORK = Reference(address=Address(kind="network", name="main"))
STRANGE = st.one_of(
    st.sampled_from(
        [NETWORK, ABSENT, None, 2**53, -(2**60), float("inf"), CountRange(minimum=1, maximum=2, initial=1)]
    ),
    st.sampled_from(
        [str(NETWORK), f"$reference:{NETWORK}", f"$${NETWORK}", "$absent", "$", "$$", "\ud800", '$text:"\\ud800"']
    ),
    st.sampled_from([str(2**53), "$number:inf", {"absent": True}, {"$": 1}, {"$$": 1}, "$range:1:2:1"]),
)


def test_a_digest_is_sha256_over_rfc_8785():
    text = '{"a":[1,true,null,"é"],"b":1e+21}'
    assert make_digest({"b": 1e21, "a": (1, True, None, "é")}) == "sha256:" + hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        pytest.param(NETWORK, "$reference:${network.main.id}", id="a reference"),
        pytest.param("${network.main.id}", "$${network.main.id}", id="a text that looks like it"),
        pytest.param("$5", "$$5", id="another text that starts so"),
        pytest.param("5$", "5$", id="a text that does not"),
        pytest.param(ABSENT, "$absent", id="absent"),
        pytest.param(None, None, id="null"),
        pytest.param(CountRange(minimum=1, maximum=4, initial=2), "$range:1:4:2", id="a range"),
        pytest.param(2**53 - 1, 2**53 - 1, id="the largest whole number that readers keep"),
        pytest.param(2**53, f"$number:{2**53}", id="a whole number that readers round"),
        pytest.param(-(2**53), f"$number:{-(2**53)}", id="the same below nought"),
        pytest.param(float("-inf"), "$number:-inf", id="a number that JSON lacks"),
        pytest.param(True, True, id="a truth value"),
        pytest.param(1e300, 1e300, id="a large fraction"),
        pytest.param({"a": ("b", ["c"])}, {"a": ["b", ["c"]]}, id="containers"),
        pytest.param({"\udfff": 1}, {'$text:"\\udfff"': 1}, id="a name that no UTF-8 holds"),
    ],
)
def test_a_value_is_spelled(value, plain):
    assert is_same(make_plain(value), plain)


@pytest.mark.parametrize(
    "value",
    [
        pytest.param([1, "a"], id="no object"),
        pytest.param({"a": {"b": [1, None]}}, id="nothing odd"),
        pytest.param({"a": {"b": 1.5}, "c": 2.0, "d": [3]}, id="a fraction in one member"),
        pytest.param({"a b": {"b": 1.5}}, id="a name with a blank beside a fraction"),
        pytest.param({"a": float("inf")}, id="a number that JSON lacks"),
        pytest.param({"a": NETWORK, "b": {"c": ABSENT}}, id="leaves that JSON lacks"),
        pytest.param({"a": NETWORK, "b": "\1x"}, id="one beside the mark in a text"),
        pytest.param({"a": NETWORK, "b": float("inf")}, id="one beside a number that JSON lacks"),
        pytest.param({"a": "$5"}, id="a text that starts with a dollar"),
        pytest.param({"\uffff": 1, "\U0001f600": 2}, id="names that sort otherwise by code point"),
    ],
)
def test_each_way_spells_as_rfc_8785(value):
    spelled = "sha256:" + hashlib.sha256(rfc8785.dumps(make_plain(value))).hexdigest()
    assert make_digest(value) == make_digest(value, is_large=True) == spelled


@settings(max_examples=1000, deadline=None)
@given(left=STRANGE, right=STRANGE)
def test_different_values_have_different_digests(left, right):
    assert (make_digest([left]) == make_digest([right])) is is_same(left, right)


ANY_TEXT = st.text(st.characters(codec=None, categories=None), max_size=4) | st.sampled_from(
    ["\1x", "$a", "1.5", "a\u007f"]
)
ANYTHING = st.recursive(
    STRANGE | ANY_TEXT | st.floats(allow_nan=False) | st.integers(-(2**60), 2**60) | st.booleans(),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(ANY_TEXT, below, max_size=3),
    max_leaves=6,
)


@settings(max_examples=1000, deadline=None)
@given(
    value=st.dictionaries(st.sampled_from(["a", "b", "\U0001f600", "\uffff", "x y"]) | ANY_TEXT, ANYTHING, max_size=3)
)
def test_the_quick_ways_spell_as_the_slow_one(value):
    spelled = "sha256:" + hashlib.sha256(rfc8785.dumps(make_plain(value))).hexdigest()
    assert make_digest(value) == make_digest(value, is_large=True) == spelled


@settings(max_examples=1000, deadline=None)
@given(tree=TREES)
def test_the_order_of_keys_and_a_trip_through_json_change_no_digest(tree):
    turned = dict(reversed(list(tree.items())))
    assert make_digest(turned) == make_digest(json.loads(json.dumps(tree))) == make_digest(tree)


def test_what_is_no_value_has_no_digest():
    with pytest.raises(rfc8785.CanonicalizationError):
        make_digest({"a": object()})
