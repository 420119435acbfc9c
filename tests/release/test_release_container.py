"""The container's recipe: its lines, and what they name; test_release_image.py builds and runs it."""

import json
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def recipe(root):
    """Return the recipe's instructions as (word, rest), continued lines joined."""
    text = (root / "Containerfile").read_text(encoding="utf-8").replace("\\\n", "")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(word, " ".join(rest.split())) for word, _, rest in (line.partition(" ") for line in lines)]


def _find(recipe, word):
    return [rest for name, rest in recipe if name == word]


def test_the_linter_of_recipes_finds_nothing(root):
    hadolint = shutil.which("hadolint", path=str(Path(sys.executable).parent))
    ended = subprocess.run([hadolint, "Containerfile"], cwd=root, check=False, capture_output=True, text=True)
    assert (ended.returncode, ended.stdout + ended.stderr) == (0, "")


def test_signals_reach_poolctl_itself(recipe, packages):
    (command,) = _find(recipe, "ENTRYPOINT")
    with zipfile.ZipFile(packages[0]) as wheel:
        entries = wheel.read("poolctl-0.1.0.dist-info/entry_points.txt").decode()
    assert json.loads(command) == ["poolctl"]
    assert "\npoolctl = planner.cli." in entries


def test_it_does_not_run_as_root(recipe):
    (user,) = _find(recipe, "USER")
    assert re.fullmatch(r"[1-9][0-9]{3,}:[1-9][0-9]{3,}", user)


def test_the_home_is_not_the_directory_that_is_worked_in(recipe):
    (settings,), (work,) = _find(recipe, "ENV"), _find(recipe, "WORKDIR")[-1:]
    assert (settings.split()[-1], work) == ("HOME=/home/poolctl", "/work")


def test_the_base_can_be_given_by_its_digest(recipe):
    assert _find(recipe, "ARG") == ["BASE=python:3.13-slim"]
    assert {rest.split()[0] for rest in _find(recipe, "FROM")} == {"${BASE}"}


def test_packages_are_checked_against_their_hashes_and_poolctl_against_no_registry(recipe):
    lock, wheel, *_ = [rest for rest in _find(recipe, "RUN") if "pip install" in rest]
    assert "--require-hashes -r run.lock" in lock
    assert "--no-index ./*.whl" in wheel


def test_what_is_copied_is_what_the_build_sees(recipe, root):
    copied = [rest.split()[0] for rest in _find(recipe, "COPY") if not rest.startswith("--from")]
    seen = (root / ".containerignore").read_text(encoding="utf-8").split()
    assert seen == ["*", *(f"!{one}" for one in copied)]
