import pytest
from views_plans import NETWORK

from planner.core.trees import ABSENT, CountRange, Reference
from planner.views.values import build_file_names, format_value, lay_out_value


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(ABSENT, "null", id="absent"),
        pytest.param(None, "null", id="null"),
        pytest.param(True, "true", id="a bool is no number"),
        pytest.param(0, "0", id="zero"),
        pytest.param(1.0, "1.0", id="a float keeps its point"),
        pytest.param("", '""', id="an empty text"),
        pytest.param('say "hi" \\ \x1b', '"say \\"hi\\" \\\\ \\x1b"', id="quotes, backslashes and controls"),
        pytest.param([], "[]", id="an empty list"),
        pytest.param(["a", 1, None], '["a", 1, null]', id="a list"),
        pytest.param({}, "{}", id="an empty map"),
        pytest.param(
            {"a-b": 1, "a.b": 2, "ü": 3}, '{ a-b = 1, "a.b" = 2, "ü" = 3 }', id="map keys are quoted where needed"
        ),
        pytest.param(Reference(address=NETWORK), "(known after apply)", id="a reference"),
        pytest.param(CountRange(minimum=1, maximum=4, initial=2), "{ min = 1, max = 4, initial = 2 }", id="a range"),
    ],
)
def test_value_reads_like_hcl(value, expected):
    assert format_value(value) == expected


def test_value_that_does_not_fit_opens_its_lists_and_maps():
    value = {"name": "n" * 20, "azs": [{"az": "eu-de-01", "count": 2}], "tags": []}
    assert lay_out_value(value, indent=4, taken=10, width=44) == [
        "{",
        f'        name = "{"n" * 20}"',
        "        azs  = [",
        '            { az = "eu-de-01", count = 2 },',
        "        ]",
        "        tags = []",
        "    }",
    ]


def test_text_that_does_not_fit_is_not_broken():
    assert lay_out_value("x" * 300, indent=0, taken=0, width=40) == ['"' + "x" * 300 + '"']


def test_member_names_are_those_of_the_files_but_keys_of_users_stay():
    api = {"nodePool": "p", "rootVolume": {"volumeType": "SSD"}, "labels": {"nodeRole": 1}, "extendParams": {"aB": 2}}
    assert build_file_names([api]) == [
        {"node_pool": "p", "root_volume": {"volume_type": "SSD"}, "labels": {"nodeRole": 1}, "extend_params": {"aB": 2}}
    ]
