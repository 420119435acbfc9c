"""Shared by all tests: golden texts, compared with the files beside the test, refreshed by one option."""

import difflib
from collections.abc import Callable
from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write golden files anew instead of comparing")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Return ``golden(name, text)``: compare ``text`` with ``golden/<name>`` beside the test file.

    ``name`` carries its suffix (``create.txt``) and may hold one folder (``quickstart/plan.txt``).
    Bytes count: newlines are compared as they are.
    """
    folder = request.path.parent / "golden"
    is_updating = bool(request.config.getoption("--update-golden"))

    def compare(name: str, text: str) -> None:
        path = folder / name
        if is_updating:
            _write(path, text)
            return
        if not path.is_file():
            pytest.fail(f"golden file {path.name} is missing: run pytest with --update-golden and review it")
        expected = path.read_bytes().decode("utf-8")
        if expected != text:
            pytest.fail(_explain(path.name, expected, text))

    return compare


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode("utf-8"))


def _explain(name: str, expected: str, text: str) -> str:
    rows = difflib.unified_diff(expected.splitlines(), text.splitlines(), "golden", "now", lineterm="")
    shown = "\n".join(row.replace("\x1b", "\\x1b") for row in rows)
    return f"{name} differs from its golden file (--update-golden accepts it):\n{shown}"
