"""Requests that schemathesis makes up from ``schemas/openapi.yaml``: no undeclared status, no wrong body, no 5xx."""

import subprocess
import sys
from pathlib import Path

import pytest

from planner.simulator.documents import start_world
from planner.simulator.http_server import LocalServer, Serving
from planner.simulator.seeding import PROJECT_ID, make_network, make_pool

OPENAPI = Path(__file__).parents[2] / "schemas" / "openapi.yaml"
COMMAND = str(Path(sys.executable).with_name("st"))
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "response_headers_conformance",
    "use_after_free",
)
"""Left out: checks that the schema should refuse no more and no less than the service. The document is a summary."""

NAMES = f"""
[parameters]
"path.project_id" = "{PROJECT_ID}"
"path.pool_name" = "training-{PROJECT_ID}"
"path.network_name" = "train-net-{PROJECT_ID}"
"""


@pytest.fixture
def server():
    world, network_id = make_network(start_world(), name="train-net")
    world, _ = make_pool(world, name="training", flavors={"modelarts.vm.cpu.4ud": 3}, network=network_id)
    with LocalServer(world, serving=Serving(has_record=False)) as server:
        yield server


@pytest.mark.parametrize(
    ("names", "examples"),
    [pytest.param("", 6, id="objects that are made up"), pytest.param(NAMES, 12, id="objects that are there")],
)
def test_every_answer_is_declared(server, tmp_path, names, examples):
    (tmp_path / "names.toml").write_text(names)
    options = ["--phases", "examples,fuzzing", "--max-examples", str(examples), "--seed", "1", "--no-shrink"]
    command = [COMMAND, "--config-file", "names.toml", "run", str(OPENAPI), "--url", server.url, *options]
    command += ["--header", "X-Auth-Token: any", "--checks", ",".join(CHECKS), "--continue-on-failure"]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout
    assert " passed" in ended.stdout
