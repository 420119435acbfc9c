"""A directory that manages many pools: its files, and the state of an estate that was adopted."""

import json
import urllib.request
from pathlib import Path
from typing import Any

from service import FLAVOR, NETWORK

from planner.core.addresses import Address
from planner.core.advance import record_import
from planner.core.snapshot import LiveResource
from planner.core.tracking import ServiceIdentity, State, TrackedResource
from planner.simulator.seeding import PROJECT_ID
from planner.state.documents.state_document import format_state

REGION = "eu-de"
TOKEN = "token-of-a-benchmark"
HEAD = """\
[provider.modelarts]
endpoint = "{url}"
region = "{region}"
project_id = "{project}"
poll_interval = "0s"

[network.main]
name = "{network}"
cidr = "192.168.0.0/16"
"""
POOL = """
[pool.p{number}]
name = "pool-{number}"
type = "Dedicate"
{description}network = "${{network.main.id}}"
[[pool.p{number}.resources]]
flavor = "{flavor}"
count = 2
"""


def write_files(directory: Path, *, url: str, pools: int, description: str = "") -> None:
    """Write one file of so many pools; with another ``description`` each of them is changed."""
    line = f'description = "{description}"\n' if description else ""
    head = HEAD.format(url=url, region=REGION, project=PROJECT_ID, network=NETWORK)
    blocks = (POOL.format(number=one, flavor=FLAVOR, description=line) for one in range(pools))
    (directory / "a.pools.toml").write_text(head + "".join(blocks), encoding="utf-8")


def write_state(directory: Path, *, url: str) -> None:
    """Write the state of a directory whose pools were all adopted as they are, with nothing sent to them."""
    networks = {Address(kind="network", name="main"): one for one in fetch_all(url, f"/v1/{PROJECT_ID}/networks")}
    pools = {Address(kind="pool", name=_name_block(one)): one for one in fetch_all(url, f"/v2/{PROJECT_ID}/pools")}
    state = State(
        lineage="00000000-0000-4000-8000-000000000000",
        serial=1,
        service=ServiceIdentity(endpoint="https", region=REGION, project_id=PROJECT_ID),
        resources={address: _record(one) for address, one in (networks | pools).items()},
    )
    (directory / "pools.state.json").write_text(format_state(state), encoding="utf-8")


def fetch_all(url: str, path: str) -> list[dict[str, Any]]:
    """Return the items of all pages of a list."""
    items: list[dict[str, Any]] = []
    cursor = ""
    while True:
        request = urllib.request.Request(f"{url}{path}?continue={cursor}", headers={"X-Auth-Token": TOKEN})  # noqa: S310 - loopback
        with urllib.request.urlopen(request) as answer:  # noqa: S310 - loopback
            page = json.loads(answer.read())
        items += page["items"]
        cursor = page["metadata"].get("continue", "")
        if not cursor:
            return items


def _name_block(item: dict[str, Any]) -> str:
    name: str = item["metadata"]["labels"]["os.modelarts/name"]
    return name.replace("pool-", "p")


def _record(item: dict[str, Any]) -> TrackedResource:
    return record_import(
        LiveResource(id=item["metadata"]["name"], metadata=item["metadata"], spec=item["spec"], status=item["status"])
    )
