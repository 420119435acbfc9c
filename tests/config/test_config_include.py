"""``[include]``: files and values from elsewhere, and what cannot be included."""

import pytest
from config_texts import NETWORK, POOL, find_codes

from planner.config.load import load_configuration
from planner.core.addresses import parse_address

INCLUDE = '[include]\npaths = ["../template"]\nvar_files = ["../shared.vars.toml"]\n'
TEMPLATE = "[variable.n]\ntype = 'int'\n[variable.m]\ntype = 'int'\n" + POOL.replace("1", "'${var.n}'").replace(
    "net-'${var.n}'", "${network.main.id}"
)


@pytest.fixture
def tree(tmp_path):
    """Return a directory beside a template and a file of variables that it includes."""
    for name in ("template", "own"):
        (tmp_path / name).mkdir()
    (tmp_path / "template" / "pools.pools.toml").write_text(TEMPLATE, encoding="utf-8")
    (tmp_path / "shared.vars.toml").write_text("n = 2\nm = 2\n", encoding="utf-8")
    (tmp_path / "own" / "a.auto.vars.toml").write_text("m = 3\n", encoding="utf-8")
    return tmp_path


def load(tree, text):
    (tree / "own" / "main.pools.toml").write_text(text, encoding="utf-8")
    return load_configuration(tree / "own", {})


def test_included_files_are_read_as_if_they_stood_here(tree):
    loaded = load(tree, INCLUDE + NETWORK)
    assert find_codes(loaded) == []
    assert [str(one) for one in loaded.desired.resources] == ["pool.a", "network.main"]
    assert {one.name: (one.value, one.source) for one in loaded.variables} == {
        "n": (2, "auto_file"),
        "m": (3, "auto_file"),
    }
    place = loaded.sources.find(parse_address("pool.a"), "resources[f.small].count")
    assert (place.file, place.line) == ("../template/pools.pools.toml", 9)


def test_a_fault_in_an_included_file_is_told_with_its_path(tree):
    (tree / "template" / "pools.pools.toml").write_text(TEMPLATE + "colour = 1\n", encoding="utf-8")
    told = load(tree, INCLUDE + NETWORK).diagnostics
    assert [(one.code, one.location.file) for one in told] == [("config.unknown-key", "../template/pools.pools.toml")]


def test_the_same_address_here_and_there_is_an_error(tree):
    assert "config.duplicate-address" in find_codes(load(tree, INCLUDE + NETWORK + POOL))


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        pytest.param('paths = ["../nowhere"]', "is no directory", id="not there"),
        pytest.param('paths = ["/etc"]', "is not relative to this directory", id="absolute"),
        pytest.param('paths = ["~/x"]', "is not relative to this directory", id="home"),
        pytest.param('paths = ["../template", "../own/../template"]', "is read already", id="twice"),
        pytest.param('paths = ["."]', "is read already", id="itself"),
        pytest.param('paths = [".."]', "holds no file whose name ends in .pools.toml", id="empty"),
        pytest.param('paths = ["../template"]\nvar_files = ["/x.toml"]', "is not relative", id="absolute variables"),
    ],
)
def test_what_cannot_be_included_is_told_in_words(tree, lines, words):
    told = [one for one in load(tree, f"[include]\n{lines}\n{NETWORK}").diagnostics if one.code == "config.include"]
    assert len(told) == 1
    assert words in told[0].detail


def test_an_included_file_includes_nothing_itself(tree):
    text = '[include]\npaths = ["../own"]\n' + TEMPLATE
    (tree / "template" / "pools.pools.toml").write_text(text, encoding="utf-8")
    loaded = load(tree, INCLUDE + NETWORK)
    assert find_codes(loaded) == ["config.include"]
    assert "one level deep" in loaded.diagnostics[0].detail


def test_files_that_cannot_be_read_are_told(tree):
    (tree / "template" / "b.pools.toml").write_text("[", encoding="utf-8")
    (tree / "shared.vars.toml").unlink()
    assert find_codes(load(tree, INCLUDE + NETWORK))[:1] == ["config.syntax"]
    (tree / "template" / "b.pools.toml").unlink()
    assert "config.unreadable" in find_codes(load(tree, INCLUDE + NETWORK))
