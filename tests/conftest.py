"""Shared by all tests: an environment that says nothing, and golden texts that one option refreshes."""

import difflib
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write golden files anew instead of comparing")
    parser.addoption("--random-runs", default="500", help="how many random lives of an estate are tried")


# What poolctl or a library below it reads: a test that wants one of these sets it itself.
_HEARD = ("HW_", "OS_", "POOLCTL_", "HUAWEICLOUD_", "HCLOUD_", "PG", "AWS_", "GIT_", "TF_")
_HEARD_EXACTLY = ("CI", "COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR")


@pytest.fixture(scope="session", autouse=True)
def _silence(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Run every test in an environment that says nothing, and in a home where no profile lies, whoever starts it."""
    git = Path.home() / ".gitconfig"
    with pytest.MonkeyPatch.context() as patch:
        for name in [*os.environ]:
            if name.startswith(_HEARD) or name in _HEARD_EXACTLY:
                patch.delenv(name)
        patch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
        # The terminals of the tests know escapes, also where the tests run without a terminal.
        patch.setenv("TERM", "xterm-256color")
        # Who commits is the affair of whoever runs the tests.
        patch.setenv("GIT_CONFIG_GLOBAL", str(git))
        yield


@pytest.fixture(scope="session", autouse=True)
def _hear_signals() -> None:
    """Let the signals of the tests arrive where ``nohup`` or a shell's ``&`` has had them ignored."""
    for number, usual in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, usual)


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
