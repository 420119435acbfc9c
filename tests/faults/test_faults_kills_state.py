"""kill -9 at each step of what changes the state alone or writes a file: whole before or whole after, and it goes on."""

import json
import os
import shutil
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from fault_site import NETWORK, make_pool_block, run_poolctl
from nursery import KILLED, Life, Nursery

from planner.state.files import LEFT_SECONDS

PROVIDER = (
    '[provider.modelarts]\nendpoint = "simulator"\nregion = "eu-de"\nproject_id = "86c13962597848eeb29c5861153a391f"\n'
)
FILES = f"{PROVIDER}\n{NETWORK}\n{make_pool_block()}"
STATE = "pools.state.json"
LOCK = f"{STATE}.lock"


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A command that is killed at each step; ``expected`` is what is tracked when it has ended at last.

    ``steps`` are steps that the command comes to; ``accepted`` is how it may end when it is run again.
    """

    command: tuple[str, ...]
    prepared: tuple[tuple[str, ...], ...] = ()
    expected: tuple[str, ...] = ("network.main", "pool.a")
    steps: frozenset[str] = frozenset({"rename .poolctl-*.tmp pools.state.json", "open saves.jsonl"})
    accepted: frozenset[int] = frozenset({0})


MV = ("state", "mv", "pool.a", "pool.b")
SCENES = {
    "state mv": Scene(command=MV, expected=("network.main", "pool.b"), accepted=frozenset({0, 1})),
    "state push": Scene(command=("state", "push", "next.json", "--auto-approve"), prepared=(("state", "pull"),)),
    "state rollback": Scene(command=("state", "rollback", "2", "--auto-approve"), prepared=(MV,)),
    "plan --out": Scene(command=("plan", "--out", "plan.json"), steps=frozenset({"rename .poolctl-*.tmp plan.json"})),
    "apply --receipt": Scene(
        command=("apply", "--auto-approve", "--receipt", "receipt.json"),
        steps=frozenset({"rename .poolctl-*.tmp receipt.json"}),
    ),
}


@pytest.fixture(scope="module")
def applied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a directory that was applied on the embedded simulator."""
    place = tmp_path_factory.mktemp("applied")
    (place / "a.pools.toml").write_text(FILES, encoding="utf-8")
    assert run_poolctl("-C", str(place), "apply", "--auto-approve").code == 0
    return place


@pytest.fixture
def place(applied: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(os, "fsync", lambda _descriptor: None)
    return shutil.copytree(applied, tmp_path / "place")


def read(place: Path) -> dict[str, object]:
    document: dict[str, object] = json.loads((place / STATE).read_text(encoding="utf-8"))
    return document


def prepare(place: Path, scene: Scene) -> None:
    ended = [run_poolctl("-C", str(place), *command) for command in scene.prepared]
    assert {one.code for one in ended} <= {0}
    document = read(place)
    serial = int(str(document["serial"])) + 1
    (place / "next.json").write_text(json.dumps(document | {"serial": serial}), encoding="utf-8")


def play(scene: Scene, place: Path, *, nursery: Nursery, at: int, number: int) -> tuple[Life, list[str]]:
    """Send the command a signal at step ``at`` of a fresh copy; return how it ended, and what is wrong afterwards."""
    trial = shutil.copytree(place, place.with_name(f"trial{at}"))
    before = read(trial)
    life = nursery.run("-C", str(trial), *scene.command, at=at, number=number)
    is_locked = (trial / LOCK).exists()
    between = read(trial)
    again = run_poolctl("-C", str(trial), *scene.command)
    after = read(trial)
    plan = run_poolctl("-C", str(trial), "plan")
    wrong = {
        f"lineage {between['lineage']}": between["lineage"] != before["lineage"],
        f"again {again.code}: {again.err}": again.code not in scene.accepted,
        f"tracked {[*after['resources']]}": tuple(after["resources"]) != scene.expected,  # type: ignore[arg-type]
        "serial fell": int(str(after["serial"])) < int(str(between["serial"])),
        "lock left": (trial / LOCK).exists() or (is_locked and life.code != KILLED),
        f"ended {life.code}: {life.err}": "Traceback" in life.err or life.code not in {KILLED, 0, 1},
        f"plan {plan.err}": "Traceback" in plan.err or "[state.older]" in plan.err,
    }
    shutil.rmtree(trial)
    return life, [f"step {at}, {life.steps[at - 1 : at]}: {what}" for what, is_so in wrong.items() if is_so]


def play_all(
    scene: Scene, place: Path, *, nursery: Nursery, number: int = signal.SIGKILL
) -> tuple[set[str], list[str]]:
    """Send the command a signal at each of its steps, until there is no such step any more."""
    at, seen, faults, is_reached = 0, set[str](), list[str](), True
    while is_reached:
        at += 1
        life, wrong = play(scene, place, nursery=nursery, at=at, number=number)
        is_reached = len(life.steps) >= at
        seen |= set(life.steps)
        faults += wrong
    return seen, faults


@pytest.mark.parametrize("name", SCENES)
def test_kill_at_any_step_leaves_one_whole_state_and_the_command_goes_on(name: str, place: Path, nursery: Nursery):
    scene = SCENES[name]
    prepare(place, scene)
    seen, faults = play_all(scene, place, nursery=nursery)
    assert faults == []
    assert scene.steps <= seen


@pytest.mark.parametrize("name", ["state mv"])
def test_signal_that_asks_for_an_end_leaves_no_lock_either(name: str, place: Path, nursery: Nursery):
    scene = SCENES[name]
    prepare(place, scene)
    seen, faults = play_all(scene, place, nursery=nursery, number=signal.SIGTERM)
    assert faults == []
    assert scene.steps <= seen


MIGRATE = ("state", "migrate", "--from", "../old", "--auto-approve")


def move(place: Path, *, nursery: Nursery, at: int) -> tuple[int, set[str], list[str]]:
    """Kill a move to another directory at step ``at``, move again, and return what ``play`` returns."""
    trial = place.with_name(f"move{at}")
    old, new = shutil.copytree(place, trial / "old"), trial / "new"
    new.mkdir()
    shutil.copy(old / "a.pools.toml", new)
    life = nursery.run("-C", str(new), *MIGRATE, at=at)
    owners = [one for one in (old, new) if run_poolctl("-C", str(one), "state", "list").out]
    again = run_poolctl("-C", str(new), *MIGRATE)
    refused = run_poolctl("-C", str(old), "state", "list")
    arrived = run_poolctl("-C", str(new), "state", "list").out.split()
    wrong = {
        "nobody has the state": not owners,
        f"again {again.code}: {again.err}": again.code != 0,
        "the old place does not refuse": "[state.moved]" not in refused.err,
        f"arrived {arrived}": arrived != ["network.main", "pool.a"],
        "receipts are lost": not [*(new / "pools.state.receipts").glob("*.json")],
    }
    shutil.rmtree(trial)
    return (
        life.code,
        set(life.steps),
        [f"step {at}, {life.steps[-1:]}: {what}" for what, is_so in wrong.items() if is_so],
    )


def move_all(place: Path, *, nursery: Nursery) -> tuple[set[str], list[str]]:
    """Kill a move at each of its steps, until it comes to its end alive."""
    code, at, seen, faults = KILLED, 0, set(), []
    while code == KILLED:
        at += 1
        code, steps, wrong = move(place, nursery=nursery, at=at)
        seen |= steps
        faults += wrong
    return seen, faults


def test_kill_at_any_step_of_a_move_leaves_the_state_in_one_place(place: Path, nursery: Nursery):
    seen, faults = move_all(place, nursery=nursery)
    assert faults == []
    assert {"rename .poolctl-*.tmp pools.state.json", "rename .poolctl-*.tmp *.json", "open saves.jsonl"} <= seen


def unlock(place: Path, *, nursery: Nursery, at: int) -> tuple[int, set[str], list[str]]:
    """Kill a ``force-unlock`` at step ``at``, run it again where a lock is left, and return what ``play`` returns."""
    trial = shutil.copytree(place, place.with_name(f"unlock{at}"))
    (trial / LOCK).write_text(json.dumps({"id": "abc", "host": "elsewhere"}), encoding="utf-8")
    before = read(trial)
    life = nursery.run("-C", str(trial), "force-unlock", "abc", at=at)
    again = run_poolctl("-C", str(trial), "force-unlock", "abc")
    status = run_poolctl("-C", str(trial), "lock", "status").out
    moved = run_poolctl("-C", str(trial), *MV)
    wrong = {
        f"again {again.err}": again.code != 0 and "[state.not-locked]" not in again.err,
        f"status {status}": not status.startswith("Nobody holds the lock."),
        f"moved {moved.err}": moved.code != 0,
        "lineage": read(trial)["lineage"] != before["lineage"],
    }
    shutil.rmtree(trial)
    return (
        life.code,
        set(life.steps),
        [f"step {at}, {life.steps[-1:]}: {what}" for what, is_so in wrong.items() if is_so],
    )


def test_kill_at_any_step_of_force_unlock_leaves_the_lock_or_none(place: Path, nursery: Nursery):
    lives = [unlock(place, nursery=nursery, at=at) for at in range(1, 4)]
    assert [fault for _, _, faults in lives for fault in faults] == []
    assert [code for code, _, _ in lives] == [KILLED, KILLED, 0]
    assert lives[-1][1] == {"rename pools.state.json.lock .poolctl-*.lock", "remove .poolctl-*.lock"}


def test_what_a_killed_writer_left_is_removed_by_a_later_write_and_no_younger_one(place: Path):
    names = {"old": "0" * 16, "young": "1" * 16}
    paths = {age: place / f".poolctl-{name}.tmp" for age, name in names.items()}
    strange = place / ".poolctl-mine.tmp"
    for path in (*paths.values(), strange):
        path.write_text("half", encoding="utf-8")
        os.utime(path, (1, 1))
    os.utime(paths["young"])
    assert run_poolctl("-C", str(place), *MV).code == 0
    assert [paths["old"].exists(), paths["young"].exists(), strange.exists()] == [False, True, True]
    assert LEFT_SECONDS >= 600
