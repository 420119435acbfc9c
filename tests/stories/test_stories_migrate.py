"""The state moves: from this disk into git and back, between directories, and never is it in two places."""

import json
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from story_site import Ended, Story, flatten, make_pool_block

GIT = "[backend.git]\n"
POOLS = (make_pool_block('description = "first"'), make_pool_block(address="b", name="gpu-b"))


def call_git(directory: Path, *arguments: str) -> str:
    done = subprocess.run(["git", "-C", directory, *arguments], check=True, capture_output=True, text=True)
    return done.stdout


@dataclass
class Move:
    """Two clones of one repository: ``ann`` has applied with the state on her disk, ``ben`` has her files."""

    ann: Story
    ben: Story
    remote: Path

    def go(self, *arguments: str, story: Story | None = None) -> Ended:
        """Name git in the files, and move the state there."""
        mover = story or self.ann
        mover.files(GIT, *POOLS)
        return mover.run("state", "migrate", "--auto-approve", *arguments)


@pytest.fixture
def move(story: Story, tmp_path: Path) -> Move:
    remote = tmp_path / "remote.git"
    call_git(tmp_path, "init", "--quiet", "--bare", str(remote))
    clones = []
    for name in ("ann", "ben"):
        call_git(tmp_path, "clone", "--quiet", remote.as_uri(), name)
        clones.append(Story(directory=tmp_path / name, server=story.server))
    story.seed_network("network-maos")
    ann, ben = clones
    ann.files(POOLS[0])
    assert ann.apply("--reason", "INC-1").code == 0
    ann.files(*POOLS)
    assert ann.apply("--reason", "INC-2").code == 0
    return Move(ann=ann, ben=ben, remote=remote)


def read(story: Story) -> str:
    return (story.directory / "pools.state.json").read_text(encoding="utf-8")


def test_state_moves_into_git_with_receipts_and_versions_and_the_next_plan_is_empty(move: Move):
    before = json.loads(read(move.ann))
    moved = move.go("--reason", "many hands")
    assert moved.code == 0, moved.err
    assert "Receipts that go along: 2; versions: 2." in moved.out
    assert move.ann.is_settled()
    move.ben.files(GIT, *POOLS)
    assert move.ben.is_settled()
    assert json.loads(move.ben.run("state", "pull").out) == before
    told = move.ben.run("log").out
    assert [one in told for one in ("INC-1", "INC-2", "many hands")] == [True] * 3
    first = json.loads(move.ben.run("log", "-o", "json").out)["receipts"][1]["serial"] + 1
    assert "  + pool.b" in move.ben.run("state", "diff", str(first)).out


def test_clone_with_the_old_files_is_told_where_the_state_went_and_changes_nothing(move: Move):
    shutil.copytree(move.ann.directory, move.ben.directory, dirs_exist_ok=True)
    assert move.go().code == 0
    shutil.copy(move.ann.directory / "pools.state.json", move.ben.directory / "pools.state.json")
    left = read(move.ben)
    for command in (("plan",), ("apply", "--auto-approve"), ("state", "list"), ("state", "mv", "pool.a", "pool.c")):
        refused = move.ben.run(*command)
        assert (refused.code, "[state.moved]" in refused.err) == (1, True), refused.err
        assert "moved to [backend.git] pools.state.json on poolctl-state of origin" in flatten(refused.err)
    assert (read(move.ben), move.ben.run("state", "pull").code) == (left, 0)
    assert "The state has moved" in flatten(move.ben.run("doctor").out)


def test_moving_twice_is_nothing_to_do(move: Move):
    assert move.go().code == 0
    again = move.go()
    assert (again.code, "moved to [backend.git]" in again.out) == (0, True), again.err


def test_state_moves_back_once_the_files_say_so(move: Move):
    assert move.go().code == 0
    assert move.ann.run("state", "mv", "pool.b", "pool.c").code == 0
    move.ann.files(*POOLS)
    back = move.ann.run("state", "migrate", "--from", "git", "--auto-approve")
    assert back.code == 0, back.err
    assert move.ann.run("state", "list").out.split() == ["pool.a", "pool.c"]
    assert move.ann.run("state", "mv", "pool.c", "pool.b").code == 0
    assert move.ann.is_settled()
    move.ben.files(GIT, *POOLS)
    assert "moved to [backend.local]" in flatten(move.ben.run("plan").err)


@pytest.mark.parametrize(
    "origin",
    [
        pytest.param("../ann", id="a directory with the old files"),
        pytest.param("../ann/pools.state.json", id="a state file"),
    ],
)
def test_state_moves_from_another_directory(move: Move, origin: str):
    move.ben.files(*POOLS)
    moved = move.ben.run("state", "migrate", "--from", origin, "--auto-approve")
    assert moved.code == 0, moved.err
    assert move.ben.is_settled()
    told = move.ann.run("plan")
    assert (told.code, "[state.moved]" in told.err) == (1, True), told.err
    # Where both are files of one name, their directories tell them apart.
    assert json.loads(read(move.ann))["moved_to"] == f"[backend.local] pools.state.json in {move.ben.directory}"
    assert move.ben.run("state", "migrate", "--from", origin).out.startswith("Nothing to do")


def test_state_that_was_left_behind_is_told_until_it_moves(move: Move):
    move.ann.files(GIT, *POOLS)
    told = move.ann.run("plan")
    assert (told.code, "[state.left-behind]" in told.err) == (1, True), told.err
    assert "poolctl state migrate --from local" in flatten(told.err)
    assert move.go().code == 0
    assert "[state.left-behind]" not in move.ann.plan().err


def test_nothing_is_moved_without_a_yes(move: Move):
    before = read(move.ann)
    move.ann.files(GIT, *POOLS)
    asked = move.ann.run("state", "migrate")
    assert (asked.code, "[approval.unasked]" in asked.err, read(move.ann)) == (1, True, before)
    assert call_git(move.remote, "for-each-ref") == ""


def apply_elsewhere(move: Move) -> None:
    move.ben.files(GIT, make_pool_block(address="z", name="gpu-z"))
    assert move.ben.apply().code == 0


def leave_open(move: Move) -> None:
    newest = max((move.ann.directory / ".poolctl" / "journal").glob("*.jsonl"))
    lines = newest.read_text(encoding="utf-8").splitlines(keepends=True)
    newest.write_text("".join(lines[:-1]), encoding="utf-8")


def hold_lock(move: Move) -> None:
    (move.ann.directory / "pools.state.json.lock").write_text('{"id": "abc", "host": "elsewhere"}', encoding="utf-8")


def spoil(move: Move) -> None:
    (move.ann.directory / "pools.state.json").write_text('{"format_version": "1.0", ', encoding="utf-8")


@pytest.mark.parametrize(
    ("prepare", "arguments", "code"),
    [
        pytest.param(apply_elsewhere, (), "state.target-taken", id="the new place has a state"),
        pytest.param(leave_open, (), "state.unsettled", id="a run is open"),
        pytest.param(hold_lock, (), "state.locked", id="somebody holds the lock"),
        pytest.param(spoil, (), "state.truncated", id="the state is damaged"),
        pytest.param(lambda _move: None, ("--from", "git"), "state.same-place", id="it is there already"),
        pytest.param(lambda _move: None, ("--from", "cloud"), "state.bad-place", id="no place"),
        pytest.param(lambda _move: None, ("--from", "git:ref"), "state.bad-place", id="a key without a value"),
        pytest.param(lambda _move: None, ("--from", "git:rev=x"), "config.unknown-key", id="an unknown key"),
        pytest.param(lambda _move: None, ("--from", "git:path=x.json"), "state.none", id="no state there"),
    ],
)
def test_what_cannot_be_moved_is_refused_in_words_and_stays(
    move: Move, prepare: Callable[[Move], None], arguments: tuple[str, ...], code: str
):
    prepare(move)
    before = read(move.ann)
    refused = move.go(*arguments)
    assert (refused.code, f"[{code}]" in refused.err) == (1, True), refused.err
    assert read(move.ann) == before


HOOK = """#!/bin/sh
n=$(cat {remote}/count 2>/dev/null || echo 0)
echo $((n + 1)) > {remote}/count
[ $n -lt 4 ]
"""


def test_move_that_is_stopped_after_each_save_goes_on_with_the_same_command(move: Move):
    hook = move.remote / "hooks" / "update"
    hook.write_text(HOOK.format(remote=move.remote), encoding="utf-8")
    hook.chmod(0o755)
    before = json.loads(read(move.ann))
    move.ben.files(GIT, *POOLS)

    def attempt() -> tuple[int, bool, str]:
        """Move with a remote that takes the lock and one save; return what both clones say then."""
        (move.remote / "count").unlink(missing_ok=True)
        code = move.go().code
        seen = move.ben.run("state", "list")
        return code, json.loads(read(move.ann)) == before, seen.out or flatten(seen.err)[2:39]

    ended = [attempt() for _ in range(5)]
    nothing, halfway = (1, True, ""), (1, True, "Error: The state has not arrived yet ")
    assert [(code, same, seen.strip("\n")) for code, same, seen in ended[:2]] == [nothing] * 2
    assert ended[2:4] == [halfway] * 2
    assert ended[4] == (0, False, "pool.a\npool.b\n")
    assert json.loads(move.ben.run("state", "pull").out) == before


def test_versions_that_arrived_alone_are_not_taken_for_the_state(move: Move):
    assert move.go().code == 0
    call_git(move.ben.directory, "fetch", "--quiet", "origin", "poolctl-state")
    subjects = call_git(move.ben.directory, "log", "--format=%H %s", "FETCH_HEAD").splitlines()
    serials = [line.split()[0] for line in subjects if ": serial " in line]
    call_git(move.ben.directory, "push", "--quiet", "--force", "origin", f"{serials[1]}:refs/heads/poolctl-state")
    move.ben.files(GIT, *POOLS)
    told = move.ben.run("plan")
    assert (told.code, "The state has not arrived yet" in flatten(told.err)) == (1, True), told.err


def test_state_moves_back_to_a_place_that_it_left_for_a_third(move: Move):
    assert move.go().code == 0
    move.ann.files('[backend.git]\npath = "third.json"\n', *POOLS)
    assert move.ann.run("state", "migrate", "--from", "git", "--auto-approve").code == 0
    move.ann.files(*POOLS)
    back = move.ann.run("state", "migrate", "--from", "git:path=third.json", "--auto-approve")
    assert back.code == 0, back.err
    assert "It was there before, and left for [backend.git] pools.state.json on" in flatten(back.out)
    assert move.ann.is_settled()


def test_older_state_does_not_move_to_a_place_that_knew_a_newer_one(move: Move):
    older = json.loads(read(move.ann))
    assert move.ann.run("state", "mv", "pool.b", "pool.c").code == 0
    assert move.ann.run("state", "mv", "pool.c", "pool.d").code == 0
    assert move.go().code == 0
    left = read(move.ann)
    (move.ben.directory / "older.json").write_text(json.dumps(older), encoding="utf-8")
    move.ann.files(*POOLS)
    refused = move.ann.run("state", "migrate", "--from", "../ben/older.json", "--auto-approve")
    assert (refused.code, "[state.target-taken]" in refused.err, read(move.ann)) == (1, True, left), refused.err


def test_move_back_that_was_stopped_before_the_mark_goes_on(move: Move):
    assert move.go().code == 0
    move.ann.files(*POOLS)
    hook = move.remote / "hooks" / "update"
    # The state arrives on the disk, and its old place takes the lock alone.
    hook.write_text('#!/bin/sh\ncase "$1" in *-lock/*) ;; *) exit 1 ;; esac\n', encoding="utf-8")
    hook.chmod(0o755)
    back = ("state", "migrate", "--from", "git", "--auto-approve")
    stopped = move.ann.run(*back)
    assert (stopped.code, "moved_to" in read(move.ann)) == (1, False), stopped.err
    hook.unlink()
    again = move.ann.run(*back)
    assert (again.code, "is left to be marked" in flatten(again.out)) == (0, True), again.err
    assert move.ann.is_settled()


def spoil_remote(move: Move) -> None:
    work = move.remote.parent / "work"
    call_git(move.remote.parent, "clone", "--quiet", "--branch", "poolctl-state", move.remote.as_uri(), "work")
    (work / "pools.state.json").write_text("{", encoding="utf-8")
    who = ("-c", "user.name=a", "-c", "user.email=a@localhost")
    call_git(work, *who, "commit", "--quiet", "--all", "--message", "oops")
    call_git(work, "push", "--quiet")


def test_damaged_shared_state_gives_way_to_no_older_one_on_a_disk_that_knows_nothing(move: Move):
    older = json.loads(read(move.ann))
    assert move.go().code == 0
    assert move.ann.run("state", "mv", "pool.b", "pool.c").code == 0
    newest = json.loads(move.ann.run("state", "pull").out)["serial"]
    spoil_remote(move)
    move.ben.files(GIT, *POOLS)
    (move.ben.directory / "older.json").write_text(json.dumps(older), encoding="utf-8")
    refused = move.ben.run("state", "push", "older.json", "--auto-approve")
    assert (refused.code, f"serial {newest} was saved since" in flatten(refused.err)) == (1, True), refused.err
    back = move.ben.run("state", "rollback", str(older["serial"]), "--auto-approve")
    assert back.code == 0, back.err
    assert json.loads(move.ben.run("state", "pull").out)["serial"] == newest + 1


@pytest.mark.parametrize(
    "origin",
    [
        pytest.param("postgres://u:hunter2@h/db", id="of a kind"),
        pytest.param("postgresql://u:hunter2@h/db", id="of no kind"),
        pytest.param("a" * 400 + "://u:hunter2@h", id="too long for a path"),
    ],
)
def test_password_in_the_name_of_the_old_place_is_not_told(move: Move, origin: str):
    refused = move.go("--from", origin)
    assert (refused.code, "[state.bad-place]" in refused.err) == (1, True), refused.err
    assert "hunter2" not in flatten(refused.out + refused.err)
