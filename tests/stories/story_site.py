"""The scene of a story: a directory of files, a service on a real port, and whole commands run over both."""

import contextlib
import io
import json
import textwrap
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

from planner.cli.entry import main
from planner.simulator.documents import World, change_options
from planner.simulator.faults import Fault
from planner.simulator.http_server import LocalServer
from planner.simulator.requests import Request
from planner.simulator.seeding import PoolSeed, change_pool, make_network, make_pool, make_workload, remove_pool
from planner.simulator.world import respond

CPU = "modelarts.vm.cpu.4ud"
GPU = "modelarts.vm.gpu.t4u8"
PROJECT = "86c13962597848eeb29c5861153a391f"
POOL_ID = f"gpu-a-{PROJECT}"
NETWORK_ID = f"network-maos-{PROJECT}"
EMPTY = "No changes. Your infrastructure matches the configuration.\n"

DESCRIPTION = "os.modelarts/description"
SHARING = "os.modelarts/sharing"
WORKSPACE = "os.modelarts/workspace.id"

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a command ended, and what it wrote."""

    code: int
    out: str
    err: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """One request that wanted to change something."""

    method: str
    path: str
    body: Any
    headers: Mapping[str, str]


@dataclass(slots=True, kw_only=True)
class Story:
    """One directory and one service; ``fail`` says what happens to each request, and starts as nothing."""

    directory: Path
    server: LocalServer
    settings: str = ""
    fail: Callable[[Request], Fault | None] = field(default=lambda _request: None)
    told: int = 0

    def files(self, *blocks: str, project_id: str = PROJECT) -> None:
        """Write the configuration: the provider's block, then ``blocks``."""
        provider = (
            f'[provider.modelarts]\nendpoint = "{self.server.url}"\nregion = "eu-de"\nproject_id = "{project_id}"\n'
            f'poll_interval = "0s"\n{self.settings}'
        )
        text = "\n".join((provider, *map(textwrap.dedent, blocks)))
        (self.directory / "main.pools.toml").write_text(text, encoding="utf-8")

    def run(self, *arguments: str) -> Ended:
        """Run poolctl in this process, without a terminal."""
        out, err = io.StringIO(), io.StringIO()
        with patch("sys.stdout", out), patch("sys.stderr", err), patch("sys.stdin", io.StringIO()):
            code = main(["-C", str(self.directory), *arguments])
        return Ended(code=code, out=out.getvalue(), err=err.getvalue())

    def plan(self, *arguments: str) -> Ended:
        """Plan; 0 means nothing to do, 2 means changes."""
        return self.run("plan", "--detailed-exitcode", *arguments)

    def plan_json(self, *arguments: str) -> Json:
        """Return the plan as its document."""
        ended = self.run("plan", "--format", "json", *arguments)
        assert ended.code == 0, ended.err
        document: Json = json.loads(ended.out)
        return document

    def apply(self, *arguments: str) -> Ended:
        """Apply with the answer given beforehand."""
        return self.run("apply", "--auto-approve", *arguments)

    def begin(self, *blocks: str) -> None:
        """Bring service and state to what ``blocks`` say, and forget the writes that it took."""
        self.files(*blocks)
        ended = self.apply()
        assert ended.code == 0, ended.err
        self.take_writes()

    def is_settled(self) -> bool:
        """Tell whether a plan is empty, letter for letter."""
        ended = self.plan()
        return (ended.code, ended.out.splitlines(keepends=True)[-1]) == (0, EMPTY)

    def take_writes(self) -> list[Write]:
        """Return the writes that were asked for since the last look at them."""
        new, self.told = self.server.requests[self.told :], len(self.server.requests)
        return [
            Write(method=one.method, path=one.path, body=json.loads(one.body or b"null"), headers=one.headers)
            for one in new
            if one.is_write
        ]

    def seed_pool(self, **seed: Any) -> str:
        """Make a pool that has been there for long, and return its id."""
        return self._seed(lambda world: make_pool(world, **PoolSeed(**seed)))

    def seed_network(self, name: str, **seed: Any) -> str:
        """Make a network that has been there for long, and return its id."""
        return self._seed(lambda world: make_network(world, name=name, **seed))

    def set_options(self, **options: Any) -> None:
        """Change what the service does where its documentation is silent."""
        self.server.change(lambda world: change_options(world, **options))

    def edit_pool(self, change: Callable[[Json], None], pool_id: str = POOL_ID) -> None:
        """Change a pool as a colleague does at the console."""
        self.server.change(lambda world: change_pool(world, pool_id, change=change))

    def patch_pool(self, body: Json, pool_id: str = POOL_ID) -> None:
        """Let a colleague PATCH a pool and wait until the service has done it."""
        path = f"/v2/{PROJECT}/pools/{pool_id}"
        headers = {"content-type": "application/merge-patch+json", "x-auth-token": "token-of-a-colleague"}
        request = Request(method="PATCH", path=path, headers=headers, body=json.dumps(body).encode())

        def change(world: World) -> World:
            changed, answer = respond(world, request)
            assert answer.status == 200, answer.body
            return respond(changed, Request(method="GET", path=path, headers=headers), steps=9)[0]

        self.server.change(change)

    def drop_pool(self, pool_id: str = POOL_ID) -> None:
        """Take a pool away as a colleague does at the console."""
        self.server.change(lambda world: remove_pool(world, pool_id))

    def run_jobs(self, *nodes: str, pool_id: str = POOL_ID) -> None:
        """Start one job on each of the named nodes."""
        for node in nodes:
            self.server.change(lambda world, node=node: make_workload(world, pool_id, nodes=[node]))

    def find_pool(self, pool_id: str = POOL_ID) -> Json:
        """Return a live pool."""
        return self.find_live("pools")[pool_id]

    def find_live(self, section: str) -> dict[str, Json]:
        """Return the live objects of ``pools`` or ``networks`` by id, each a copy."""
        found: dict[str, Json] = json.loads(json.dumps(self.server.world.document[section]))
        return found

    def find_counts(self, pool_id: str = POOL_ID) -> dict[str, int]:
        """Return the wanted nodes of a pool by node pool."""
        return {
            one.get("nodePool", one["flavor"]): one["count"] for one in self.find_pool(pool_id)["spec"]["resources"]
        }

    def list_nodes(self, pool_id: str = POOL_ID) -> list[str]:
        """Return the names of a pool's nodes that stay."""
        nodes = self.server.world.document["nodes"].get(pool_id, [])
        return [one["metadata"]["name"] for one in nodes if one["status"]["phase"] != "Deleting"]

    def find_killed(self) -> list[Json]:
        """Return the jobs that died of what somebody did to the nodes."""
        killed: list[Json] = self.server.world.document["killed"]
        return killed

    def load_state(self) -> Json:
        """Return the stored state."""
        state: Json = json.loads((self.directory / "pools.state.json").read_text(encoding="utf-8"))
        return state

    def _seed(self, seed: Callable[[World], tuple[World, str]]) -> str:
        made: list[str] = []

        def change(world: World) -> World:
            changed, name = seed(world)
            made.append(name)
            return changed

        self.server.change(change)
        return made[0]


@contextlib.contextmanager
def open_story(directory: Path) -> Iterator[Story]:
    """Serve a fresh world and yield the scene."""
    scenes: list[Story] = []

    def find_fault(request: Request) -> Fault | None:
        return scenes[0].fail(request)

    with LocalServer(faults=find_fault) as server:
        scenes.append(Story(directory=directory, server=server))
        yield scenes[0]


def flatten(text: str) -> str:
    """Return a diagnostic's words without its frame and its line breaks."""
    return " ".join(text.replace("│", " ").split())


def make_pool_block(*extra: str, address: str = "a", name: str = "gpu-a", cpu: int = 2) -> str:
    """Return the block of a Dedicate pool with one entry; ``extra`` are more of its lines."""
    lines = "\n".join(extra)
    return (
        f'[pool.{address}]\nname = "{name}"\ntype = "Dedicate"\nscope = ["Train"]\nnetwork = "{NETWORK_ID}"\n{lines}\n'
        f'[[pool.{address}.resources]]\nflavor = "{CPU}"\ncount = {cpu}\n'
    )


def make_import_block(address: str = "pool.a", id_: str = POOL_ID) -> str:
    """Return the block that adopts a live object."""
    return f'[[import]]\nto = "{address}"\nid = "{id_}"\n'


def make_removed_block(address: str = "pool.a", *, destroy: bool) -> str:
    """Return the block that lets go of an address."""
    return f'[[removed]]\nfrom = "{address}"\ndestroy = {str(destroy).lower()}\nreason = "no longer needed"\n'
