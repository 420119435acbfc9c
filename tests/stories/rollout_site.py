"""The scene of a rollout: ten pools of one template, a driver for all of them, and a clock that is told."""

import datetime as dt
import json
from dataclasses import dataclass, field

from story_site import GPU, PROJECT, Json, Story

from planner.simulator.faults import Fault, Status
from planner.simulator.requests import Request

NAMES = tuple("abcdefghij")
REFUSED = Status(status=400, body=b'{"error_code": "ModelArts.50004000", "error_msg": "no such driver"}')
WINDOW = 'days = ["saturday"]\nstart = "22:00"\nend = "04:00"\ntz = "Europe/Berlin"\n'
TUESDAY = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)
SATURDAY = dt.datetime(2026, 11, 28, 21, tzinfo=dt.UTC)
OPENS = "the window of rollout.drivers opens Saturday 2026-11-28 22:00 Europe/Berlin"
FIRST = ("j", "a", "b", "c", "d", "e", "f", "g", "h", "i")
"""The pools in the order of the rollout: the canary is the last by name."""


def make_files(version: str, *, count: int = 1, rule: str = "", window: str = WINDOW) -> str:
    """Return ten pools of one template, and the rollout of their driver."""
    names = ", ".join(f'"{name}"' for name in NAMES)
    return (
        f'[pool.team]\nfor_each = [{names}]\nname = "team-${{each.key}}"\ntype = "Dedicate"\nscope = ["Train"]\n'
        f'network = "${{network.main.id}}"\ndriver = {{ gpu_version = "{version}", update_strategy = "force" }}\n'
        f'[[pool.team.resources]]\nflavor = "{GPU}"\ncount = {count}\n'
        '[network.main]\nname = "main-net"\ncidr = "192.168.0.0/16"\n'
        '[[allow]]\naddress = "pool.*"\nclass = "interrupts"\nuntil = 2099-01-01T00:00:00Z\nreason = "INC-12"\n'
        f'[rollout.drivers]\nfields = ["driver"]\norder = [\'pool.team["j"]\', "pool.team[*]"]\n{rule}'
        f"[rollout.drivers.window]\n{window}"
    )


@dataclass(slots=True)
class Night:
    """A scene whose clock is told: it goes on by ``minutes`` with each driver that is sent.

    The service refuses the driver of the ``broken`` pools; that of the ``spoiled`` one it takes, and it does not run.
    """

    story: Story
    now: dt.datetime = TUESDAY
    minutes: int = 0
    broken: frozenset[str] = frozenset()
    begun: list[dt.datetime] = field(default_factory=list)
    answer_broken: Fault = REFUSED
    spoiled: str = ""

    def read_clock(self) -> dt.datetime:
        return self.now + dt.timedelta(minutes=self.minutes * len(self.begun))

    def answer(self, request: Request) -> Fault | None:
        """Refuse the driver of a broken pool; note when each one came."""
        if self.spoiled and request.method == "GET":
            self.story.edit_pool(spoil_driver, f"team-{self.spoiled}-{PROJECT}")
        if not is_driver(request.method, request.body):
            return None
        self.begun.append(self.read_clock())
        is_broken = any(f"/team-{name}-" in request.path for name in self.broken)
        return self.answer_broken if is_broken else None

    def set_clock(self, now: dt.datetime, *, minutes: int = 0) -> None:
        self.now, self.minutes = now, minutes
        self.begun.clear()

    def take_drivers(self) -> list[str]:
        """Return the pools to which a driver was sent since the last look, in their order."""
        writes = [one for one in self.story.take_writes() if "driver" in one.body.get("spec", {})]
        return [one.path.rpartition("/team-")[2][0] for one in writes]


def spoil_driver(pool: Json) -> None:
    """Let an upgrade that has begun end as a driver that does not run."""
    if pool["spec"]["driver"]["gpuVersion"] == "470.57":
        pool.get("simulator", {}).pop("drivers", None)
        pool["status"]["driver"]["gpu"].update(version="470.57", state="Abnormal")


def is_driver(method: str, body: bytes | None) -> bool:
    return method == "PATCH" and "driver" in json.loads(body or b"{}").get("spec", {})


def list_versions(story: Story) -> dict[str, str]:
    pools = {name: story.find_pool(f"team-{name}-{PROJECT}") for name in NAMES}
    return {name: pool["status"]["driver"]["gpu"]["version"] for name, pool in pools.items()}
