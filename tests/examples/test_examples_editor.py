"""What an editor makes of the JSON Schema: a language server completes and explains every key, without network."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from lsp_client import LanguageServer
from schema_keys import find_tables

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*/*.pools.toml"))
TOMBI = str(Path(sys.executable).with_name("tombi"))
DIRECTIVE = "#:schema ../../schemas/config.schema.json\n"
TABLES = [pytest.param(table, id=table.path) for table in find_tables()]
KEYS = [
    pytest.param(table.write_key(key), part["description"], id=f"{table.path}.{key}")
    for table in find_tables()
    for key, part in table.keys.items()
]


class Editor:
    """An editor with a language server: each text is a new file beside the examples."""

    def __init__(self, server, directory):
        self._server, self._directory, self._count = server, directory, 0
        folder = {"uri": directory.as_uri(), "name": "examples"}
        server.request(
            "initialize",
            {"processId": None, "rootUri": folder["uri"], "workspaceFolders": [folder], "capabilities": {}},
        )
        server.notify("initialized", {})

    def complete(self, text):
        """Return what is offered at the end of ``text``; a key of one value alone is offered together with it."""
        items = self._ask("textDocument/completion", text, line=text.count("\n"), column=len(text.rpartition("\n")[2]))
        return {one["label"].partition(" = ")[0] for one in items}

    def explain(self, text):
        """Return what is shown over the first letter of the last line of ``text``."""
        found = self._ask("textDocument/hover", text, line=text.count("\n") - 1, column=0)
        return found["contents"]["value"]

    def _ask(self, method, text, *, line, column):
        self._count += 1
        uri = (self._directory / f"file{self._count}.pools.toml").as_uri()
        self._server.open(uri, DIRECTIVE + text)
        position = {"line": line + 1, "character": column}
        return self._server.request(method, {"textDocument": {"uri": uri}, "position": position})


@pytest.fixture(scope="module")
def editor(tmp_path_factory):
    environment = {"PATH": os.defpath, "HOME": str(tmp_path_factory.mktemp("home"))}
    directory = ROOT / "examples" / "quickstart"
    with LanguageServer([TOMBI, "lsp", "--offline"], directory=directory, environment=environment) as server:
        yield Editor(server, directory)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_an_example_names_its_schema(path):
    first = path.read_text(encoding="utf-8").split("\n")[0]
    assert first == DIRECTIVE.strip()
    assert (path.parent / first.removeprefix("#:schema ")).resolve() == ROOT / "schemas" / "config.schema.json"


def test_another_tool_finds_nothing_wrong_with_the_examples(tmp_path):
    ended = lint(EXAMPLES, home=tmp_path)
    assert (ended.returncode, ended.stderr) == (0, f"{len(EXAMPLES)} files linted successfully\n")


def test_another_tool_finds_by_the_schema_what_is_wrong(tmp_path):
    path = ROOT / "schemas" / "config.schema.json"
    wrong = tmp_path / "main.pools.toml"
    wrong.write_text(
        f'#:schema {path}\n[pool.a]\nname = "pool-a"\ntype = "Dedicated"\nresourses = []\n', encoding="utf-8"
    )
    ended = lint([wrong], home=tmp_path)
    assert ended.returncode == 1
    assert f"{wrong}:4:8" in ended.stderr
    assert f"{wrong}:5:1" in ended.stderr


def lint(paths, *, home):
    return subprocess.run(
        [TOMBI, "lint", "--offline", *map(str, paths)],
        cwd=ROOT,
        env={"PATH": os.defpath, "HOME": str(home), "NO_COLOR": "1"},
        capture_output=True,
        check=False,
        encoding="utf-8",
    )


def test_a_key_is_completed_from_its_first_letters(editor):
    assert "scope" in editor.complete("[pool.a]\nsc")


def test_a_value_is_completed(editor):
    assert {'"Dedicate"', '"Logical"'} <= editor.complete("[pool.a]\ntype = ")


@pytest.mark.parametrize("table", TABLES)
def test_every_key_of_a_table_is_offered(editor, table):
    assert table.keys.keys() <= editor.complete(table.headers)


@pytest.mark.parametrize(("text", "description"), KEYS)
def test_every_key_is_explained(editor, text, description):
    assert description in editor.explain(text)
