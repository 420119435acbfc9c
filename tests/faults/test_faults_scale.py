"""``scale`` cut off at any step: the file never holds half an edit, and never asks for less than the service was given."""

import re
import shutil
from pathlib import Path

import pytest
from dying import KILLED, run_dying
from embedded_cases import load, prepare
from fault_site import CPU, POOL_ID, run_poolctl
from write_cases import CASES

# One that is slow saves the state once more.
STEPS = 28
BEFORE, AFTER = 3, 2


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("before")
    case = CASES["change pool"]
    prepare(directory, case)
    file = directory / "a.pools.toml"
    file.write_text(re.sub(r"(count = )[0-9]+", rf"\g<1>{BEFORE} # nodes", file.read_text("utf-8")), encoding="utf-8")
    assert run_poolctl("-C", str(directory), "apply", "--auto-approve").code == 0
    return directory


def find_count(directory: Path) -> int:
    """Return what the service was told last."""
    [entry] = load(directory / ".poolctl" / "simulator.json")["pools"][POOL_ID]["spec"]["resources"]
    return int(entry["count"])


@pytest.mark.parametrize("at", range(1, STEPS + 1))
def test_a_kill_at_any_step_leaves_file_state_and_service_one_truth(prepared: Path, tmp_path: Path, at: int):
    directory = tmp_path / "site"
    shutil.copytree(prepared, directory)
    file = directory / "a.pools.toml"
    before = file.read_text("utf-8")
    texts = {BEFORE: before, AFTER: before.replace(f"count = {BEFORE} #", f"count = {AFTER} #")}
    arguments = ["-C", str(directory), "scale", "pool.a", f"{CPU}={AFTER}", "--hold", "1h", "--auto-approve"]
    assert run_dying(arguments, at=at) in {KILLED, 0}
    assert file.read_text("utf-8") in {texts[BEFORE], texts[AFTER]}
    assert find_count(directory) == BEFORE or file.read_text("utf-8") == texts[AFTER]
    ended = run_poolctl("-C", str(directory), "apply", "--auto-approve")
    assert ended.code == 0, ended.err
    assert file.read_text("utf-8") == texts[find_count(directory)]
    plan = run_poolctl("-C", str(directory), "plan", "--detailed-exitcode")
    assert (plan.code, plan.err) == (0, "")
    assert load(directory / ".poolctl" / "simulator.json")["killed"] == []


def test_the_last_of_these_steps_is_beyond_the_end(prepared: Path, tmp_path: Path):
    directory = tmp_path / "site"
    shutil.copytree(prepared, directory)
    arguments = ["-C", str(directory), "scale", "pool.a", f"{CPU}={AFTER}", "--hold", "1h", "--auto-approve"]
    assert run_dying(arguments, at=STEPS) == 0
    assert find_count(directory) == AFTER
