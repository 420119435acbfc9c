"""The state at a server of Terraform's HTTP backend, told by whole commands: two directories, and one service."""

import json
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from http_state_server import StateServer, Told, serve_state
from story_site import EMPTY, Story, flatten
from team_site import NETWORK, Team, format_http_backend, make_team, read_all

from planner.state.stores.http.lock import FRESH

SECRET = "glpat-of-a-story"


@dataclass(kw_only=True)
class HttpTeam(Team):
    """A team, and the server that keeps its state."""

    site: StateServer


@pytest.fixture
def team(request: pytest.FixtureRequest, story: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TF_HTTP_USERNAME", "ada")
    monkeypatch.setenv("TF_HTTP_PASSWORD", SECRET)
    monkeypatch.setattr("planner.state.stores.http.wire._PAUSES", (0.0, 0.0))
    with serve_state(is_gitlab=getattr(request, "param", True), credentials=("ada", SECRET)) as site:
        made = make_team(story, tmp_path, format_http_backend(site.backend))
        yield HttpTeam(first=made.first, second=made.second, scene=made.scene, site=site)


@pytest.mark.parametrize("team", [False, True], ids=["plain", "gitlab"], indirect=True)
def test_what_one_directory_applied_is_known_to_the_other(team: HttpTeam):
    assert team.first.apply("--reason", "INC-7").code == 0
    assert team.second.is_settled()
    assert team.second.run("state", "list").out.splitlines() == ["network.n", "pool.a"]
    assert "INC-7" in team.second.run("log").out
    assert f"{team.site.backend.address}: serial" in team.second.run("doctor").out
    assert SECRET not in read_all(team.first.directory) + team.site.stored.decode()


def test_plan_only_reads(team: HttpTeam):
    assert team.first.plan().code == 2
    assert {one.method for one in team.site.asked} == {"GET"}


def test_second_of_two_applies_is_told_by_whom_and_loses_nothing(team: HttpTeam):
    arrived, go_on = threading.Event(), threading.Event()
    team.on_write(1, lambda: (arrived.set(), go_on.wait(60)))
    with team.start("apply", "--auto-approve") as child:
        assert arrived.wait(60)
        refused = team.second.apply()
        shown = team.second.run("lock", "status").out
        go_on.set()
        out, err = child.communicate(timeout=120)
    assert child.returncode == 0, out + err
    assert refused.code == 1
    assert "[state.locked]" in refused.err
    assert f"Process:   {child.pid}" in refused.err
    assert "The server's lock has no lease" in flatten(refused.err)
    assert f"{child.pid}" in shown
    assert "The lock has no lease" in flatten(shown)
    assert team.second.run("lock", "status").out.startswith("Nobody holds the lock.\n")
    assert team.second.is_settled()
    assert len(team.hits) == 2


def test_broken_lock_stops_the_run_before_it_saves(team: HttpTeam):
    arrived, go_on = threading.Event(), threading.Event()
    team.on_write(1, lambda: (arrived.set(), go_on.wait(60)))
    with team.start("apply", "--auto-approve") as child:
        assert arrived.wait(60)
        lock_id = json.loads(team.second.run("lock", "status", "-o", "json").out)["holder"]["id"]
        assert team.second.run("force-unlock", "another").code == 1
        broken = team.second.run("force-unlock", lock_id)
        assert (broken.code, f"process {child.pid}" in broken.out) == (0, True), broken.err
        # Until then, what the run has seen of its lock counts.
        time.sleep(FRESH)
        go_on.set()
        out, err = child.communicate(timeout=120)
    assert (child.returncode, "[state.lock-lost]" in err) == (1, True), out + err
    assert len(team.hits) == 1
    assert team.second.apply().code == 0
    assert [len(team.second.find_live(one)) for one in ("pools", "networks")] == [1, 1]


def test_lost_disk_leaves_the_truth_and_nothing_is_made_twice(team: HttpTeam):
    children: list[subprocess.Popen[str]] = []
    team.on_write(2, lambda: children[0].kill())  # noqa: PLW0108 - the child is started below
    children.append(team.start("apply", "--auto-approve"))
    children[0].communicate(timeout=120)
    team.first.directory.rename(team.first.directory.with_name("gone"))
    planned = team.second.plan()
    assert (planned.code, planned.out.endswith(EMPTY)) == (0, True), planned.out
    assert "[settle.elsewhere]" in planned.err
    held = team.second.apply()
    assert (held.code, "[state.locked]" in held.err) == (1, True)
    lock_id = json.loads(team.second.run("lock", "status", "-o", "json").out)["holder"]["id"]
    assert team.second.run("force-unlock", lock_id).code == 0
    assert team.second.apply().code == 0
    assert [len(team.second.find_live(one)) for one in ("pools", "networks")] == [1, 1]
    assert len(team.hits) == 2
    assert team.second.is_settled()


def test_killed_run_gives_way_in_its_own_directory(team: HttpTeam):
    children: list[subprocess.Popen[str]] = []
    team.on_write(1, lambda: children[0].kill())  # noqa: PLW0108 - the child is started below
    children.append(team.start("apply", "--auto-approve"))
    children[0].communicate(timeout=120)
    again = team.first.apply()
    assert again.code == 0, again.err
    assert "was taken over" in again.err
    assert team.second.is_settled()


def test_server_that_fails_during_an_apply_costs_no_state(team: HttpTeam):
    team.on_write(1, lambda: team.site.answer_instead.update(GET=[Told(status=503)] * 99))
    ended = team.first.apply()
    assert (ended.code, "[state.unreachable]" in ended.err) == (1, True)
    assert SECRET not in ended.err
    team.site.answer_instead.clear()
    assert team.first.apply().code == 0
    assert team.second.is_settled()
    assert [len(team.second.find_live(one)) for one in ("pools", "networks")] == [1, 1]


def test_host_that_nobody_trusts_is_not_called(team: HttpTeam, monkeypatch: pytest.MonkeyPatch):
    team.first.files('[backend.http]\naddress = "https://state.example/prod"\n', NETWORK)
    refused = team.first.plan()
    assert (refused.code, "[state.untrusted-host]" in refused.err) == (1, True)
    assert "POOLCTL_TRUSTED_HOSTS" in refused.err


def test_state_in_a_ci_job_is_no_concern(team: HttpTeam, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CI", "true")
    assert "[state.local-in-ci]" not in team.first.plan().err
