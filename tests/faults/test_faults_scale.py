"""``scale`` cut off at any step: the file never holds half an edit, and never asks for less than the service was given."""

import os
import re
import shutil
from pathlib import Path

import pytest
from embedded_cases import load, prepare
from fault_site import CPU, POOL_ID, run_poolctl
from nursery import KILLED, Nursery
from write_cases import CASES

BEFORE, AFTER = 3, 2
SCALE = ("scale", "pool.a", f"{CPU}={AFTER}", "--hold", "1h", "--auto-approve")
SAVES = {"rename .poolctl-*.tmp a.pools.toml", "rename .poolctl-*.tmp pools.state.json"}


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("before")
    case = CASES["change pool"]
    prepare(directory, case)
    file = directory / "a.pools.toml"
    file.write_text(re.sub(r"(count = )[0-9]+", rf"\g<1>{BEFORE} # nodes", file.read_text("utf-8")), encoding="utf-8")
    assert run_poolctl("-C", str(directory), "apply", "--auto-approve").code == 0
    return directory


@pytest.fixture(autouse=True)
def _unsynced(monkeypatch: pytest.MonkeyPatch) -> None:
    # The machine does not die here: whether the disk has confirmed a write makes no difference.
    monkeypatch.setattr(os, "fsync", lambda _descriptor: None)


def kill_at_each_step(nursery: Nursery, prepared: Path, place: Path) -> tuple[set[str], list[str]]:
    """Kill ``scale`` one step later each time, until it ends alive; return the steps it came to, and what was wrong."""
    code, at, seen, faults = KILLED, 0, set(), []
    while code == KILLED:
        at += 1
        shutil.copytree(prepared, place)
        life = nursery.run("-C", str(place), *SCALE, at=at)
        code = life.code
        seen.update(life.steps)
        try:
            assert code in {KILLED, 0}
            check_truth(place, load_texts(prepared))
        except AssertionError as error:
            faults.append(f"killed at step {at}, {life.steps[-1]}: {error}")
        shutil.rmtree(place)
    return seen, faults


def load_texts(prepared: Path) -> dict[int, str]:
    """Return the file as it was and as it is to be, by the count that it asks for."""
    before = (prepared / "a.pools.toml").read_text("utf-8")
    return {BEFORE: before, AFTER: before.replace(f"count = {BEFORE} #", f"count = {AFTER} #")}


def check_truth(place: Path, texts: dict[int, str]) -> None:
    """Check that the file is whole and not behind the service, and that the next apply ends what was begun."""
    file = place / "a.pools.toml"
    assert file.read_text("utf-8") in texts.values()
    assert find_count(place) == BEFORE or file.read_text("utf-8") == texts[AFTER]
    ended = run_poolctl("-C", str(place), "apply", "--auto-approve")
    assert ended.code == 0, ended.err
    assert file.read_text("utf-8") == texts[find_count(place)]
    plan = run_poolctl("-C", str(place), "plan", "--detailed-exitcode")
    assert (plan.code, plan.err) == (0, "")
    assert load(place / ".poolctl" / "simulator.json")["killed"] == []


def find_count(directory: Path) -> int:
    """Return what the service was told last."""
    [entry] = load(directory / ".poolctl" / "simulator.json")["pools"][POOL_ID]["spec"]["resources"]
    return int(entry["count"])


def test_a_kill_at_any_step_leaves_file_state_and_service_one_truth(nursery: Nursery, prepared: Path, tmp_path: Path):
    seen, faults = kill_at_each_step(nursery, prepared, tmp_path / "site")
    assert faults == []
    assert seen >= SAVES


def test_a_life_that_is_not_cut_off_leaves_the_new_count(nursery: Nursery, prepared: Path, tmp_path: Path):
    shutil.copytree(prepared, tmp_path / "site")
    assert nursery.run("-C", str(tmp_path / "site"), *SCALE).code == 0
    assert find_count(tmp_path / "site") == AFTER
