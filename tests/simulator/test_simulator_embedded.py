"""The embedded transport: a world file that threads and processes share."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from planner.simulator import seeding
from planner.simulator.documents import parse_world, start_world
from planner.simulator.embedded import make_transport
from planner.simulator.errors import SimulatorError
from planner.simulator.store import FileStore
from planner.simulator.world_text import WorldFormatter

POOLS = f"/v2/{seeding.PROJECT_ID}/pools"
MERGE_PATCH = {"content-type": "application/merge-patch+json"}
WRITER = """
import json, pathlib, sys, httpx
from planner.simulator.embedded import make_transport
path, url, who = sys.argv[1:]
client = httpx.Client(transport=make_transport(pathlib.Path(path)), base_url="http://simulator")
for number in range(20):
    body = json.dumps({"metadata": {"annotations": {f"{who}-{number}": "x"}}})
    client.patch(url, content=body, headers={"content-type": "application/merge-patch+json"}).raise_for_status()
"""


def _open(path):
    return httpx.Client(transport=make_transport(path), base_url="http://simulator")


def _seed(path, count=1):
    world = start_world()
    for number in range(count):
        world, _ = seeding.make_pool(world, name=f"pool-{number:05}", flavors={"modelarts.vm.cpu.4ud": 2})
    FileStore(path).transact(lambda _: (world, None))
    return world


def test_the_file_and_its_folder_are_made_when_missing(tmp_path):
    path = tmp_path / ".poolctl" / "simulator.json"
    assert _open(path).get(POOLS).json()["items"] == []
    assert parse_world(path.read_bytes()).document == start_world().document


def test_what_one_client_writes_the_next_one_reads(tmp_path):
    path = tmp_path / "world.json"
    _seed(path)
    url = f"{POOLS}/pool-00000-{seeding.PROJECT_ID}"
    _open(path).patch(url, json={"metadata": {"annotations": {"team": "vision"}}}, headers=MERGE_PATCH)
    assert _open(path).get(url).json()["metadata"]["annotations"]["team"] == "vision"


def test_a_client_sees_a_file_that_was_edited_by_hand(tmp_path):
    path = tmp_path / "world.json"
    _seed(path)
    client = _open(path)
    client.get(POOLS)
    path.write_text(path.read_text().replace("pool-00000", "pool-edited"))
    assert client.get(POOLS).json()["items"][0]["metadata"]["labels"]["os.modelarts/name"] == "pool-edited"


def test_reading_a_world_at_rest_writes_nothing(tmp_path):
    path = tmp_path / "world.json"
    _seed(path)
    before = path.stat()
    _open(path).get(POOLS)
    assert (path.stat().st_mtime_ns, path.stat().st_ino) == (before.st_mtime_ns, before.st_ino)


def test_a_new_pool_runs_after_a_few_polls(tmp_path):
    client = _open(tmp_path / "world.json")
    body = {
        "apiVersion": "v2",
        "kind": "Pool",
        "metadata": {"labels": {"os.modelarts/name": "training"}},
        "spec": {
            "type": "Dedicate",
            "network": {"vpcId": "v", "subnetId": "s"},
            "resources": [{"flavor": "modelarts.vm.cpu.4ud", "count": 2}],
        },
    }
    pool_id = client.post(POOLS, json=body).json()["metadata"]["name"]
    phases = [client.get(f"{POOLS}/{pool_id}").json()["status"]["phase"] for _ in range(3)]
    assert phases == ["Creating", "Running", "Running"]


def test_the_file_is_indented_sorted_and_reads_back(tmp_path):
    path = tmp_path / "world.json"
    world = _seed(path, count=3)
    text = path.read_text()
    assert text == json.dumps(json.loads(text), indent=1, sort_keys=True) + "\n"
    assert parse_world(text).document == world.document


def test_a_formatter_that_remembers_writes_the_same_as_one_that_does_not(tmp_path):
    world = _seed(tmp_path / "world.json", count=3)
    formatter = WorldFormatter()
    formatter.format(world)
    changed, _ = seeding.make_pool(world, name="another", flavors={"modelarts.vm.cpu.8ud": 1})
    assert formatter.format(changed) == WorldFormatter().format(changed)


def test_two_processes_lose_no_write(tmp_path):
    path = tmp_path / "world.json"
    _seed(path)
    url = f"{POOLS}/pool-00000-{seeding.PROJECT_ID}"
    root = str(Path(__file__).parents[2])
    arguments = [[sys.executable, "-c", WRITER, str(path), url, who] for who in ("a", "b")]
    processes = [subprocess.Popen(one, env={**os.environ, "PYTHONPATH": root}) for one in arguments]
    assert [one.wait(timeout=60) for one in processes] == [0, 0]
    annotations = _open(path).get(url).json()["metadata"]["annotations"]
    assert len([name for name in annotations if name.startswith(("a-", "b-"))]) == 40


def test_many_threads_of_one_client_lose_no_write(tmp_path):
    path = tmp_path / "world.json"
    _seed(path)
    client = _open(path)
    url = f"{POOLS}/pool-00000-{seeding.PROJECT_ID}"
    with ThreadPoolExecutor(8) as threads:
        list(
            threads.map(
                lambda n: client.patch(url, json={"metadata": {"annotations": {f"t-{n}": "x"}}}, headers=MERGE_PATCH),
                range(40),
            )
        )
    annotations = client.get(url).json()["metadata"]["annotations"]
    assert len([name for name in annotations if name.startswith("t-")]) == 40


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("{", id="cut off"),
        pytest.param("[]", id="a list"),
        pytest.param("\x00\x01", id="binary"),
        pytest.param('{"format": 2}', id="another format"),
        pytest.param('{"version": 4, "serial": 1}', id="a state of another tool"),
        pytest.param('{"format": 1, "pools": []}', id="pools is a list"),
        pytest.param('{"format": 1, "pools": {"a": 1}}', id="pool is a number"),
        pytest.param('{"format": 1, "pools": {"a": {"spec": {"resources": [{}]}}}}', id="entry without flavor"),
        pytest.param('{"format": 1, "pools": {"a": {"status": {"scope": [{}]}}}}', id="scope without type"),
        pytest.param('{"format": 1, "pools": {"a": {"status": {"driver": {"gpu": 1}}}}}', id="driver is a number"),
        pytest.param('{"format": 1, "nodes": {"a": [{"metadata": {}}]}}', id="node without name"),
        pytest.param('{"format": 1, "workloads": {"a": [{}]}}', id="workload without name"),
        pytest.param('{"format": 1, "options": {"colour": 1}}', id="unknown option"),
        pytest.param('{"format": 1, "options": {"page_size": "9"}}', id="option of another type"),
        pytest.param('{"format": 1, "options": {"removal_order": "x"}}', id="option out of choice"),
        pytest.param('{"format": 1, "options": {"azs": []}}', id="no zones"),
        pytest.param('{"format": 1, "clock": "yesterday"}', id="clock is no time"),
        pytest.param('{"format": 1, "counter": 1.5}', id="counter is a float"),
        pytest.param("[" * 100_000, id="nested too deeply"),
    ],
)
def test_a_file_that_is_no_world_is_named_with_what_to_do(tmp_path, text):
    path = tmp_path / "world.json"
    path.write_text(text)
    client = _open(path)
    with pytest.raises(SimulatorError, match=r"world\.json.*move it away"):
        client.get(POOLS)
    assert path.read_text() == text


def test_a_file_that_is_no_text_is_named_with_what_to_do(tmp_path):
    path = tmp_path / "world.json"
    path.write_bytes(b"\xff\xfe\x00{")
    with pytest.raises(SimulatorError, match="move it away"):
        _open(path).get(POOLS)


@pytest.mark.parametrize("name", ["file/world.json", "folder"])
def test_a_place_where_no_file_can_be_is_named(tmp_path, name):
    (tmp_path / "file").write_text("")
    (tmp_path / "folder").mkdir()
    with pytest.raises(SimulatorError, match="cannot use its file"):
        _open(tmp_path / name).get(POOLS)


def test_a_write_that_fails_leaves_the_file_and_the_memory_as_they_were(tmp_path):
    path = tmp_path / "world.json"
    _seed(path)
    before = path.read_text()
    blocker = tmp_path / f"world.json.{os.getpid()}.tmp"
    blocker.mkdir()
    client = _open(path)
    url = f"{POOLS}/pool-00000-{seeding.PROJECT_ID}"
    with pytest.raises(SimulatorError, match="cannot use its file"):
        client.patch(url, json={"metadata": {"annotations": {"team": "vision"}}}, headers=MERGE_PATCH)
    blocker.rmdir()
    assert path.read_text() == before
    assert "team" not in client.get(url).json()["metadata"]["annotations"]


def test_a_hand_written_world_needs_only_what_matters(tmp_path):
    path = tmp_path / "world.json"
    pool_id = f"mine-{seeding.PROJECT_ID}"
    spec = {"type": "Dedicate", "resources": [{"flavor": "modelarts.vm.cpu.4ud", "count": 1}]}
    world = {"format": 1, "pools": {pool_id: {"spec": spec, "status": {"phase": "Running"}}}}
    path.write_text(json.dumps(world | {"options": {"page_size": 5}}))
    items = _open(path).get(POOLS).json()["items"]
    assert [(one["metadata"]["name"], one["spec"]) for one in items] == [(pool_id, spec)]


def _count_instructions(path):
    """Return how many calls a list takes, as a measure that no clock disturbs."""
    client = _open(path)
    client.get(POOLS)
    calls = []
    sys.setprofile(lambda frame, event, _: calls.append(event) if event == "call" else None)
    client.get(POOLS)
    sys.setprofile(None)
    return len(calls)


def test_the_work_of_a_list_grows_with_the_number_of_pools_and_no_faster(tmp_path):
    _seed(tmp_path / "small.json", count=100)
    _seed(tmp_path / "large.json", count=1000)
    small, large = _count_instructions(tmp_path / "small.json"), _count_instructions(tmp_path / "large.json")
    assert large < 11 * small
