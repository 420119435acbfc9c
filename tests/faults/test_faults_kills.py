"""kill -9 at any step: the next plan says the truth, the next apply ends it, nothing is lost and nothing is twice."""

import shutil
from pathlib import Path

import pytest
from dying import KILLED, run_dying
from embedded_cases import check_end, check_plan, find_arguments, prepare
from fault_site import run_poolctl
from write_cases import CASES

# How many steps on the disk an apply of each case takes; one that is slow saves the state once more.
STEPS = {
    "create pool": 21,
    "change pool": 17,
    "shrink one flavor after growing the other": 28,
    "delete pool": 20,
    "replace: its create": 28,
}


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return {name: prepare(tmp_path_factory.mktemp("before"), CASES[name]) for name in STEPS}


@pytest.mark.parametrize(
    ("name", "at"),
    [pytest.param(name, at, id=f"{name}-{at}") for name, last in STEPS.items() for at in range(1, last + 2)],
)
def test_a_kill_at_any_step_on_the_disk_loses_nothing(prepared, tmp_path: Path, name: str, at: int):
    case, directory = CASES[name], tmp_path / "site"
    shutil.copytree(prepared[name], directory)
    assert run_dying(find_arguments(directory, case), at=at) in {KILLED, 0}
    check_plan(directory, case)
    ended = run_poolctl(*find_arguments(directory, case))
    assert ended.code == 0, ended.err
    check_end(directory, case)
    plan = run_poolctl("-C", str(directory), "plan", "--detailed-exitcode")
    assert (plan.code, plan.err) == (0, "")
