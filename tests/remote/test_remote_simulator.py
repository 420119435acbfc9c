import subprocess
import sys
from pathlib import Path

import pytest

from planner.core.addresses import Address
from planner.core.desired import ProviderSettings
from planner.core.snapshot import Evidence
from planner.remote.client import open_client
from planner.remote.endpoint import Endpoint, resolve_endpoint
from planner.remote.errors import Unreachable
from planner.remote.listings import Missing, fetch_one
from planner.remote.paths import build_collection_path
from planner.remote.reading import ReadingRequest, fetch_evidence, read_service

SETTINGS = ProviderSettings(endpoint="simulator", poll_interval=10.0)
NETWORK = {
    "apiVersion": "v1",
    "kind": "Network",
    "metadata": {"labels": {"os.modelarts/name": "train-net"}},
    "spec": {"cidr": "192.168.0.0/16"},
}


@pytest.fixture
def client(tmp_path: Path):
    endpoint = resolve_endpoint(SETTINGS, {})
    assert isinstance(endpoint, Endpoint)
    with open_client(endpoint, credentials=None, settings=SETTINGS, state_directory=tmp_path / ".poolctl") as opened:
        yield opened


def test_an_empty_world_reads_as_missing(client):
    pool = Address(kind="pool", name="a")
    reading = read_service(client, ReadingRequest(ids={pool: "a-simulator"}))
    assert (reading.live, reading.missing, reading.diagnostics) == ({}, {pool}, ())


def test_what_was_created_is_listed_and_read_by_its_id(client):
    path = build_collection_path("network", project_id=client.endpoint.project_id)
    created = client.request("POST", path, body=NETWORK)
    reading = read_service(client, ReadingRequest())
    listed = reading.others["network"][0]
    read = fetch_one(client, "network", resource_id=listed.id)
    assert created.status == 200
    assert not isinstance(read, Missing)
    assert (read.id, read.spec["cidr"]) == (listed.id, "192.168.0.0/16")


def test_evidence_of_a_pool_is_read(client):
    path = build_collection_path("pool", project_id=client.endpoint.project_id)
    networks = build_collection_path("network", project_id=client.endpoint.project_id)
    client.request("POST", networks, body=NETWORK)
    network = read_service(client, ReadingRequest()).others["network"][0].id
    body = {
        "apiVersion": "v2",
        "kind": "Pool",
        "metadata": {"labels": {"os.modelarts/name": "gpu-training"}},
        "spec": {
            "type": "Dedicate",
            "scope": ["Train"],
            "network": {"name": network},
            "resources": [{"flavor": "modelarts.vm.cpu.4ud", "count": 2}],
        },
    }
    client.request("POST", path, body=body)
    pool = read_service(client, ReadingRequest()).others["pool"][0].id
    evidence = fetch_evidence(client, pool)
    assert isinstance(evidence, Evidence)
    assert {one.flavor for one in evidence.nodes} <= {"modelarts.vm.cpu.4ud"}


def test_the_simulator_is_polled_without_pauses(client):
    assert client.poll_interval == 0.0


def test_a_world_that_is_no_world_is_told_at_once(client, tmp_path):
    (tmp_path / ".poolctl").mkdir(exist_ok=True)
    (tmp_path / ".poolctl" / "simulator.json").write_text("no world")
    with pytest.raises(Unreachable) as caught:
        client.request("GET", "/v2/simulator/pools")
    assert (caught.value.is_lasting, caught.value.may_have_reached) == (True, False)


def test_reading_paths_and_errors_does_not_import_httpx():
    code = "import sys, planner.remote.reading; sys.exit('httpx' in sys.modules or 'planner.simulator' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
