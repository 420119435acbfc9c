"""A configuration directory, a service on a real port with failures on demand, and poolctl run over both."""

import contextlib
import io
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from planner.cli.entry import main
from planner.simulator.faults import Fault, Rule, Script, StaleRead
from planner.simulator.http_server import LocalServer
from planner.simulator.requests import Request

CPU = "modelarts.vm.cpu.4ud"
GPU = "modelarts.vm.gpu.t4u8"
PROJECT = "86c13962597848eeb29c5861153a391f"
NETWORKS = "/v1/[^/]+/networks"
POOLS = "/v2/[^/]+/pools"
POOL_ID = f"gpu-a-{PROJECT}"
NETWORK_ID = f"train-net-{PROJECT}"

NETWORK = """
[network.main]
name = "train-net"
cidr = "192.168.0.0/16"
"""


def make_pool_block(*, cpu: int = 3, gpu: int = 0, name: str = "gpu-a", description: str = "first") -> str:
    """Return the block of ``pool.a`` with so many nodes; a flavor without nodes has no entry."""
    entries = "".join(
        f'[[pool.a.resources]]\nflavor = "{flavor}"\ncount = {count}\n'
        for flavor, count in ((CPU, cpu), (GPU, gpu))
        if count
    )
    return (
        f'\n[pool.a]\nname = "{name}"\ntype = "Dedicate"\nscope = ["Train"]\ndescription = "{description}"\n'
        f'network = "${{network.main.id}}"\n{entries}'
    )


def make_removed_block(address: str) -> str:
    """Return the block that destroys ``address``."""
    return f'\n[[removed]]\nfrom = "{address}"\ndestroy = true\nreason = "no longer needed"\n'


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a command ended, and what it wrote."""

    code: int
    out: str
    err: str


def run_poolctl(*arguments: str) -> Ended:
    """Run poolctl in this process."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(arguments)
    return Ended(code=code, out=out.getvalue(), err=err.getvalue())


@dataclass(slots=True, kw_only=True)
class Site:
    """One directory and one service; ``fail`` says what happens to each request, and starts as nothing."""

    directory: Path
    server: LocalServer
    provider: str = ""
    fail: Callable[[Request], Fault | None] = field(default=lambda _request: None)

    def write(self, *blocks: str) -> None:
        """Write the configuration."""
        (self.directory / "a.pools.toml").write_text("\n".join((self.provider, *blocks)), encoding="utf-8")

    def run(self, *arguments: str) -> Ended:
        """Run poolctl here, in this process."""
        return run_poolctl("-C", str(self.directory), *arguments)

    def apply(self, *arguments: str) -> Ended:
        """Apply without a question."""
        return self.run("apply", "--auto-approve", *arguments)

    def load_state(self) -> dict[str, Any]:
        """Return the resources of the stored state by address."""
        text = (self.directory / "pools.state.json").read_text(encoding="utf-8")
        resources: dict[str, Any] = json.loads(text)["resources"]
        return resources

    def find_ids(self) -> dict[str, str]:
        """Return the ids that the state tracks, by address."""
        return {address: one["id"] for address, one in self.load_state().items()}

    def find_live(self) -> list[str]:
        """Return the ids of all networks and pools of the service."""
        document = self.server.world.document
        return sorted([*document["networks"], *document["pools"]])

    def list_nodes(self, pool_id: str = POOL_ID) -> list[str]:
        """Return the names of a pool's nodes that are not on their way out."""
        nodes = self.server.world.document["nodes"].get(pool_id, [])
        return [one["metadata"]["name"] for one in nodes if one["status"]["phase"] != "Deleting"]

    def find_pool(self, pool_id: str = POOL_ID) -> dict[str, Any]:
        """Return a live pool."""
        pool: dict[str, Any] = self.server.world.document["pools"][pool_id]
        return pool

    def find_effects(self, method: str, path: str) -> list[dict[str, Any]]:
        """Return the writes that the service has taken, of those that match."""
        return [
            one
            for one in self.server.world.document["requests"]
            if one["method"] == method and re.fullmatch(path, one["path"]) and one["status"] < 300
        ]

    def count_requests(self, method: str, path: str = ".*") -> int:
        """Return how many requests came, whatever became of them."""
        return sum(1 for one in self.server.requests if one.method == method and re.fullmatch(path, one.path))


@contextlib.contextmanager
def open_site(
    directory: Path, *, settings: str = "", make_server: Callable[..., LocalServer] = LocalServer
) -> Iterator[Site]:
    """Serve a fresh world and yield the site; ``settings`` are lines of the provider's block."""
    sites: list[Site] = []

    def fail(request: Request) -> Fault | None:
        return sites[0].fail(request)

    with make_server(faults=fail) as server:
        provider = (
            f'[provider.modelarts]\nendpoint = "{server.url}"\nregion = "eu-de"\nproject_id = "{PROJECT}"\n'
            f'poll_interval = "0s"\n{settings}\n'
        )
        sites.append(Site(directory=directory, server=server, provider=provider))
        yield sites[0]


class Counted:
    """A script that knows how often it struck."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._script = Script(rules)
        self.struck = 0

    def __call__(self, request: Request) -> Fault | None:
        fault = self._script(request)
        self.struck += fault is not None
        return fault


class StaleAfter:
    """Reads from the ``skip``-th after the first write of ``method`` to ``path`` show the world before it, so often."""

    def __init__(self, method: str, path: str, *, times: int = 1, skip: int = 0, lost: Fault | None = None) -> None:
        self._write = Rule(fault=StaleRead(), method=method, path=path)
        self._times = times
        self._skip = skip
        self._lost = lost
        self._is_written = False
        self.struck = 0

    def __call__(self, request: Request) -> Fault | None:
        if self._write.matches(request) and not self._is_written:
            self._is_written = True
            return self._lost
        if request.is_write or not self._is_written or self._skip + self._times <= 0:
            return None
        if self._skip:
            self._skip -= 1
            return None
        self._times -= 1
        self.struck += 1
        return StaleRead()
