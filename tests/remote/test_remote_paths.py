import pytest

from planner.remote.errors import InvalidTarget
from planner.remote.paths import build_collection_path, build_resource_path, check_path, quote_segment


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        pytest.param("pool", "/v2/p/pools/x-1", id="pools are in version 2"),
        pytest.param("network", "/v1/p/networks/x-1", id="networks are in version 1"),
    ],
)
def test_each_kind_has_its_collection(kind, path):
    assert build_resource_path(kind, "x-1", project_id="p") == path


def test_an_unknown_kind_is_refused():
    with pytest.raises(InvalidTarget):
        build_collection_path("cluster", project_id="p")


def test_odd_characters_are_quoted():
    assert quote_segment("a b?c#d%e") == "a%20b%3Fc%23d%25e"


@pytest.mark.parametrize("text", ["", ".", "..", "...", "a/b", "../b", "a\\b", "a\nb", "a\x00", "a\u202eb", "x" * 257])
def test_an_id_that_could_point_elsewhere_is_refused(text):
    with pytest.raises(InvalidTarget) as caught:
        quote_segment(text)
    assert caught.value.diagnostics[0].detail.isprintable()


@pytest.mark.parametrize(
    "path",
    ["", "v2/p", "@evil.com/v2/p", "/v2", "/v2/p/../q", "/v2/p?x", "/v2/p#x", "/v2//p", "/v2/p\n", "/v2/\\p", "/x/p"],
)
def test_a_path_that_is_not_of_the_api_is_refused(path):
    with pytest.raises(InvalidTarget):
        check_path(path)
