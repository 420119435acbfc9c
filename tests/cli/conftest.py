"""The command line in this process: arguments in, exit code and both streams out."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from planner.cli.entry import main


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a command ended."""

    code: int
    stdout: str
    stderr: str


Poolctl = Callable[..., Ended]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return an empty working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def poolctl(place: Path, capsys: pytest.CaptureFixture[str]) -> Poolctl:
    """Return ``poolctl(*arguments)``, which runs in the working directory."""

    def run(*arguments: str) -> Ended:
        capsys.readouterr()
        code = main(arguments)
        told = capsys.readouterr()
        return Ended(code=code, stdout=told.out, stderr=told.err)

    return run


@pytest.fixture
def starter(poolctl: Poolctl, place: Path) -> Path:
    """Return the configuration file of a fresh ``poolctl init``."""
    assert poolctl("init").code == 0
    return place / "main.pools.toml"


@pytest.fixture
def applied(poolctl: Poolctl, starter: Path) -> Path:
    """Return the configuration file of an applied starter: network.main and pool.starter are there."""
    assert poolctl("apply", "--auto-approve").code == 0
    return starter
