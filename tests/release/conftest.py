"""Packages built from what is committed and what lies beside it, without anything that git ignores."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tools.packages import build_packages

ROOT = Path(__file__).parents[2]
# ``make image-check`` runs these: they take minutes, and an engine of containers that not every machine lets run.
collect_ignore = [] if os.environ.get("IMAGE_BASE") else ["test_release_image.py"]


@pytest.fixture(scope="session")
def root():
    """Return the top of the repository."""
    return ROOT


@pytest.fixture(scope="session")
def packages(tmp_path_factory):
    """Return the wheel and the source archive of the repository, built where it lies."""
    return build_packages(ROOT, into=tmp_path_factory.mktemp("packages"))


@pytest.fixture(scope="session")
def copy(tmp_path_factory):
    """Return a copy of the repository in another directory, with other times and permissions, and no git."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    place = tmp_path_factory.mktemp("elsewhere") / "a directory of another name"
    for name in filter(None, listed.stdout.split("\0")):
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, place / name)
        (place / name).chmod(0o600 | (ROOT / name).stat().st_mode & 0o100)
    return place
