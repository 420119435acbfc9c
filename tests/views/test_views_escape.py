import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.views.escape import escape_text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("gpu-training", "gpu-training", id="plain text stays"),
        pytest.param("größe 日本", "größe 日本", id="letters of other scripts stay"),
        pytest.param("a\nb\tc\rd", "a\\nb\\tc\\rd", id="line breaks and tabs have names"),
        pytest.param("\x1b[2J", "\\x1b[2J", id="an escape sequence is spelled out"),
        pytest.param("\x9b2J", "\\x9b2J", id="a C1 control is spelled out"),
        pytest.param("\x7f\x00\x08", "\\x7f\\x00\\x08", id="delete, null and backspace"),
        pytest.param("a\u202eb", "a\\u202eb", id="a bidi override"),
        pytest.param("a\u200bb\ufeff", "a\\u200bb\\ufeff", id="zero-width characters"),
        pytest.param("\ud800", "\\ud800", id="a lone surrogate"),
        pytest.param("\u2028\u2029\u00a0", "\\u2028\\u2029\\xa0", id="separators other than a space"),
        pytest.param("\U000e0041", "\\U000e0041", id="a tag character"),
        pytest.param("\u3164\u2800\ufe0f", "\\u3164\\u2800\\ufe0f", id="blank letters and variation selectors"),
        pytest.param("C:\\x1b", "C:\\x1b", id="a backslash stays as it is"),
        pytest.param("", "", id="an empty text"),
    ],
)
def test_everything_invisible_is_spelled_out(text, expected):
    assert escape_text(text) == expected


@settings(deadline=None)
@given(st.text(alphabet=st.characters()))
def test_the_result_is_printable_and_stays_the_same_when_escaped_again(text):
    once = escape_text(text)
    assert once.isprintable()
    assert escape_text(once) == once
