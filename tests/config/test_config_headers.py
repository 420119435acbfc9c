"""Headers of blocks are found without a parser, and where the parser finds them."""

import pytest

from planner.config.headers import find_headers
from planner.config.positions import find_places

TEXT = """\
# first
[pool.a]
name = "x" # [pool.no]
[[pool.a.resources]]
flavor = "f"

  [ network.main-1 ]   # with a comment
cidr = "[pool.text]"
lists = [
  [1, 2],
]
[pool.a.lifecycle]
[pool.B_2]\r
"""


def find_by_parser(text):
    return {
        path: (place.line, place.column)
        for path, place in find_places(text).items()
        if len(path) == 2 and path[0] in {"pool", "network"}
    }


def test_headers_are_where_the_parser_finds_them():
    found = find_headers(TEXT)
    assert found == {("pool", "a"): (2, 7), ("network", "main-1"): (7, 13), ("pool", "B_2"): (13, 7)}
    assert found == find_by_parser(TEXT)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('[pool.a]\nname = """\n[pool.b]\n"""\n', id="a text of several lines"),
        pytest.param("[pool.a]\nname = '''\n[pool.b]\n'''\n", id="a literal text of several lines"),
    ],
)
def test_where_a_line_may_only_look_like_a_header_none_is_found(text):
    assert find_headers(text) == {}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('[pool."a"]\n', id="a quoted name"),
        pytest.param("[ pool . a ]\n", id="spaces around the dot"),
        pytest.param("pool.a.name = 1\n", id="a dotted key"),
        pytest.param("[pool.a.lifecycle]\n", id="a table below"),
        pytest.param("[[pool.a]]\n", id="an array"),
    ],
)
def test_what_is_spelled_in_another_way_is_left_to_the_parser(text):
    assert find_headers(text) == {}


def test_the_headers_of_every_example_are_where_the_parser_finds_them(request):
    texts = [path.read_text(encoding="utf-8") for path in (request.config.rootpath / "examples").rglob("*.pools.toml")]
    wrong = [text for text in texts if not find_headers(text).items() <= find_by_parser(text).items()]
    assert (len(texts) > 5, wrong) == (True, [])
