"""A ref of states that somebody forced back: told by every clone that knows better, and by no other."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from story_site import Story, flatten, make_pool_block

FILES = ("[backend.git]\n", make_pool_block())
REF = "refs/heads/poolctl-state"
OLDER = "[state.older]"


def call_git(directory: Path, *arguments: str) -> str:
    done = subprocess.run(["git", "-C", directory, *arguments], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def make_clone(story: Story, place: Path, name: str) -> Story:
    call_git(place, "clone", "--quiet", (place / "remote.git").as_uri(), name)
    member = Story(directory=place / name, server=story.server)
    member.files(*FILES)
    return member


@pytest.fixture
def ann(story: Story, tmp_path: Path) -> Story:
    """A clone that has applied once."""
    call_git(tmp_path, "init", "--quiet", "--bare", "remote.git")
    story.seed_network("network-maos")
    made = make_clone(story, tmp_path, "ann")
    assert made.apply().code == 0
    return made


def put_back(ann: Story, act: tuple[str, ...]) -> str:
    """Let ``ann`` do one more thing, force the ref back to where it was before, and return that commit."""
    remote = ann.directory.with_name("remote.git")
    before = call_git(remote, "rev-parse", REF)
    ann.files("[backend.git]\n", make_pool_block('description = "again"'))
    assert ann.run(*act, "--auto-approve").code == 0
    call_git(remote, "update-ref", REF, before)
    return before


def check_told(clone: Story) -> None:
    """Plan warns and what writes is refused."""
    assert OLDER in clone.plan().err
    refused = clone.apply()
    assert (refused.code, OLDER in refused.err, clone.take_writes()) == (1, True, []), refused.err


def forget(clone: Story) -> None:
    """Let ``clone`` have nothing but what git knows."""
    shutil.rmtree(clone.directory / ".poolctl")


APPLY = ("apply",)
EDIT = ("state", "rm", "pool.a")


@pytest.mark.parametrize("act", [pytest.param(APPLY, id="an apply"), pytest.param(EDIT, id="an edit of the state")])
def test_ref_that_is_put_back_by_one_save_is_told(ann: Story, act: tuple[str, ...]):
    put_back(ann, act)
    call_git(ann.directory, "fetch", "--quiet", "--force", "origin")
    ann.take_writes()
    check_told(ann)
    assert "by " in flatten(ann.plan().err).partition("was saved before (")[2][:40]


def test_only_clones_that_know_better_are_alarmed_such_as_one_that_had_fetched(
    ann: Story, story: Story, tmp_path: Path
):
    bob = make_clone(story, tmp_path, "bob")
    before = put_back(ann, APPLY)
    fresh = make_clone(story, tmp_path, "carol")
    assert [OLDER in one.plan().err for one in (bob, fresh)] == [False, False]
    newer = call_git(ann.directory, "rev-parse", "refs/remotes/origin/poolctl-state")
    call_git(ann.directory, "push", "--quiet", "origin", f"{newer}:{REF}")
    call_git(bob.directory, "fetch", "--quiet")
    call_git(tmp_path / "remote.git", "update-ref", REF, before)
    bob.take_writes()
    assert OLDER in bob.plan().err
    call_git(bob.directory, "push", "--quiet", "--force", "origin", f"{newer}:{REF}")
    assert OLDER not in bob.plan().err


def test_an_apply_that_had_nothing_to_do_has_seen_the_newest(ann: Story, story: Story, tmp_path: Path):
    bob = make_clone(story, tmp_path, "bob")
    remote = tmp_path / "remote.git"
    before = call_git(remote, "rev-parse", REF)
    ann.files("[backend.git]\n", make_pool_block('description = "again"'))
    assert ann.apply().code == 0
    bob.files("[backend.git]\n", make_pool_block('description = "again"'))
    assert bob.apply().code == 0
    call_git(remote, "update-ref", REF, before)
    assert OLDER in bob.plan().err


def test_what_colleagues_do_alarms_nobody(ann: Story, story: Story, tmp_path: Path):
    bob = make_clone(story, tmp_path, "bob")
    call_git(ann.directory, "fetch", "--quiet")
    (bob.directory / "s.json").write_text(bob.run("state", "pull").out, encoding="utf-8")
    ann.files("[backend.git]\n", make_pool_block('description = "again"'))
    assert ann.apply().code == 0
    first = bob.run("log", "-n", "9").out
    assert bob.run("state", "push", "s.json", "--force", "--auto-approve").code == 0, first
    assert OLDER not in ann.plan().err
    serial = ann.run("log", "-n", "1").out.split()[1]
    assert bob.apply().code == 0
    assert bob.run("state", "rollback", serial, "--auto-approve").code == 0
    assert (ann.plan().code, OLDER in ann.plan().err) == (0, False)
    assert ann.apply().code == 0


def leave(_clone: Story) -> None:
    """Let a clone have what poolctl and git know."""


@pytest.mark.parametrize("lose", [leave, forget])
def test_a_ref_that_is_gone_is_told_where_it_was_known(ann: Story, lose: Callable[[Story], None]):
    lose(ann)
    call_git(ann.directory.with_name("remote.git"), "update-ref", "-d", REF)
    ann.take_writes()
    planned, applied = ann.plan(), ann.apply()
    told = [(one.code, OLDER in one.err, "[plan.exists]" in one.err) for one in (planned, applied)]
    assert told == [(1, True, True)] * 2
    assert "the state that was here is gone" in flatten(planned.err).lower()
    assert ann.take_writes() == []


def test_a_new_state_after_the_old_one_is_gone_alarms_nobody_any_more(ann: Story):
    call_git(ann.directory.with_name("remote.git"), "update-ref", "-d", REF)
    ann.drop_pool()
    assert OLDER in ann.apply().err
    assert OLDER not in ann.plan().err
    assert ann.is_settled()


def test_git_alone_tells_it_where_the_disk_of_poolctl_is_lost_and_the_way_on_works(ann: Story):
    put_back(ann, APPLY)
    forget(ann)
    ann.take_writes()
    check_told(ann)
    (ann.directory / "s.json").write_text(ann.run("state", "pull").out, encoding="utf-8")
    assert ann.run("state", "push", "s.json", "--force", "--auto-approve").code == 0
    assert OLDER not in ann.plan().err
    assert ann.apply().code == 0
