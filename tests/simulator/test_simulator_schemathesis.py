"""Requests that schemathesis makes up from ``schemas/openapi.yaml``: no undeclared status, no wrong body, no 5xx."""

import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from planner.simulator import identity
from planner.simulator.documents import start_world
from planner.simulator.http_server import LocalServer, Serving
from planner.simulator.seeding import PROJECT_ID, make_network, make_pool

OPENAPI = Path(__file__).parents[2] / "schemas" / "openapi.yaml"
COMMAND = str(Path(sys.executable).with_name("st"))

ANSWERS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "response_headers_conformance",
    "use_after_free",
    "ignored_auth",
)
REFUSALS = ("negative_data_rejection", "unsupported_method", "allow_header_conformance", "missing_required_header")
"""Left out is the check that whatever the schema allows is taken: the service refuses more than a schema can say."""

NAMES = f"""
[parameters]
"path.project_id" = "{PROJECT_ID}"
"path.pool_name" = "training-{PROJECT_ID}"
"path.network_name" = "train-net-{PROJECT_ID}"
"""

STRICT = {"odd_parameters": "refuse"}
TAKING = STRICT | {
    "unknown_flavors": "accept", "entry_rules": False, "max_count_equals_count": False, "refuse_mixed_resize": False,
    "driver_without_accelerator": "ignore", "phase_rules": False, "subscription_needs_growth": False,
}  # fmt: skip
"""Rules that refuse a made-up entry for its meaning are off, so that only its shape can be what is refused."""

PHASES = [
    pytest.param({}, "", ["examples,fuzzing", "--max-examples", "6"], ANSWERS, id="objects that are made up"),
    pytest.param({}, NAMES, ["examples,fuzzing", "--max-examples", "8"], ANSWERS, id="objects that are there"),
    pytest.param(TAKING, NAMES, ["coverage", "--exclude-method", "DELETE"], ANSWERS + REFUSALS, id="each limit"),
    pytest.param(STRICT, NAMES, ["coverage", "--include-method", "DELETE"], ANSWERS + REFUSALS, id="each removal"),
    pytest.param(
        STRICT,
        NAMES,
        ["stateful", "--max-examples", "12"],
        (*ANSWERS, *REFUSALS, "ensure_resource_availability"),
        id="calls in a row",
    ),
]


@pytest.fixture
def serve():
    servers = []

    def start(options):
        world, network_id = make_network(start_world(**options), name="train-net")
        world, _ = make_pool(world, name="training", flavors={"modelarts.vm.cpu.4ud": 3}, network=network_id)
        account = identity.Account(user_name="ops", password="secret", domain_name="team")
        serving = Serving(has_record=False, identity=identity.Identity(account))
        servers.append(LocalServer(world, serving=serving).__enter__())
        return servers[0].url

    yield start
    servers[0].__exit__(None, None, None)


def _get_token(url):
    user = {"name": "ops", "password": "secret", "domain": {"name": "team"}}
    auth = {"identity": {"methods": ["password"], "password": {"user": user}}, "scope": {"project": {"id": PROJECT_ID}}}
    return httpx.post(f"{url}{identity.PATH}", json={"auth": auth}, trust_env=False).headers["x-subject-token"]


@pytest.mark.parametrize(("options", "names", "phases", "checks"), PHASES)
def test_every_answer_is_declared(serve, tmp_path, options, names, phases, checks):
    url = serve(options)
    (tmp_path / "names.toml").write_text(names)
    command = [COMMAND, "--config-file", "names.toml", "run", str(OPENAPI), "--url", url, "--phases", *phases]
    command += ["--seed", "1", "--no-shrink", "--continue-on-failure", "--checks", ",".join(checks)]
    command += ["--header", f"X-Auth-Token: {_get_token(url)}"]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout
    assert " passed" in ended.stdout
