"""``fmt`` and ``validate`` on the TOML test suite: what is valid is kept, what is not is told with its place."""

import json
import tomllib

import pytest
import tree_sitter_toml
from toml_suite import load_documents
from tree_sitter import Language, Parser, Query, QueryCursor

from planner.cli.entry import main
from planner.config.layout import format_text

VALID = load_documents("valid")
INVALID = load_documents("invalid")
LANGUAGE = Language(tree_sitter_toml.language())
COMMENTS = Query(LANGUAGE, "(comment) @comment")


def read_comments(text):
    """Return the comments as another parser finds them."""
    found = QueryCursor(COMMENTS).captures(Parser(LANGUAGE).parse(text.encode()).root_node)
    nodes = sorted(found.get("comment", []), key=lambda node: node.start_byte)
    return [node.text.decode().rstrip() for node in nodes]


def read_values(text):
    """Return the values with their types and their order; repr also makes a nan equal to itself."""
    return repr(tomllib.loads(text))


def test_the_suite_is_there():
    assert (len(VALID) > 200, len(INVALID) > 350) == (True, True)


@pytest.mark.parametrize("name", VALID)
def test_a_valid_document_keeps_its_values_and_comments_and_is_laid_out_once_for_all(name):
    text = VALID[name].decode()
    laid_out = format_text(text)
    assert read_values(laid_out) == read_values(text)
    assert read_comments(laid_out) == read_comments(text.replace("\r\n", "\n"))
    assert format_text(laid_out) == laid_out


@pytest.mark.parametrize("name", INVALID)
def test_an_invalid_document_is_told_with_its_place(name, tmp_path, capsys):
    (tmp_path / "main.pools.toml").write_bytes(INVALID[name])
    code = main(["-C", str(tmp_path), "validate", "-o", "json"])
    told = capsys.readouterr()
    first = json.loads(told.out)["diagnostics"][0]
    assert (code, told.err) == (1, "")
    assert first["location"]["file"] == "main.pools.toml"
    assert first["location"]["line"] <= INVALID[name].count(b"\n") + 1
    assert first["location"]["column"] >= 1
    assert first["code"].startswith("config.")


@pytest.mark.parametrize("name", INVALID)
def test_fmt_leaves_an_invalid_document_as_it_is(name, tmp_path, capsys):
    path = tmp_path / "main.pools.toml"
    path.write_bytes(INVALID[name])
    code = main(["-C", str(tmp_path), "fmt"])
    told = capsys.readouterr()
    assert (code, told.out, path.read_bytes()) == (1, "", INVALID[name])
    assert "on main.pools.toml line " in told.err
    assert "Traceback" not in told.err
