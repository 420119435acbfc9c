"""The state in PostgreSQL, told by whole commands: two directories, one database, and one service."""

import json
import os
import signal
import subprocess
import threading
from pathlib import Path

import pytest
from postgres_site import find_cluster, make_backend, serve_cluster
from story_site import EMPTY, Story, flatten
from team_site import Team, format_postgres_backend, make_team, read_all

BRIEF = 'request_timeout = "3s"\n'


@pytest.fixture
def team(story: Story, tmp_path: Path) -> Team:
    return make_team(story, tmp_path, format_postgres_backend(make_backend(tmp_path)), settings=BRIEF)


def test_what_one_directory_applied_is_known_to_the_other(team: Team):
    assert team.first.apply("--reason", "INC-7").code == 0
    assert team.second.is_settled()
    assert team.second.run("state", "list").out.splitlines() == ["network.n", "pool.a"]
    assert "INC-7" in team.second.run("log").out
    assert team.second.run("lock", "status").out == "Nobody holds the lock.\n"
    assert "postgresql://127.0.0.1:" in flatten(team.second.run("doctor").out)


def test_plan_makes_nothing_in_the_database(team: Team, tmp_path: Path):
    assert team.first.plan().code == 2
    schema = make_backend(tmp_path).schema
    assert find_cluster().execute(f"SELECT 1 FROM pg_namespace WHERE nspname = '{schema}'") == []


def test_second_of_two_applies_is_told_by_whom_and_loses_nothing(team: Team):
    arrived, go_on = threading.Event(), threading.Event()
    team.on_write(1, lambda: (arrived.set(), go_on.wait(60)))
    with team.start("apply", "--auto-approve") as child:
        assert arrived.wait(60)
        refused = team.second.apply()
        shown = team.second.run("lock", "status").out
        go_on.set()
        out, err = child.communicate(timeout=120)
    assert child.returncode == 0, out + err
    assert (refused.code, "[state.locked]" in refused.err) == (1, True)
    assert f"Process:   {child.pid}" in refused.err
    assert "A holder that shows no life for 15s gives way" in flatten(refused.err)
    assert f"{child.pid}" in shown
    assert team.second.is_settled()
    assert len(team.hits) == 2


def test_lost_disk_leaves_the_truth_and_nothing_is_made_twice(team: Team):
    children: list[subprocess.Popen[str]] = []
    team.on_write(2, lambda: children[0].kill())  # noqa: PLW0108 - the child is started below
    children.append(team.start("apply", "--auto-approve"))
    children[0].communicate(timeout=120)
    team.first.directory.rename(team.first.directory.with_name("gone"))
    planned = team.second.plan()
    assert (planned.code, planned.out.endswith(EMPTY)) == (0, True), planned.out
    assert "[settle.elsewhere]" in planned.err
    lock_id = json.loads(team.second.run("lock", "status", "-o", "json").out)["holder"]["id"]
    assert team.second.run("force-unlock", "another").code == 1
    assert team.second.run("force-unlock", lock_id).code == 0
    assert team.second.apply().code == 0
    assert [len(team.second.find_live(one)) for one in ("pools", "networks")] == [1, 1]
    assert len(team.hits) == 2
    assert team.second.is_settled()


def test_paused_apply_sends_nothing_more_once_somebody_took_the_lock(team: Team):
    children: list[subprocess.Popen[str]] = []
    team.on_write(1, lambda: children[0].send_signal(signal.SIGSTOP))
    children.append(team.start("apply", "--auto-approve"))
    os.waitid(os.P_PID, children[0].pid, os.WSTOPPED | os.WNOWAIT)
    taken = team.second.run("apply", "--auto-approve", "--lock-timeout", "90s")
    assert taken.code == 0, taken.err
    assert "was taken over" in taken.err
    children[0].send_signal(signal.SIGCONT)
    out, err = children[0].communicate(timeout=120)
    assert (children[0].returncode, "[state.lock-lost]" in err) == (1, True), out + err
    assert len(team.hits) == 2
    assert team.second.is_settled()


def test_database_that_dies_during_an_apply_costs_no_state(
    story: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("planner.state.stores.postgres.wire._PAUSES", (0.0, 0.0))
    with serve_cluster() as cluster:
        team = make_team(story, tmp_path, format_postgres_backend(make_backend(tmp_path, cluster)), settings=BRIEF)
        team.on_write(1, cluster.stop)
        ended = team.first.apply()
        assert (ended.code, "[state.unreachable]" in ended.err) == (1, True), ended.err
        assert "run `poolctl plan`: it reads the journal" in flatten(ended.err)
        cluster.start()
        assert team.first.apply().code == 0
        assert team.second.is_settled()
    assert [len(team.second.find_live(one)) for one in ("pools", "networks")] == [1, 1]


def test_host_that_nobody_trusts_is_not_called(team: Team):
    team.first.files('[backend.postgres]\nconn = "postgresql://db.example/infra"\n')
    refused = team.first.plan()
    assert (refused.code, "[state.untrusted-host]" in refused.err) == (1, True)


def test_password_is_in_no_file(team: Team, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PGPASSWORD", "password-of-a-story")
    assert team.first.apply().code == 0
    assert "password-of-a-story" not in read_all(team.first.directory)
