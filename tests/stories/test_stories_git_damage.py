"""A state in git that somebody has broken on its branch: told in words, never overwritten, and brought back."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from story_site import Story, flatten, make_pool_block
from test_stories_state_versions import DAMAGES, OTHER

FILES = ("[backend.git]\n", make_pool_block(), OTHER)
STATE = "pools.state.json"


def call_git(directory: Path, *arguments: str) -> str:
    done = subprocess.run(["git", "-C", directory, *arguments], check=True, capture_output=True, text=True)
    return done.stdout


@pytest.fixture
def clone(story: Story, tmp_path: Path) -> Story:
    """A clone that has applied with its state at the remote, and moved a record."""
    call_git(tmp_path, "init", "--quiet", "--bare", "remote.git")
    call_git(tmp_path, "clone", "--quiet", (tmp_path / "remote.git").as_uri(), "clone")
    story.seed_network("network-maos")
    made = Story(directory=tmp_path / "clone", server=story.server)
    made.files(*FILES)
    assert made.apply().code == 0
    assert made.run("state", "mv", "pool.b", "pool.c").code == 0
    return made


def push_text(clone: Story, text: str) -> None:
    """Put ``text`` on the branch of the state by hand."""
    place = clone.directory.with_name("by-hand")
    remote = clone.directory.with_name("remote.git").as_uri()
    call_git(place.parent, "clone", "--quiet", "--branch", "poolctl-state", remote, place.name)
    (place / STATE).write_text(text, encoding="utf-8")
    who = ("-c", "user.name=a", "-c", "user.email=a@localhost")
    call_git(place, *who, "commit", "--quiet", "--all", "-m", "By hand")
    call_git(place, "push", "--quiet", "origin", "HEAD:poolctl-state")


@pytest.mark.parametrize(("damage", "code", "way"), DAMAGES)
def test_damaged_state_is_told_and_a_rollback_brings_an_earlier_one_back(
    clone: Story, damage: Callable[[str], str], code: str, way: str
):
    kept = clone.run("state", "pull").out
    spoiled = damage(kept)
    push_text(clone, spoiled)
    for command in (("plan",), ("apply", "--auto-approve"), ("state", "mv", "pool.a", "pool.z")):
        told = clone.run(*command)
        assert (told.code, f"[{code}]" in told.err, way in flatten(told.err)) == (1, True, True), told.err
    shown = call_git(clone.directory.with_name("remote.git"), "show", f"poolctl-state:{STATE}")
    assert shown == spoiled
    serial = int(clone.run("log", "-n", "1").out.split()[1])
    back = clone.run("state", "rollback", str(serial - 1), "--auto-approve")
    assert back.code == 0, back.err
    assert clone.run("state", "list").out.split() == ["pool.a", "pool.b"]
    assert clone.is_settled()
