"""Two pools under edits, colleagues, jobs, failures and kills, and what must hold after each apply whatever came."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess
from typing import Any

from dying import run_killed
from fault_site import CPU, GPU, NETWORK, NETWORK_ID, PROJECT, Ended, Site

from planner.simulator.documents import World
from planner.simulator.faults import Fault, ResetAfter, ResetBefore
from planner.simulator.http_server import LocalServer
from planner.simulator.requests import Request, Response
from planner.simulator.seeding import list_node_names, make_workload
from planner.simulator.world import respond

Json = dict[str, Any]
NAMES = ("a", "b")
GUARDS = "[guards]\nmax_percent_removed = 100\nmax_nodes_added = 100\n"
DESCRIPTION = "os.modelarts/description"
# What the service derives of what it is asked for: these follow, they are nobody's.
_DERIVED_LABELS = frozenset({"os.modelarts/order.name"})
_DERIVED_ANNOTATIONS = frozenset({"os.modelarts/flavor.resource.ids", "os.modelarts.pool/subpools.count"})
_DERIVED_OF_ENTRY = frozenset({"count", "maxCount", "azs"})
_PATCH = {"content-type": "application/merge-patch+json", "x-auth-token": "token-of-a-colleague"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the files ask of a pool; an empty text and a flavor without nodes are not written."""

    cpu: int = 2
    gpu: int = 0
    description: str = ""
    team: str = ""

    @property
    def counts(self) -> dict[str, int]:
        """Return the nodes by flavor."""
        return {flavor: count for flavor, count in ((CPU, self.cpu), (GPU, self.gpu)) if count}

    @property
    def annotations(self) -> dict[str, str]:
        """Return the annotations as the API names them."""
        written = {DESCRIPTION: self.description, "team": self.team}
        return {key: text for key, text in written.items() if text}

    def format(self, name: str) -> str:
        """Return the block."""
        lines = [f'[pool.{name}]\nname = "gpu-{name}"\ntype = "Dedicate"\nnetwork = "${{network.main.id}}"']
        lines += [f'description = "{self.description}"'] * bool(self.description)
        lines += [f'annotations = {{ team = "{self.team}" }}'] * bool(self.team)
        lines += [f'[[pool.{name}.resources]]\nflavor = "{one}"\ncount = {count}' for one, count in self.counts.items()]
        return "\n".join(lines) + "\n"


def make_id(name: str) -> str:
    """Return the id of the pool that ``pool.NAME`` declares."""
    return f"gpu-{name}-{PROJECT}"


class RecordingServer(LocalServer):
    """A service that remembers the world right before and right after each write took effect."""

    def __init__(self, **options: Any) -> None:
        """Start with nothing written."""
        super().__init__(**options)
        self.effects: list[tuple[Request, Json, Json]] = []

    def _change_world(self, world: World, request: Request, *, is_stale: bool) -> tuple[World, Response]:
        changed, answer = super()._change_world(world, request, is_stale=is_stale)
        if request.is_write:
            self.effects.append((request, world.document, changed.document))
        return changed, answer


@dataclass(slots=True, kw_only=True)
class Weather:
    """What happens to requests, by their number.

    With ``landing`` a job lands just before the first list of workloads is answered. At request ``killed_at`` the
    client dies, and the request takes effect or does not.
    """

    site: Site
    faults: Mapping[int, Fault] = field(default_factory=dict)
    landing: bool = False
    killed_at: int = 0
    takes_effect: bool = False
    _count: int = 0
    _victims: list[ForkServerProcess] = field(default_factory=list)

    def aim(self, victim: ForkServerProcess) -> None:
        """Say whom to kill."""
        self._victims.append(victim)

    def __call__(self, request: Request) -> Fault | None:
        self._count += 1
        if self.landing and request.path.endswith("/workloads"):
            self.landing = False
            self.site.server.change(lambda world: land_job(world, request.path.split("/")[4], index=0))
        if self._count == self.killed_at and self._victims:
            self._victims.pop().kill()
            return ResetAfter() if self.takes_effect else ResetBefore()
        return self.faults.get(self._count)


def land_job(world: World, pool_id: str, *, index: int) -> World:
    """Start a job on one of the pool's nodes, where it has any."""
    names = list_node_names(world, pool_id)
    return make_workload(world, pool_id, nodes=[names[index % len(names)]], steps=40) if names else world


def find_pools(document: Json) -> dict[str, Json]:
    """Return the pools of a world that are not on their way out."""
    return {key: one for key, one in document["pools"].items() if one["status"].get("phase") != "Deleting"}


def patch_as_colleague(site: Site, pool_id: str, body: Json) -> None:
    """Let a colleague PATCH a pool, as far as the service lets him, and wait until it is done."""
    path = f"/v2/{PROJECT}/pools/{pool_id}"
    request = Request(method="PATCH", path=path, headers=_PATCH, body=json.dumps(body).encode())

    def change(world: World) -> World:
        asked = respond(world, request)[0]
        return respond(asked, Request(method="GET", path=path, headers=_PATCH), steps=9)[0]

    site.server.change(change)


class Estate:
    """The files, the service, and what must hold."""

    def __init__(self, site: Site) -> None:
        """Begin with one pool and its network."""
        self.site = site
        self.wishes: dict[str, Wish] = {"a": Wish(cpu=4)}
        self.annotated: dict[str, set[str]] = {name: set() for name in NAMES}
        self.write()
        assert self.apply().code == 0

    @property
    def effects(self) -> list[tuple[Request, Json, Json]]:
        """Return every write so far, with the worlds right before and after it."""
        assert isinstance(self.site.server, RecordingServer)
        return self.site.server.effects

    def write(self) -> None:
        """Write the files, and remember which annotations they ever asked for; a tracked pool that is wished no more gets [[removed]]."""
        gone = [f'[[removed]]\nfrom = "pool.{name}"\ndestroy = true\n' for name in self.find_unwished()]
        for name, wish in self.wishes.items():
            self.annotated[name] |= wish.annotations.keys()
        blocks = [wish.format(name) for name, wish in sorted(self.wishes.items())]
        self.site.write(GUARDS, NETWORK, *blocks, *gone)

    def find_unwished(self) -> list[str]:
        """Return the names of pools that are there and that the files do not ask for."""
        pools = self.site.server.world.document["pools"]
        return [name for name in NAMES if make_id(name) in pools and name not in self.wishes]

    def apply(self, *options: str, weather: Weather | None = None, permitted: Sequence[str] = ()) -> Ended:
        """Apply and check what may never happen; ``permitted`` are the pools whose jobs may be interrupted."""
        self.write()
        weather = weather or Weather(site=self.site)
        before = _Before(self, permitted)
        self.site.fail = weather
        ended = self.site.apply(*options, *before.options)
        self.site.fail = Weather(site=self.site)
        assert "fault of poolctl" not in ended.err.lower(), ended.err
        before.check()
        return ended

    def apply_and_die(self, *, at: int, takes_effect: bool) -> None:
        """Apply in a process that is killed at a request, and check the same."""
        self.write()
        before = _Before(self, ())
        weather = Weather(site=self.site, killed_at=at, takes_effect=takes_effect)
        self.site.fail = weather
        run_killed(["apply", "--auto-approve", "-C", str(self.site.directory), *before.options], weather)
        self.site.fail = Weather(site=self.site)
        before.check()

    def finish(self) -> None:
        """Bring everything to what the files ask for, with every permission, and check that it is so."""
        for _ in range(4):
            self.apply("--revert-drift", "pool.*", permitted=NAMES)
        plan = self.site.run("plan", "--detailed-exitcode")
        assert (plan.code, plan.out.splitlines()[-1:]) == (
            0,
            ["No changes. Your infrastructure matches the configuration."],
        ), plan.out + plan.err
        self._check_end()

    def _check_end(self) -> None:
        pools = find_pools(self.site.server.world.document)
        wanted = {make_id(name): wish for name, wish in self.wishes.items()}
        assert pools.keys() == wanted.keys()
        assert sorted(self.site.find_ids().values()) == sorted([*wanted, NETWORK_ID])
        for id_, wish in wanted.items():
            assert {one["flavor"]: one["count"] for one in _find_ours(pools[id_])} == wish.counts
            assert wish.annotations.items() <= pools[id_]["metadata"]["annotations"].items()
        made, gone = (len(self.site.find_effects(one, "/v2/.*/pools.*")) for one in ("POST", "DELETE"))
        made -= len(self.site.find_effects("POST", "/v2/.*/batch-delete"))
        assert made - gone == len(wanted)


class _Before:
    """What there was before an apply, and the judgement of what came of it."""

    def __init__(self, estate: Estate, permitted: Sequence[str]) -> None:
        self._estate = estate
        leaving = estate.find_unwished()
        self._killable = {make_id(name) for name in (*permitted, *leaving)}
        self._removable = {make_id(name) for name in leaving}
        self._killed = len(estate.site.server.world.document["killed"])
        self._effects = len(estate.effects)
        chosen = [f"pool.{name}=interrupts" for name in permitted if name in estate.wishes]
        chosen += [f"pool.{name}=destroys" for name in leaving]
        self.options = [word for one in chosen for word in ("--allow", one)]

    def check(self) -> None:
        """Check each write by the worlds right before and after it."""
        final = self._estate.site.server.world.document
        killed = [one["request"] for one in final["killed"][self._killed :]]
        assert [one for one in killed if not any(id_ in one for id_ in self._killable)] == []
        for request, before, after in self._estate.effects[self._effects :]:
            for id_, pool in find_pools(before).items():
                self._check_pool(request, id_, before=pool, after=find_pools(after).get(id_))

    def _check_pool(self, request: Request, id_: str, *, before: Json, after: Json | None) -> None:
        if after is None:
            assert id_ in self._removable, f"{request.method} {request.path} took {id_} away"
            return
        name = id_.removeprefix("gpu-").partition("-")[0]
        is_meant = id_ in request.path.split("/")
        assert dict(self._find_kept(name, before, is_meant=is_meant)) == dict(
            self._find_kept(name, after, is_meant=is_meant)
        ), f"{request.method} {request.path} {request.body!r}"

    def _find_kept(self, name: str, pool: Json, *, is_meant: bool) -> Iterator[tuple[str, Any]]:
        """Yield what a write must leave alone: everything where it is meant for another pool."""
        managed = self._estate.annotated[name] if is_meant else set()
        annotations, labels = pool["metadata"]["annotations"], pool["metadata"]["labels"]
        yield "annotations", _without(annotations, _DERIVED_ANNOTATIONS | managed)
        yield "labels", _without(labels, _DERIVED_LABELS)
        yield "spec", _without(pool["spec"], {"resources"})
        ours = [one["flavor"] for one in _find_ours(pool)] if is_meant else []
        entries = {(one["flavor"], one.get("nodePool", "")): one for one in pool["spec"]["resources"]}
        yield "entries of others", {key: one for key, one in entries.items() if not _is_ours(one) or not ours}
        yield "CPU entry", _without(entries.get((CPU, f"{CPU}-default"), {}), _DERIVED_OF_ENTRY if is_meant else set())


def _is_ours(entry: Json) -> bool:
    return bool(entry.get("nodePool", "").endswith("-default"))


def _find_ours(pool: Json) -> list[Json]:
    return [one for one in pool["spec"]["resources"] if _is_ours(one)]


def _without(members: Mapping[str, Any], names: set[str] | frozenset[str]) -> Json:
    return {key: value for key, value in members.items() if key not in names}
