"""``explain``: the pages of the codes, on the terminal."""

import subprocess
import sys
import zipfile

import pytest


def test_the_page_of_a_code_is_shown_as_it_stands_in_the_documents(poolctl, request):
    page = request.config.rootpath / "docs" / "diagnostics" / "config.syntax.md"
    ended = poolctl("explain", "config.syntax")
    assert (ended.code, ended.stdout, ended.stderr) == (0, page.read_text(encoding="utf-8"), "")


def test_a_code_may_be_copied_with_its_brackets(poolctl):
    assert poolctl("explain", "[config.syntax]").stdout == poolctl("explain", "config.syntax").stdout


def test_all_codes_are_listed_with_what_they_mean(poolctl):
    lines = poolctl("explain").stdout.splitlines()
    assert len(lines) > 150
    assert next(line for line in lines if line.startswith("config.syntax ")).endswith("  The file is not valid TOML.")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        pytest.param("config.sintax", "config.syntax", id="a letter wrong"),
        pytest.param("unknown-key", "config.unknown-key", id="without its family"),
        pytest.param("apply.unknown-key", "config.unknown-key", id="of another family"),
    ],
)
def test_a_misspelled_code_is_told_with_the_nearest(poolctl, typed, meant):
    ended = poolctl("explain", typed)
    assert (ended.code, ended.stdout) == (1, "")
    assert meant in " ".join(ended.stderr.split())


@pytest.mark.parametrize("typed", ["../../README", "README", "x" * 300, "\x1b[31m", ""])
def test_what_is_no_code_is_told(poolctl, typed):
    ended = poolctl("explain", typed)
    assert (ended.code, ended.stdout) == (1, "")
    assert "[explain.unknown-code]" in ended.stderr
    assert "\x1b[31m" not in ended.stderr


def test_codes_are_completed(poolctl, monkeypatch):
    monkeypatch.setenv("_POOLCTL_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", "poolctl explain config.sy")
    monkeypatch.setenv("COMP_CWORD", "2")
    assert poolctl().stdout.strip() == "plain,config.syntax"


def test_the_pages_come_with_the_package(request, tmp_path):
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=request.config.rootpath, check=True, capture_output=True)
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        pages = {name for name in wheel.namelist() if name.startswith("planner/pages/")}
    written = (request.config.rootpath / "docs" / "diagnostics").glob("*.md")
    assert pages == {f"planner/pages/{path.name}" for path in written}
