"""Where a scene is played: killed once at each of its steps, and judged by the service every time."""

import contextlib
import json
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from fault_site import Site, open_site
from kill_scenes import APPLY, Scene
from nursery import KILLED, Nursery

from planner.simulator.documents import World

_QUIET = "No changes. Your infrastructure matches the configuration."
_MADE = re.compile(r"/v\d/[^/]+/(networks|pools)(/[^/]+)?")


@dataclass(slots=True, kw_only=True)
class Stage:
    """A scene about to begin: ``saved`` holds its directory, ``world`` its service; ``nodes`` are those at first."""

    scene: Scene
    site: Site
    nursery: Nursery
    saved: Path
    world: World
    nodes: frozenset[str] = frozenset()
    seen: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)

    def kill_at_each_step(self) -> None:
        """Play the scene again and again, each time one step longer, until it comes to its end alive."""
        code, at = KILLED, 0
        while code == KILLED:
            at += 1
            self._begin()
            life = self.nursery.run("-C", str(self.site.directory), *self.scene.command, at=at)
            code = life.code
            self.seen.update(life.steps)
            try:
                assert code in {KILLED, 0}
                self._judge()
            except AssertionError as error:
                self.faults.append(f"killed at step {at}, {life.steps[-1]}: {error}")

    def ask_at_each_step(self, *numbers: int) -> None:
        """Send the scene a signal at each of its steps, one of ``numbers`` after the other.

        It ends by itself, in words and without its lock; and what it leaves is judged as after a kill.
        """
        at, is_reached = 0, True
        while is_reached:
            at += 1
            number = numbers[at % len(numbers)]
            self._begin()
            before = self._read_lock()
            life = self.nursery.run("-C", str(self.site.directory), *self.scene.command, at=at, number=number)
            is_reached = len(life.steps) >= at
            self.seen.update(life.steps)
            try:
                assert life.code in {0, 1}
                assert ("Traceback" in life.err, "cli.fault" in life.err) == (False, False), life.err
                assert not self._lock.exists() or self._read_lock() == before, "its lock is left"
                self._judge()
            except AssertionError as error:
                told = f"{error or life.err} {life.steps[at:]}"
                self.faults.append(f"signal {number} at step {at}, {life.steps[at - 1 : at]}: code {life.code}, {told}")

    @property
    def _lock(self) -> Path:
        return self.site.directory / "pools.state.json.lock"

    def _read_lock(self) -> str:
        """Return whose lock there is; a process that was killed left its own."""
        return self._lock.read_text(encoding="utf-8") if self._lock.exists() else ""

    def _begin(self) -> None:
        _restore(self.saved, self.site.directory)
        self.site.server.change(lambda _world: self.world)

    def _judge(self) -> None:
        """Check what a plan says, end what was begun, and check what came of it."""
        self._check_plan()
        ended = self.site.run(*self.scene.command)
        assert ended.code == 0, ended.err
        self._check_end()
        plan = self.site.run("plan", "--detailed-exitcode")
        assert (plan.code, plan.out.strip(), plan.err) == (0, _QUIET, "")

    def _check_plan(self) -> None:
        """Check that what is live is not made again, what is gone is not deleted, and ``before`` is what is there."""
        live, counts = self.site.find_live(), self._count_nodes()
        planned = self.site.run("plan", "--format", "json")
        assert planned.code == 0, planned.err
        for change in json.loads(planned.out)["changes"]:
            address, action = change["address"], change["action"]
            is_there = self.scene.tracked.get(address) in live
            assert (action in {"create", "replace"}) <= (not is_there), f"{action} of {address}"
            assert (action in {"delete", "update", "forget", "import"}) <= (change["id"] in live), (
                f"{action} of {address}"
            )
            if change["kind"] == "pool" and change["before"]:
                before = {one["flavor"]: one["count"] for one in change["before"]["spec"]["resources"]}
                assert before in (counts.get(change["id"]), self._count_nodes().get(change["id"]))

    def _count_nodes(self) -> dict[str, dict[str, int]]:
        """Return the counts of each pool by flavor; the service lives on with each request."""
        pools = self.site.server.world.document["pools"].items()
        return {id_: {one["flavor"]: one["count"] for one in pool["spec"]["resources"]} for id_, pool in pools}

    def _check_end(self) -> None:
        scene, document = self.scene, self.site.server.world.document
        assert self.site.find_ids() == dict(scene.tracked)
        assert self.site.find_live() == sorted([*scene.tracked.values(), *scene.left])
        assert self._count_made() == dict(scene.made)
        assert [one for one in document["requests"] if one["method"] == "DELETE" and one["status"] == 404] == []
        assert document["killed"] == []
        after = self.list_nodes()
        assert (len(after), len(self.nodes.intersection(after))) == (scene.nodes, scene.kept)
        assert not self._lock.exists()

    def _count_made(self) -> dict[str, int]:
        taken = [one for one in self.site.server.world.document["requests"] if one["status"] < 300]
        found = [(one["method"], _MADE.fullmatch(one["path"])) for one in taken]
        return Counter(f"{method} {match[1]}" for method, match in found if match and method in {"POST", "DELETE"})

    def list_nodes(self) -> list[str]:
        """Return the names of the nodes that are not on their way out."""
        nodes = [one for found in self.site.server.world.document["nodes"].values() for one in found]
        return [one["metadata"]["name"] for one in nodes if one["status"]["phase"] != "Deleting"]


@contextlib.contextmanager
def open_stage(scene: Scene, directory: Path, *, nursery: Nursery) -> Iterator[Stage]:
    """Bring files and service to where the scene begins."""
    place = directory / "site"
    place.mkdir()
    with open_site(place) as site:
        site.write(*scene.before)
        assert site.run(*APPLY).code == 0
        for command in scene.prepared:
            ended = site.run(*command)
            assert ended.code == 0, ended.err
        site.write(*scene.blocks)
        if not scene.before:
            shutil.rmtree(place / ".poolctl")
            (place / "pools.state.json").unlink(missing_ok=True)
        stage = Stage(scene=scene, site=site, nursery=nursery, saved=directory / "saved", world=site.server.world)
        stage.nodes = frozenset(stage.list_nodes())
        if scene.interrupted_at:
            shutil.copytree(place, directory / "uninterrupted")
            _interrupt(stage)
        shutil.copytree(place, stage.saved)
        stage.world = site.server.world
        yield stage


def _interrupt(stage: Stage) -> None:
    arguments = ("-C", str(stage.site.directory), *stage.scene.command)
    directory, world = stage.site.directory, stage.world
    whole = stage.nursery.run(*arguments)
    at = whole.steps.index(stage.scene.interrupted_at) + 1
    _restore(directory.with_name("uninterrupted"), directory)
    stage.site.server.change(lambda _world: world)
    assert stage.nursery.run(*arguments, at=at).code == KILLED


def _restore(source: Path, directory: Path) -> None:
    """Make ``directory`` what ``source`` is; a side file of the lock stays itself, or its holder were not proven dead."""
    side_file = directory / ".poolctl" / "pools.state.json.flock"
    kept = directory.with_name("side-file")
    if side_file.exists():
        side_file.replace(kept)
    shutil.rmtree(directory)
    shutil.copytree(source, directory)
    if side_file.exists() and kept.exists():
        kept.replace(side_file)
