"""The state in a bucket, told by whole commands: directories that stand for machines, and one service."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from s3_proxy import CONDITIONS, Meddling, serve_proxy
from s3_sites import CREDENTIALS, find_endpoint, find_keys, get, make_bucket, put
from story_site import EMPTY, Story, flatten

from planner.core.desired import S3Backend
from planner.simulator.requests import Request

NETWORK = '[network.n]\nname = "net-n"\ncidr = "192.168.0.0/16"\n'
POOL = (
    '[pool.a]\nname = "gpu-a"\ntype = "Dedicate"\nscope = ["Train"]\nnetwork = "${network.n.id}"\n'
    '[[pool.a.resources]]\nflavor = "modelarts.vm.cpu.4ud"\ncount = 2\n'
)
CALL = "import sys; from planner.cli.entry import main; sys.exit(main(sys.argv[1:]))"


def format_backend(where: S3Backend, endpoint: str) -> str:
    return f'[backend.s3]\nbucket = "{where.bucket}"\nkey = "{where.key}"\nregion = "eu-de"\nendpoint = "{endpoint}"\n'


@dataclass
class Team:
    """Two directories with the same files; ``scene`` decides what happens to requests to the service."""

    first: Story
    second: Story
    where: S3Backend
    scene: Story
    meddling: Meddling
    hits: list[str] = field(default_factory=list)

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        """Start poolctl in the first directory in a process of its own, as on another machine."""
        command = [sys.executable, "-c", CALL, "-C", str(self.first.directory), *arguments]
        return subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def on_write(self, number: int, act: Callable[[], object]) -> None:
        """Call ``act`` when the ``number``-th write arrives at the service, before it is done."""

        def look(request: Request) -> None:
            if request.is_write:
                self.hits.append(request.path)
                (act if len(self.hits) == number else lambda: None)()

        self.scene.fail = look


@pytest.fixture
def team(story: Story, tmp_path: Path) -> Iterator[Team]:
    where, meddling, members = make_bucket(tmp_path), Meddling(), []
    with serve_proxy(find_endpoint(), meddling) as endpoint:
        for name in ("first", "second"):
            (tmp_path / name).mkdir()
            members.append(Story(directory=tmp_path / name, server=story.server, settings='request_timeout = "3s"\n'))
            members[-1].files(format_backend(where, endpoint), NETWORK, POOL)
        yield Team(first=members[0], second=members[1], where=where, scene=story, meddling=meddling)


def read_all(team: Team) -> str:
    """Return everything that poolctl left in the first directory and in the bucket."""
    files = [path.read_text(encoding="utf-8") for path in team.first.directory.rglob("*") if path.is_file()]
    return "".join([*files, *(get(team.where, key) for key in find_keys(team.where))])


def test_what_one_directory_applied_is_known_to_the_other(team: Team):
    assert team.first.apply("--reason", "INC-7").code == 0
    assert team.second.is_settled()
    assert team.second.run("state", "list").out.splitlines() == ["network.n", "pool.a"]
    assert "INC-7" in team.second.run("log").out
    assert "Nobody holds the lock." in team.second.run("lock", "status").out
    checked = team.second.run("doctor").out
    assert f"s3://{team.where.bucket}/{team.where.key}: serial" in flatten(checked)
    assert "It keeps the conditions of writes" in flatten(checked)
    assert not [text for text in CREDENTIALS.values() if text in read_all(team)]


def test_plan_only_reads(team: Team):
    assert team.first.plan().code == 2
    assert {method for method, _ in team.meddling.seen} == {"GET"}


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
    assert refused.code == 1
    assert "[state.locked]" in refused.err
    assert f"Process:   {child.pid}" in refused.err
    assert f"{child.pid}" in shown
    assert team.second.is_settled()
    assert [len(team.second.find_live(one)) for one in ("pools", "networks")] == [1, 1]


def test_lost_disk_leaves_the_truth_and_nothing_is_made_twice(team: Team):
    children: list[subprocess.Popen[str]] = []
    team.on_write(2, lambda: children[0].kill())  # noqa: PLW0108 - the child is started below
    children.append(team.start("apply", "--auto-approve"))
    children[0].communicate(timeout=120)
    shutil.rmtree(team.first.directory)
    planned = team.second.plan()
    assert (planned.code, planned.out.endswith(EMPTY)) == (0, True), planned.out
    assert "[settle.elsewhere]" in planned.err
    applied = team.second.apply("--lock-timeout", "90s")
    assert applied.code == 0, applied.err
    assert "was taken over" in applied.err
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
    state = get(team.where)
    children[0].send_signal(signal.SIGCONT)
    out, err = children[0].communicate(timeout=120)
    assert (children[0].returncode, "[state.lock-lost]" in err) == (1, True), out + err
    assert len(team.hits) == 2
    assert get(team.where) == state
    assert team.second.is_settled()


def test_store_that_dies_during_an_apply_costs_no_state(team: Team):
    away = {"refuse": lambda *_: (503, b"")}
    team.on_write(1, lambda: vars(team.meddling).update(away))
    ended = team.first.apply()
    assert ended.code == 1
    assert "[state.unreachable]" in ended.err
    assert "run `poolctl plan`: it reads the journal" in flatten(ended.err)
    assert team.first.run("plan").code == 1
    team.meddling.refuse = lambda *_: None
    assert team.first.apply("--lock-timeout", "90s").code == 0
    assert team.second.is_settled()
    assert [len(team.second.find_live(one)) for one in ("pools", "networks")] == [1, 1]


def test_rollback_is_a_way_back_from_an_object_that_somebody_has_broken(team: Team):
    assert team.first.apply().code == 0
    serial = json.loads(get(team.where))["serial"]
    assert team.first.run("state", "mv", "pool.a", "pool.b").code == 0
    put(team.where, b"<<<<<<< ours\n")
    told = team.second.run("plan")
    assert (told.code, "[state.merge-conflict]" in told.err) == (1, True), told.err
    back = team.second.run("state", "rollback", str(serial), "--auto-approve")
    assert back.code == 0, back.err
    assert team.first.run("state", "list").out.splitlines() == ["network.n", "pool.a"]
    assert team.first.is_settled()
    assert "state mv" in team.first.run("log").out


def test_init_proves_the_store_of_files_that_are_there(team: Team):
    ended = team.first.run("init")
    assert (ended.code, ended.err) == (0, "")
    assert f"s3://{team.where.bucket}/{team.where.key} keeps the conditions of writes" in ended.out
    assert find_keys(team.where) == []


@pytest.mark.parametrize("command", ["init", "apply"])
def test_store_without_conditional_writes_is_refused(team: Team, command: str):
    team.meddling.dropped = CONDITIONS
    ended = team.first.apply() if command == "apply" else team.first.run(command)
    assert (ended.code, "[state.unconditional]" in ended.err) == (1, True), ended.out + ended.err
    assert "[backend.git]" in ended.err
    assert find_keys(team.where) == []
    assert team.hits == []


def test_store_without_conditional_writes_is_a_problem_for_doctor(team: Team):
    team.meddling.dropped = CONDITIONS
    ended = team.first.run("doctor", "-o", "json")
    (check,) = [one for one in json.loads(ended.out)["checks"] if one["name"] == "store"]
    assert "no conditional writes" in check["found"]


def test_rights_to_read_alone_are_enough_for_a_plan_and_doctor_says_so(team: Team):
    team.meddling.refuse = lambda method, *_: (403, b"") if method != "GET" else None
    assert team.first.plan().code == 2
    checked = json.loads(team.first.run("doctor", "-o", "json").out)
    (check,) = [one for one in checked["checks"] if one["name"] == "store"]
    assert (check["status"], checked["healthy"]) == ("warning", True)
    assert "[state.store-refused]" in team.first.apply().err


@pytest.mark.parametrize("endpoint", ['endpoint = "https://s3.example"\n', ""], ids=["another store", "AWS itself"])
def test_host_that_the_environment_does_not_trust_is_sent_nothing(team: Team, endpoint: str):
    backend = f'[backend.s3]\nbucket = "states"\nkey = "a"\nregion = "eu-central-1"\n{endpoint}'
    team.first.files(backend, NETWORK, POOL)
    for command in ("plan", "init"):
        ended = team.first.run(command)
        assert (ended.code, "[state.untrusted-host]" in ended.err) == (1, True), ended.err
        assert "POOLCTL_TRUSTED_HOSTS" in ended.err


def test_plain_http_of_the_environment_is_refused(team: Team, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://s3.example")
    monkeypatch.setenv("POOLCTL_TRUSTED_HOSTS", "s3.example")
    team.first.files('[backend.s3]\nbucket = "states"\nkey = "a"\n', NETWORK, POOL)
    ended = team.first.run("plan")
    assert (ended.code, "not encrypted" in ended.err) == (1, True), ended.err
