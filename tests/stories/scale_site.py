"""The scene of the stories of ``scale``: a pool of four CPU nodes, whose file has comments and a layout of its own."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from story_site import CPU, NETWORK_ID, Ended, Json, Story, make_import_block

from planner.simulator.faults import Fault, Status
from planner.simulator.requests import Request

FILE = f"""\
# night shift: ask before you touch this
[pool.a]
name    = "gpu-a"
type    = "Dedicate"
network = "{NETWORK_ID}"

[[pool.a.resources]]
flavor = "{CPU}"   # the cheap one
count  = 4         # never below 2
"""


def begin(story: Story) -> Story:
    """Bring the scene about: the pool is adopted, and nothing differs."""
    story.seed_network("network-maos")
    story.seed_pool(name="gpu-a", entries=[{"flavor": CPU, "count": 4}])
    story.begin(FILE, make_import_block())
    return story


def find_file(story: Story) -> Path:
    """Return the path of the configuration file."""
    return story.directory / "main.pools.toml"


def read_file(story: Story) -> str:
    """Return the text of the configuration file."""
    return find_file(story).read_text(encoding="utf-8")


def scale(story: Story, target: str, *options: str) -> Ended:
    """Scale ``pool.a`` with the answer given beforehand."""
    return story.run("scale", "pool.a", target, "--auto-approve", *options)


def find_holds(story: Story) -> list[Json]:
    """Return the holds that the state keeps."""
    found: list[Json] = story.load_state()["resources"]["pool.a"].get("holds", [])
    return found


def clone(story: Story, directory: Path) -> Story:
    """Return a colleague's clone: the files of now, and the state that both share."""
    directory.mkdir()
    shutil.copy(find_file(story), directory)
    state = "pools.state.json"
    (directory / state).symlink_to(story.directory / state)
    return Story(directory=directory, server=story.server)


@dataclass(slots=True)
class Refusing:
    """Refuses the writes of ``method`` with a status that is not worth repeating."""

    method: str
    status: int = 400

    def __call__(self, request: Request) -> Fault | None:
        return Status(status=self.status) if request.method == self.method else None


@dataclass(slots=True)
class Once:
    """Does something before the first request of ``method`` is answered."""

    method: str
    action: Callable[[], Any]
    done: list[bool] = field(default_factory=list)

    def __call__(self, request: Request) -> Fault | None:
        if request.method == self.method and not self.done:
            self.done.append(True)
            self.action()
        return None
