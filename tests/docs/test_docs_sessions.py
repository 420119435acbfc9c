"""Every console session in the documents: its commands run, and print what the documents show."""

import shutil
from pathlib import Path

import pytest
from sessions import SessionError, refresh_sessions

_ROOT = Path(__file__).parents[2]
# The README's are run by the test of a fresh root.
_DOCUMENTS = ["examples/README.md", *(f"docs/{one.name}" for one in sorted((_ROOT / "docs").glob("*.md")))]
_PAGES = sorted(path for path in (_ROOT / "docs/diagnostics").glob("*.md") if "```console" in path.read_text("utf-8"))
_DOCUMENTS += [f"docs/diagnostics/{one.name}" for one in _PAGES]


@pytest.mark.parametrize("name", _DOCUMENTS)
def test_a_document_shows_what_its_commands_print(name, root, tmp_path, keep_document):
    place = tmp_path / "place"
    place.mkdir()
    shutil.copytree(root / "examples", place / "examples")
    keep_document(name, refresh_sessions((root / name).read_text(encoding="utf-8"), directory=place))


def _session(*lines: str) -> str:
    return "\n".join(("Before.", "```console", *lines, "```", "After.", ""))


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param(("$ echo one", "one"), id="output"),
        pytest.param(("$ echo one",), id="no output shown"),
        pytest.param(("$ printf 'a\\nb\\nc\\n'", "a", "...", "c"), id="some lines left out"),
        pytest.param(("$ echo one", "one", "", "$ echo two", "two"), id="a blank line between commands"),
        pytest.param(("$ mkdir here", "$ cd here", "$ basename $PWD", "here"), id="cd lasts"),
        pytest.param(("$ cat <<'END'", "> one", "> END", "one"), id="a command of several lines"),
        pytest.param(("$ false   # exit 1",), id="an exit code"),
        pytest.param(("$ echo 'complete after 7s'", "complete after 0s"), id="seconds are not compared"),
    ],
)
def test_a_true_session_is_left_as_it_is(lines, tmp_path):
    text = _session(*lines)
    assert refresh_sessions(text, directory=tmp_path) == text


def test_a_wrong_output_is_replaced_by_what_was_printed(tmp_path):
    written = refresh_sessions(_session("$ echo one", "two", "", "$ echo three", "three"), directory=tmp_path)
    assert written == _session("$ echo one", "one", "", "$ echo three", "three")


@pytest.mark.parametrize("command", ["false", "true   # exit 1"])
def test_an_exit_code_that_is_not_told_is_an_error(command, tmp_path):
    with pytest.raises(SessionError, match="exits with"):
        refresh_sessions(_session(f"$ {command}"), directory=tmp_path)


def test_blocks_of_other_languages_are_not_run(tmp_path):
    text = "```sh\n$ exit 7\n```\n"
    assert refresh_sessions(text, directory=tmp_path) == text
