"""A world that a server keeps in memory and writes soon after: what others see, and what is told."""

import json
import subprocess
import sys
import time

import pytest

from planner.simulator import seeding
from planner.simulator.documents import parse_world, start_world
from planner.simulator.errors import SimulatorError
from planner.simulator.store import FileStore, KeptStore


@pytest.fixture
def path(tmp_path):
    return tmp_path / "folder" / "world.json"


def _refuse(error):
    raise AssertionError(error)


def _open(path, *, report=_refuse):
    return KeptStore(path, report=report)


def _add_network(store, name="train-net"):
    store.transact(lambda world: (seeding.make_network(world, name=name)[0], None))


def _read(path):
    return list(parse_world(path.read_text()).document["networks"])


def _wait_for(check):
    deadline = time.monotonic() + 20
    while not check():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_missing_file_is_made_at_once(path):
    store = _open(path)
    assert parse_world(path.read_text()).document == start_world().document
    store.close()


def test_a_change_is_in_the_file_soon_after(path):
    store = _open(path)
    _add_network(store)
    _wait_for(lambda: _read(path) == [f"train-net-{seeding.PROJECT_ID}"])
    store.close()


def test_the_last_change_is_in_the_file_when_it_is_closed(path):
    store = _open(path)
    _add_network(store)
    store.close()
    assert _read(path) == [f"train-net-{seeding.PROJECT_ID}"]


def test_a_world_is_taken_up_where_it_was_left(path):
    first = _open(path)
    _add_network(first)
    first.close()
    second = _open(path)
    _add_network(second, "other-net")
    second.close()
    assert len(_read(path)) == 2


@pytest.mark.parametrize("open_second", [pytest.param(_open, id="a server"), pytest.param(FileStore, id="a request")])
def test_whoever_comes_second_is_told_who_has_the_file(path, open_second):
    store = _open(path)
    with pytest.raises(SimulatorError, match=r"world\.json: process \d+ serves it on a port; use that endpoint"):
        open_second(path).transact(lambda world: (world, None))
    store.close()
    open_second(path).transact(lambda world: (world, None))


def test_a_server_that_was_killed_does_not_mislead_those_who_come_after(path):
    code = (
        "import os, sys; from pathlib import Path; from planner.simulator.store import KeptStore\n"
        "KeptStore(Path(sys.argv[1]), report=print); os.kill(os.getpid(), 9)"
    )
    assert subprocess.run([sys.executable, "-c", code, str(path)], check=False).returncode == -9
    lock = path.with_name("world.json.lock")
    assert lock.read_text().isdigit()
    FileStore(path).transact(lambda world: (world, None))
    assert lock.read_text() == ""


@pytest.mark.parametrize("text", ["", "[]", '{"format": 2}', '{"format": 1, "pools": []}'])
def test_a_file_that_is_no_world_is_refused_and_left_alone(path, text):
    path.parent.mkdir()
    path.write_text(text)
    with pytest.raises(SimulatorError, match=r"world\.json: .*; move it away to start anew"):
        _open(path)
    assert path.read_text() == text
    path.unlink()
    _open(path).close()


def test_a_disk_that_refuses_is_told_once_a_change_and_raised_in_the_end(path):
    told = []
    store = _open(path, report=told.append)
    path.unlink()
    path.mkdir()
    _add_network(store)
    _wait_for(lambda: len(told) == 1)
    with pytest.raises(SimulatorError, match="Is a directory"):
        store.close()
    assert [str(one).partition(": ")[2] for one in told] == ["Is a directory"]
    assert [one.name for one in path.parent.iterdir()] == ["world.json", "world.json.lock"]


def test_the_file_is_a_whole_world_at_every_moment(path):
    store = _open(path)
    for number in range(40):
        _add_network(store, f"net-{number}")
        json.loads(path.read_text())
        time.sleep(0.02)
    store.close()
    assert len(_read(path)) == 40
