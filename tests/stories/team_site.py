"""Two directories with the same files and one service: each stands for a machine that shares the state."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from story_site import Story

from planner.core.desired import HttpBackend, PostgresBackend
from planner.simulator.requests import Request

NETWORK = '[network.n]\nname = "net-n"\ncidr = "192.168.0.0/16"\n'
POOL = (
    '[pool.a]\nname = "gpu-a"\ntype = "Dedicate"\nscope = ["Train"]\nnetwork = "${network.n.id}"\n'
    '[[pool.a.resources]]\nflavor = "modelarts.vm.cpu.4ud"\ncount = 2\n'
)
CALL = "import sys; from planner.cli.entry import main; sys.exit(main(sys.argv[1:]))"


@dataclass
class Team:
    """Two directories; ``scene`` decides what happens to requests to the service."""

    first: Story
    second: Story
    scene: Story
    hits: list[str] = field(default_factory=list)

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        """Start poolctl in the first directory in a process of its own, as on another machine."""
        command = [sys.executable, "-c", CALL, "-C", str(self.first.directory), *arguments]
        return subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def on_write(self, number: int, act: Callable[[], object]) -> None:
        """Call ``act`` when the ``number``-th write arrives, before it is done."""

        def look(request: Request) -> None:
            if request.is_write:
                self.hits.append(request.path)
                (act if len(self.hits) == number else lambda: None)()

        self.scene.fail = look


def make_team(story: Story, place: Path, *blocks: str, settings: str = "") -> Team:
    """Return two directories in ``place`` with ``blocks``, a network and a pool, at the service of ``story``."""
    members = []
    for name in ("first", "second"):
        (place / name).mkdir()
        members.append(Story(directory=place / name, server=story.server, settings=settings))
        members[-1].files(*blocks, NETWORK, POOL)
    return Team(first=members[0], second=members[1], scene=story)


def read_all(directory: Path) -> str:
    """Return everything that poolctl left in ``directory``."""
    return "".join(path.read_text(encoding="utf-8") for path in directory.rglob("*") if path.is_file())


def format_postgres_backend(backend: PostgresBackend) -> str:
    """Return the block as a user would write it."""
    return f'[backend.postgres]\nconn = "{backend.conn}"\nschema = "{backend.schema}"\npath = "{backend.path}"\n'


def format_http_backend(backend: HttpBackend) -> str:
    """Return the block as a user would write it: what differs from the defaults."""
    usual = HttpBackend(address=backend.address, lock_address=backend.address, unlock_address=backend.lock_address)
    names = ("lock_address", "lock_method", "unlock_method")
    own = {name: getattr(backend, name) for name in names if getattr(backend, name) != getattr(usual, name)}
    rows = {"address": backend.address, **own}
    return "".join(("[backend.http]\n", *(f'{name} = "{text}"\n' for name, text in rows.items())))
