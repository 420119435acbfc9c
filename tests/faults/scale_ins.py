"""A pool that is made smaller again and again while jobs land on its nodes and a colleague changes its count."""

import itertools
import random
from typing import Any

from estates import land_job, patch_as_colleague
from fault_site import CPU, NETWORK, POOL_ID, Ended, Site, make_pool_block

from planner.simulator.documents import World
from planner.simulator.faults import Fault
from planner.simulator.records import find_busy_removals
from planner.simulator.requests import Request
from planner.simulator.seeding import list_node_names

FULL, LEAST = 16, 8
_GUARDS = "[guards]\nmax_percent_removed = 100\nmax_nodes_added = 100\n"


class ScaleIns:
    """Each turn plans to let some nodes go, lets others do what they like, and applies.

    ``landed`` counts the jobs that came while a plan or an apply was under way, ``edited`` the counts of a colleague.
    """

    def __init__(self, site: Site, *, seed: int) -> None:
        """Begin with a full pool that nobody uses."""
        self._site = site
        self._random = random.Random(seed)  # noqa: S311 - chance, no secret
        self.landed = 0
        self.edited = 0
        self.codes: list[int] = []
        self._write(FULL)
        assert site.apply().code == 0

    @property
    def busy_removals(self) -> list[dict[str, Any]]:
        """Return the nodes that were busy when they went, by the service's own log."""
        return find_busy_removals(self._site.server.world)

    @property
    def killed(self) -> list[dict[str, Any]]:
        """Return the jobs that were ended before their time."""
        found: list[dict[str, Any]] = self._site.server.world.document["killed"]
        return found

    @property
    def removed(self) -> list[dict[str, Any]]:
        """Return the nodes that were removed by name."""
        removed: list[dict[str, Any]] = self._site.server.world.document["removed"]
        return [one for one in removed if one["request"].endswith("/batch-delete")]

    def scale_in(self, times: int) -> None:
        """Take turns until the service has removed nodes so often."""
        for turn in itertools.count():
            if self._count_removals() >= times:
                return
            assert turn < 4 * times, "most scale-ins are refused"
            self._take_turn()

    def _take_turn(self) -> None:
        self._grow_again()
        self._land(chance=0.3)
        self._write(self._find_count() - self._random.randint(1, 4))
        options = ["--revert-drift", "pool.a", *self._random.choice(([], [], ["--up-to-idle"]))]
        self.codes.append(self._apply_later(options) if self._random.random() < 0.5 else self._apply_now(options))

    def _count_removals(self) -> int:
        return len(self._site.find_effects("POST", ".*/batch-delete"))

    def _apply_later(self, options: list[str]) -> int:
        """Save a plan, let others work for a while, and apply it."""
        plan = str(self._site.directory / "plan.json")
        planned = self._site.run("plan", "--out", plan, *options)
        assert planned.code == 0, planned.err
        self._disturb()
        return self._check(self._site.run("apply", plan))

    def _apply_now(self, options: list[str]) -> int:
        """Apply, and let others work whenever jobs are looked at."""
        self._site.fail = self._disturb_lists
        ended = self._site.apply(*options)
        self._site.fail = lambda _request: None
        return self._check(ended)

    def _check(self, ended: Ended) -> int:
        assert "fault of poolctl" not in ended.err.lower(), ended.err
        return ended.code

    def _disturb_lists(self, request: Request) -> Fault | None:
        if request.path.endswith("/workloads"):
            self._disturb()
        return None

    def _disturb(self) -> None:
        self.landed += self._land(chance=0.4)
        if self._random.random() < 0.2:
            self.edited += 1
            self._edit_count(self._find_count() + self._random.randint(1, 2))

    def _land(self, *, chance: float) -> int:
        """Let jobs land on some nodes; return how many did."""
        names = list_node_names(self._site.server.world, POOL_ID)
        chosen = [index for index in range(len(names)) if self._random.random() < chance / 2]

        def land(world: World) -> World:
            for index in chosen:
                world = land_job(world, POOL_ID, index=index)
            return world

        self._site.server.change(land)
        return len(chosen)

    def _grow_again(self) -> None:
        if self._find_count() < LEAST + 4:
            self._edit_count(FULL)

    def _edit_count(self, count: int) -> None:
        """Let a colleague set a larger count at the console; of a smaller one the service would choose the nodes."""
        patch_as_colleague(self._site, POOL_ID, {"spec": {"resources": [{"flavor": CPU, "count": count}]}})

    def _find_count(self) -> int:
        [entry] = self._site.find_pool()["spec"]["resources"]
        return int(entry["count"])

    def _write(self, count: int) -> None:
        self._site.write(_GUARDS, NETWORK, make_pool_block(cpu=count))
