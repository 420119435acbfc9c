"""Real commands on real pseudo-terminals of a given width: what they write, and what stands on the screen then."""

import os
import re
import shutil
import sys
from pathlib import Path

import pexpect
import pytest

ROOT = Path(__file__).parents[2]
ROWS = 50


@pytest.fixture
def place(tmp_path):
    """Return an empty working directory."""
    return tmp_path


@pytest.fixture
def example(place):
    """Return ``example(name)``: a copy of an example; the world that stands in it becomes the simulator's."""

    def copy(name):
        shutil.copytree(ROOT / "examples" / name, place, dirs_exist_ok=True)
        (place / ".poolctl").mkdir()
        for world in place.glob("world.json"):
            world.rename(place / ".poolctl" / "simulator.json")

    return copy


@pytest.fixture
def spawn(place, monkeypatch):
    """Return ``spawn(arguments, width=…)``: Python on a terminal of that width, which knows colours."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    children = []

    def start(arguments, *, width):
        # Without one of its own a child would get the environment of C, where readline sets COLUMNS.
        child = pexpect.spawn(
            sys.executable,
            [*arguments],
            cwd=str(place),
            env=dict(os.environ),
            timeout=60,
            encoding="utf-8",
            dimensions=(ROWS, width),
        )
        children.append(child)
        return child

    yield start
    for child in children:
        child.close(force=True)


@pytest.fixture
def run(spawn):
    """Return ``run(arguments, width=…, answer=…)``: all that poolctl writes; seconds that differ are none."""

    def finish(arguments, *, width, answer=None):
        child = spawn(["-m", "planner.cli.entry", *arguments], width=width)
        asked = ""
        if answer is not None:
            child.expect_exact("Enter a value: ")
            asked = child.before + child.after
            child.sendline(answer)
        child.expect(pexpect.EOF)
        return re.sub(r"after \d+s", "after 0s", asked + child.before).replace("\r\n", "\n")

    return finish
