"""The state in git, told by whole commands: clones that stand for machines, and one service."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from story_site import EMPTY, Story, flatten

from planner.simulator.requests import Request

BACKEND = "[backend.git]\n"
NETWORK = '[network.n]\nname = "net-n"\ncidr = "192.168.0.0/16"\n'
POOL = (
    '[pool.a]\nname = "gpu-a"\ntype = "Dedicate"\nscope = ["Train"]\nnetwork = "${network.n.id}"\n'
    '[[pool.a.resources]]\nflavor = "modelarts.vm.cpu.4ud"\ncount = 2\n'
)
CALL = "import sys; from planner.cli.entry import main; sys.exit(main(sys.argv[1:]))"


def call_git(directory: Path, *arguments: str) -> str:
    done = subprocess.run(["git", "-C", directory, *arguments], check=True, capture_output=True, text=True)
    return done.stdout


def start(story: Story, *arguments: str) -> "subprocess.Popen[str]":
    """Start poolctl in a process of its own, as on another machine."""
    command = [sys.executable, "-c", CALL, "-C", str(story.directory), *arguments]
    return subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


@dataclass
class Team:
    """Two clones of one repository with the same files; ``scene`` decides what happens to requests."""

    first: Story
    second: Story
    remote: Path
    scene: Story
    hits: list[str] = field(default_factory=list)

    def on_write(self, number: int, act: Callable[[], object]) -> None:
        """Call ``act`` when the ``number``-th write arrives, before it is done."""

        def look(request: Request) -> None:
            if request.is_write:
                self.hits.append(request.path)
                (act if len(self.hits) == number else lambda: None)()

        self.scene.fail = look


@pytest.fixture
def team(story: Story, tmp_path: Path) -> Team:
    remote = tmp_path / "remote.git"
    call_git(tmp_path, "init", "--quiet", "--bare", str(remote))
    members = []
    for name in ("first", "second"):
        call_git(tmp_path, "clone", "--quiet", remote.as_uri(), name)
        # In a folder: what git is told of paths must not depend on where it runs.
        (tmp_path / name / "prod").mkdir()
        members.append(
            Story(directory=tmp_path / name / "prod", server=story.server, settings='request_timeout = "3s"\n')
        )
        members[-1].files(BACKEND, NETWORK, POOL)
    return Team(first=members[0], second=members[1], remote=remote, scene=story)


def test_what_one_clone_applied_is_known_to_the_other(team: Team):
    assert team.first.apply("--reason", "INC-7").code == 0
    assert team.second.is_settled()
    assert team.second.run("state", "list").out.splitlines() == ["network.n", "pool.a"]
    assert "INC-7" in team.second.run("log").out
    assert "Nobody holds the lock." in team.second.run("lock", "status").out
    assert "poolctl-state of origin: serial" in team.second.run("doctor").out
    assert call_git(team.first.directory, "status", "--porcelain").split() == ["??", "prod/"]


def test_nothing_is_open_after_an_apply(team: Team):
    assert team.first.apply().code == 0
    planned = team.second.plan()
    assert (planned.code, "[settle" in planned.err) == (0, False), planned.err
    assert "Nobody" in team.second.run("lock", "status").out


def test_state_is_edited_for_all(team: Team):
    assert team.first.apply().code == 0
    assert team.second.run("state", "mv", "pool.a", "pool.b").code == 0
    assert team.first.run("state", "list").out.splitlines() == ["network.n", "pool.b"]
    assert team.first.run("state", "rm", "pool.b", "--auto-approve").code == 0
    assert team.second.run("state", "list").out.splitlines() == ["network.n"]


def test_second_of_two_applies_is_told_by_whom_and_loses_nothing(team: Team):
    arrived, go_on = threading.Event(), threading.Event()
    team.on_write(1, lambda: (arrived.set(), go_on.wait(60)))
    with start(team.first, "apply", "--auto-approve") as child:
        assert arrived.wait(60)
        refused = team.second.apply()
        shown = team.second.run("lock", "status").out
        go_on.set()
        out, err = child.communicate(timeout=120)
    assert child.returncode == 0, out + err
    assert refused.code == 1
    assert "[state.locked]" in refused.err
    assert f"Process:   {child.pid}" in refused.err
    assert f"{child.pid}" in shown
    assert team.second.is_settled()
    assert len(team.hits) == 2


def test_lost_disk_leaves_the_truth_and_nothing_is_made_twice(team: Team):
    children: list[subprocess.Popen[str]] = []
    team.on_write(2, lambda: children[0].kill())  # noqa: PLW0108 - the child is started below
    children.append(start(team.first, "apply", "--auto-approve"))
    children[0].communicate(timeout=120)
    shutil.rmtree(team.first.directory)
    planned = team.second.plan()
    assert (planned.code, planned.out.endswith(EMPTY)) == (0, True), planned.out
    assert "[settle.elsewhere]" in planned.err
    assert "shows that it was made" in flatten(planned.err)
    applied = team.second.apply("--lock-timeout", "90s")
    assert applied.code == 0, applied.err
    assert "was taken over" in applied.err
    assert [len(team.second.find_live(one)) for one in ("pools", "networks")] == [1, 1]
    assert len(team.hits) == 2
    assert team.second.is_settled()
    assert "pool.a  create  done" in team.second.run("log").out


def test_paused_apply_sends_nothing_more_once_somebody_took_the_lock(team: Team):
    children: list[subprocess.Popen[str]] = []
    team.on_write(1, lambda: children[0].send_signal(signal.SIGSTOP))
    children.append(start(team.first, "apply", "--auto-approve"))
    os.waitid(os.P_PID, children[0].pid, os.WSTOPPED | os.WNOWAIT)
    taken = team.second.run("apply", "--auto-approve", "--lock-timeout", "90s")
    assert taken.code == 0, taken.err
    children[0].send_signal(signal.SIGCONT)
    out, err = children[0].communicate(timeout=120)
    assert (children[0].returncode, "[state.lock-lost]" in err) == (1, True), out + err
    assert len(team.hits) == 2
    assert team.second.is_settled()


def test_remote_that_dies_during_an_apply_costs_no_state(team: Team):
    away = team.remote.with_name("away.git")
    team.on_write(1, lambda: team.remote.rename(away))
    ended = team.first.apply()
    assert ended.code == 1
    assert "[state.unreachable]" in ended.err
    assert "run `poolctl plan`: it reads the journal" in flatten(ended.err)
    assert team.first.run("plan").code == 1
    away.rename(team.remote)
    assert team.first.apply().code == 0
    assert team.second.is_settled()
    assert [len(team.second.find_live(one)) for one in ("pools", "networks")] == [1, 1]


def test_journal_of_a_run_that_another_clone_has_settled_changes_nothing(team: Team):
    away = team.remote.with_name("away.git")
    team.on_write(2, lambda: team.remote.rename(away))
    assert team.first.apply().code == 1
    away.rename(team.remote)
    assert team.second.apply("--lock-timeout", "90s").code == 0
    assert team.second.run("state", "mv", "pool.a", "pool.b").code == 0
    state = team.second.run("state", "list").out
    assert team.first.run("state", "list").out == state
    assert "with pool.b" in team.first.run("plan").err


def test_init_keeps_the_state_at_the_remote(team: Team):
    (team.second.directory / "main.pools.toml").unlink()
    ended = team.second.run("init")
    assert "The state will be pushed to origin, on a branch of its own." in ended.out
    assert "[backend.git]" in (team.second.directory / "main.pools.toml").read_text(encoding="utf-8")
    assert team.second.apply().code == 0
    assert "refs/heads/poolctl-state" in call_git(team.remote, "for-each-ref")


def test_living_holder_whose_lock_was_broken_stops_before_its_next_request(team: Team):
    def break_lock() -> None:
        lock_id = json.loads(team.second.run("lock", "status", "-o", "json").out)["holder"]["id"]
        assert team.second.run("force-unlock", lock_id).code == 0
        time.sleep(1.1)  # a holder looks once a second

    team.on_write(1, break_lock)
    ended = team.first.apply()
    assert (ended.code, "[state.lock-lost]" in ended.err) == (1, True), ended.err
    assert len(team.hits) == 1, "the network was under way; the pool that needs it was never asked for"
    assert "shows that it was made" in flatten(team.second.plan().err)
    assert team.second.apply().code == 0
    assert [len(team.second.find_live(one)) for one in ("pools", "networks")] == [1, 1]
    assert team.second.is_settled()
