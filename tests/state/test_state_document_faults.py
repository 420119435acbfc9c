"""A damaged state is refused in words that name the place and the way out."""

import pytest
from test_state_document import TEXT

from planner.state.documents.state_document import parse_state
from planner.state.errors import DocumentError


def find_fault(text):
    with pytest.raises(DocumentError) as caught:
        parse_state(text, source="pools.state.json")
    return caught.value.diagnostics[0]


@pytest.mark.parametrize(
    ("text", "code", "shown", "words"),
    [
        pytest.param("", "state.empty", "", "no content", id="empty file"),
        pytest.param(" \n\n", "state.empty", " ", "no content", id="blank file"),
        pytest.param(
            TEXT[: TEXT.index('"last_seen"')],
            "state.truncated",
            '      "last_applied": {},',
            "cut off",
            id="cut off between values",
        ),
        pytest.param(
            TEXT[: TEXT.index('86c1"')], "state.truncated", '      "id": "a-', "cut off", id="cut off inside a text"
        ),
        pytest.param(TEXT[:-2], "state.truncated", "  }", "cut off", id="cut off before the last brace"),
        pytest.param(
            TEXT.replace('"serial": 3,', '"serial" 3,'),
            "state.not-json",
            '  "serial" 3,',
            "edited by hand",
            id="missing colon",
        ),
        pytest.param("PK\x03\x04", "state.not-json", "PK\x03\x04", "another file", id="not JSON at all"),
        pytest.param(
            TEXT.replace('  "serial": 3,', '<<<<<<< HEAD\n  "serial": 3,\n=======\n  "serial": 4,\n>>>>>>> topic'),
            "state.merge-conflict",
            "<<<<<<< HEAD",
            "merge-conflict marker",
            id="git's conflict markers",
        ),
        pytest.param(
            TEXT.replace('86c1",\n      "last', '86c1",\n||||||| base\n"last', 1),
            "state.merge-conflict",
            "||||||| base",
            "merge-conflict marker",
            id="diff3 marker",
        ),
        pytest.param(TEXT.replace('"1.0"', '"1.1"'), "state.newer-version", "", "1.1", id="newer minor version"),
        pytest.param(TEXT.replace('"1.0"', '"2.0"'), "state.newer-version", "", "2.0", id="newer major version"),
        pytest.param(
            TEXT.replace('"1.0"', "1.0"), "state.other-document", "", "format_version", id="version that is a number"
        ),
        pytest.param(
            TEXT.replace('"1.0"', '"0.9"'),
            "state.bad-document",
            '  "format_version": "0.9",',
            "format_version",
            id="older version",
        ),
        pytest.param("[]", "state.other-document", "", "something else", id="list"),
        pytest.param(
            '{"version": 4, "terraform_version": "1.11.4"}',
            "state.other-document",
            "",
            "Terraform",
            id="Terraform's state",
        ),
        pytest.param(
            '{"format_version": "1.0", "changes": []}', "state.other-document", "", "looks like a plan", id="a plan"
        ),
        pytest.param(
            TEXT.replace('"serial": 3', '"serial": "3"'),
            "state.bad-document",
            '  "serial": "3",',
            "serial is not a whole number",
            id="serial as text",
        ),
        pytest.param(
            TEXT.replace('"serial": 3', '"serial": true'),
            "state.bad-document",
            '  "serial": true,',
            "serial is not a whole number",
            id="serial as bool",
        ),
        pytest.param(
            TEXT.replace('"serial": 3', '"serial": -1'),
            "state.bad-document",
            '  "serial": -1,',
            "serial is too small",
            id="negative serial",
        ),
        pytest.param(
            TEXT.replace('"serial": 3', '"serial": NaN'), "state.bad-value", '  "serial": NaN,', "NaN", id="NaN"
        ),
        pytest.param(
            TEXT.replace('"serial": 3', '"serial": 1e999'),
            "state.bad-value",
            '  "serial": 1e999,',
            "1e999",
            id="infinite number",
        ),
        pytest.param(
            TEXT.replace('"serial": 3', '"serial": ' + "9" * 5000),
            "state.bad-value",
            "{",
            "digits",
            id="endless number",
        ),
        pytest.param("[" * 100_000, "state.bad-value", "[" * 200, "nested too deeply", id="endless nesting"),
        pytest.param(
            TEXT.replace('"serial": 3', '"serail": 3'),
            "state.bad-document",
            "{",
            "serial is missing",
            id="misspelt member",
        ),
        pytest.param(
            TEXT.replace("waiting", "color", 1),
            "state.bad-document",
            '    "pool.a[\\"é\\"]": {',
            "waiting is missing",
            id="member missing in a resource",
        ),
        pytest.param(
            TEXT.replace('"id": "a-86c1"', '"id": ""'),
            "state.bad-document",
            '      "id": "",',
            "id is empty",
            id="empty id",
        ),
        pytest.param(
            TEXT.replace('"pool.b"', '"pool b"'),
            "state.bad-document",
            '    "pool b": {',
            "is no address",
            id="bad address",
        ),
        pytest.param(
            TEXT.replace('"pool.b"', '"pool.b\\n"'),
            "state.bad-document",
            '    "pool.b\\n": {',
            "is no address",
            id="address with a newline",
        ),
        pytest.param(
            TEXT.replace('"a-86c1"', '"b-86c1"'),
            "state.bad-document",
            '      "id": "b-86c1",',
            "one object has one address",
            id="one id at two addresses",
        ),
        pytest.param(
            TEXT.replace('"pool.b"', '"pool.a[\\"é\\"]"'),
            "state.duplicate-name",
            '    "pool.a[\\"é\\"]": {',
            "stands twice",
            id="one address twice",
        ),
        pytest.param(
            TEXT.replace('  "serial": 3,', '  "serial": 3,\n  "serial": 4,'),
            "state.duplicate-name",
            '  "serial": 4,',
            "'serial'",
            id="member twice",
        ),
    ],
)
def test_damaged_state_is_refused_with_place_and_remedy(text, code, shown, words):
    fault = find_fault(text)
    assert fault.code == code
    assert (fault.location.file, fault.location.text) == ("pools.state.json", shown)
    assert text.split("\n")[fault.location.line - 1].startswith(shown)
    assert words in fault.detail
    assert "Nothing was overwritten." in fault.detail


def test_all_faults_are_told_at_once():
    text = TEXT.replace('"serial": 3', '"serial": "3"').replace('"waiting": ""', '"waiting": 1, "colour": 2')
    with pytest.raises(DocumentError) as caught:
        parse_state(text)
    details = " ".join(one.detail for one in caught.value.diagnostics)
    assert len(caught.value.diagnostics) == 3
    assert "serial" in details
    assert 'resources["pool.b"].waiting is not a text' in details
    assert 'resources["pool.b"].colour is not known here' in details


def test_misspelt_top_member_gets_a_suggestion():
    with pytest.raises(DocumentError) as caught:
        parse_state(TEXT.replace('"serial": 3', '"serail": 3'))
    assert "did you mean serial?" in caught.value.diagnostics[1].detail


def test_every_cut_of_the_document_is_refused_in_words():
    faults = [find_fault(TEXT[:length]) for length in range(len(TEXT) - 1)]
    assert {fault.code for fault in faults} == {"state.empty", "state.truncated"}
