"""A fresh root with only Python: install from the wheel, the tour of the README, uninstall; nothing is left behind.

It is here that the sessions of the README are run, and written anew by ``--update-golden``.
"""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from sessions import refresh_sessions

from tools.locks import load_lock, make_constraints
from tools.packages import build_packages


@dataclass(frozen=True, kw_only=True)
class _Root:
    """A Python without a single package, and a home, a place for scratch files and one to work in, all empty."""

    top: Path

    def run(self, *command):
        """Run a command that sees nothing of this process's environment."""
        work = self.top / "work"
        ended = subprocess.run(command, check=False, cwd=work, env=self.environment, capture_output=True, text=True)
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    def pip(self, *words):
        """Run the pip of the tests on the root; what is not compiled now is compiled by the tour, and has to go, too."""
        self.run(sys.executable, "-m", "pip", "--quiet", "--python", str(self.top / "python"), *map(str, words))

    @property
    def environment(self):
        paths = {"HOME": self.top / "home", "TMPDIR": self.top / "scratch"}
        return {name: str(path) for name, path in paths.items()} | {"PATH": f"{self.top}/python/bin:/usr/bin:/bin"}

    def list_files(self):
        return {path.relative_to(self.top).as_posix() for path in self.top.rglob("*")}


@pytest.fixture
def fresh(tmp_path_factory):
    top = tmp_path_factory.mktemp("fresh")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", top / "python"], check=True)
    for name in ("home", "scratch", "work"):
        (top / name).mkdir()
    return _Root(top=top)


def test_installed_toured_and_uninstalled_poolctl_leaves_nothing_behind(fresh, root, tmp_path, keep_document):
    wheel, _ = build_packages(root, into=tmp_path)
    lock = root / "requirements/run.lock"
    before = fresh.list_files()

    fresh.pip("install", "--no-cache-dir", "--no-compile", "--no-deps", "--require-hashes", "-r", lock)
    versions = tmp_path / "constraints.txt"
    versions.write_text(make_constraints(load_lock(lock)), encoding="utf-8")
    fresh.pip("install", "--no-compile", "--no-index", "--constraint", versions, wheel)
    fresh.pip("check")
    assert fresh.run("poolctl", "schema", "config") == (root / "schemas/config.schema.json").read_text(encoding="utf-8")
    assert fresh.run("poolctl", "explain", "usage") == (root / "docs/diagnostics/usage.md").read_text(encoding="utf-8")

    tour = (root / "README.md").read_text(encoding="utf-8")
    keep_document("README.md", refresh_sessions(tour, directory=fresh.top / "work", environment=fresh.environment))
    made = {path.name for path in (fresh.top / "work").iterdir()}
    assert made == {"tour", "colleague", "review.txt"}, "the tour's own files, where the user works"

    subprocess.run(["rm", "-r", *made], cwd=fresh.top / "work", check=True)
    (fresh.top / "work.cwd").unlink()
    fresh.pip("uninstall", "--yes", "poolctl", "-r", lock)
    assert fresh.list_files() == before
