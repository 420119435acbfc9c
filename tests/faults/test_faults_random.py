"""Random edits, colleagues, jobs, failures and kills: nobody's work is undone, and the end is what the files ask for."""

import contextlib
import tempfile
from pathlib import Path
from typing import Any

import pytest
from estates import NAMES, Estate, RecordingServer, Weather, Wish, find_pools, land_job, make_id, patch_as_colleague
from fault_site import CPU, open_site
from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from planner.simulator.faults import Delay, Fault, Garbage, ResetAfter, ResetBefore, StaleRead, Status, Truncated

SHARDS = 4
STEPS = 6
WISHES = st.builds(
    Wish,
    cpu=st.integers(1, 5),
    gpu=st.integers(0, 3),
    description=st.sampled_from(["", "first", "second"]),
    team=st.sampled_from(["", "vision", "speech"]),
)
EDITS = st.dictionaries(st.sampled_from(NAMES), WISHES, max_size=2)
AT_ONCE = {"retry-after": "0"}
FAULTS: list[Fault] = [
    Status(status=400),
    Status(status=403),
    Status(status=409),
    Status(status=429, headers=AT_ONCE),
    Status(status=500, headers=AT_ONCE),
    ResetBefore(),
    ResetAfter(),
    Truncated(),
    Garbage(),
    StaleRead(),
    Delay(seconds=0.4),
]
SOME_FAULTS = st.dictionaries(st.integers(1, 25), st.sampled_from(FAULTS), max_size=3)
POOLS = st.sampled_from(NAMES)


class RandomLife(RuleBasedStateMachine):
    """One estate; each rule is one thing that somebody does."""

    @initialize()
    def begin(self) -> None:
        self._scene = contextlib.ExitStack()
        directory = Path(self._scene.enter_context(tempfile.TemporaryDirectory()))
        provider = 'request_timeout = "300ms"\nmax_retries = 2\nwait_timeout = "2s"'
        self.estate = Estate(
            self._scene.enter_context(open_site(directory, settings=provider, make_server=RecordingServer))
        )

    @rule(
        wishes=EDITS,
        faults=SOME_FAULTS,
        landing=st.booleans(),
        permitted=st.lists(POOLS, unique=True, max_size=1),
        options=st.sampled_from([(), ("--up-to-idle",)]),
    )
    def edit_and_apply(
        self,
        wishes: dict[str, Wish],
        faults: dict[int, Fault],
        permitted: list[str],
        *,
        landing: bool,
        options: tuple[str, ...],
    ) -> None:
        self.estate.wishes |= wishes
        weather = Weather(site=self.estate.site, faults=faults, landing=landing)
        self.estate.apply("--skip-blocked", *options, weather=weather, permitted=permitted)

    @rule(wishes=EDITS, at=st.integers(1, 25), takes_effect=st.booleans())
    def edit_apply_and_die(self, wishes: dict[str, Wish], at: int, *, takes_effect: bool) -> None:
        self.estate.wishes |= wishes
        self.estate.apply_and_die(at=at, takes_effect=takes_effect)

    @precondition(lambda self: "b" in self.estate.wishes)
    @rule()
    def give_up_and_apply(self) -> None:
        del self.estate.wishes["b"]
        self.estate.apply("--skip-blocked")

    @rule(name=POOLS, count=st.integers(1, 6))
    def colleague_scales(self, name: str, count: int) -> None:
        self._patch_entries(
            name, lambda entry: entry | {"count": count, "maxCount": count} if _is_cpu(entry) else entry
        )

    @rule(name=POOLS, text=st.sampled_from(["x", "y"]))
    def colleague_labels_an_entry(self, name: str, text: str) -> None:
        self._patch_entries(name, lambda entry: entry | {"labels": {"owner": text}})

    @rule(name=POOLS, count=st.integers(1, 2))
    def colleague_adds_an_entry(self, name: str, count: int) -> None:
        added = {"flavor": CPU, "nodePool": "theirs", "count": count}
        self._patch_entries(name, lambda entry: entry, added=added)

    @rule(name=POOLS, key=st.sampled_from(["owner", "os.modelarts/description", "team"]), text=st.sampled_from("uv"))
    def colleague_annotates(self, name: str, key: str, text: str) -> None:
        patch_as_colleague(self.estate.site, make_id(name), {"metadata": {"annotations": {key: text}}})

    @rule(name=POOLS, indexes=st.sets(st.integers(0, 4), min_size=1))
    def jobs_land(self, name: str, indexes: set[int]) -> None:
        for index in indexes:
            self.estate.site.server.change(lambda world, index=index: land_job(world, make_id(name), index=index))

    def teardown(self) -> None:
        with self._scene:
            self.estate.finish()

    def _patch_entries(self, name: str, change: Any, *, added: dict[str, Any] | None = None) -> None:
        pool = find_pools(self.estate.site.server.world.document).get(make_id(name))
        if pool is not None:
            entries = [change(one) for one in pool["spec"]["resources"] if one.get("nodePool") != "theirs" or not added]
            patch_as_colleague(
                self.estate.site, make_id(name), {"spec": {"resources": [*entries, *([added] * bool(added))]}}
            )


def _is_cpu(entry: dict[str, Any]) -> bool:
    return bool(entry["flavor"] == CPU and entry.get("nodePool") == f"{CPU}-default")


@pytest.mark.parametrize("shard", range(SHARDS))
def test_whatever_happens_nobodys_work_is_undone_and_the_files_come_true(
    shard: int, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
):
    monkeypatch.setenv("HW_AUTH_TOKEN", "token-of-a-test")
    monkeypatch.setattr("planner.remote.retry.LONGEST_BACKOFF", 0.001)
    runs = int(request.config.getoption("--random-runs"))
    chosen = settings(
        max_examples=-(-runs // SHARDS),
        stateful_step_count=STEPS,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        print_blob=True,
    )
    run_state_machine_as_test(seed(shard)(type(f"RandomLife{shard}", (RandomLife,), {})), settings=chosen)
