"""A disk that is full or in the way: words instead of a traceback, and nothing is sent that could not be noted first."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from dying import run_full
from embedded_cases import check_end, check_plan, find_arguments, load, prepare
from fault_site import NETWORK, Site, make_pool_block, run_poolctl
from write_cases import CASES

# The lock, the start of the run, and the first request's own record; the state is saved first only where it differs.
WRITES_BEFORE_SENDING = 3
# How many writes an apply of each case takes at least.
WRITES = {"create pool": 9, "replace: its create": 13, "shrink one flavor after growing the other": 14}
LIMITED = """
import resource, sys
from planner.cli.entry import main
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), resource.RLIM_INFINITY))
sys.exit(main(["apply", "--auto-approve"]))
"""


def put_directory(path: Path) -> None:
    path.mkdir(parents=True)


def put_file(path: Path) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text("in the way", encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "put"),
    [
        pytest.param("pools.state.json", put_directory, id="a directory for the state"),
        pytest.param("pools.state.json.lock", put_directory, id="a directory for the lock"),
        pytest.param(".poolctl", put_file, id="a file for the tool's directory"),
        pytest.param(".poolctl/journal", put_file, id="a file for the journals"),
        pytest.param(".poolctl/pools.state.json.flock", put_directory, id="a directory for the side file"),
    ],
)
def test_what_stands_in_the_way_is_named_and_nothing_is_sent(site: Site, name: str, put: Callable[[Path], None]):
    site.write(NETWORK, make_pool_block())
    put(site.directory / name)
    ended = site.apply()
    assert ended.code == 1
    assert name.split("/", maxsplit=1)[0] in ended.err
    assert "fault of poolctl" not in ended.err
    assert site.server.world.document["requests"] == []


@pytest.mark.parametrize("times", [pytest.param(1, id="once"), pytest.param(1000, id="for good")])
@pytest.mark.parametrize(("name", "at"), [(name, at) for name, last in WRITES.items() for at in range(1, last + 1)])
def test_a_disk_that_is_full_at_any_write_loses_nothing(tmp_path: Path, name: str, at: int, times: int):
    case = CASES[name]
    directory = prepare(tmp_path, case)
    assert run_full(find_arguments(directory, case), at=at, times=times) == 1
    check_plan(directory, case)
    ended = run_poolctl(*find_arguments(directory, case))
    assert ended.code == 0, ended.err
    check_end(directory, case)
    plan = run_poolctl("-C", str(directory), "plan", "--detailed-exitcode")
    assert (plan.code, plan.err) == (0, "")


@pytest.mark.parametrize("at", range(1, WRITES_BEFORE_SENDING + 1))
def test_nothing_is_sent_that_could_not_be_noted_first(tmp_path: Path, at: int):
    directory = prepare(tmp_path, CASES["change pool"])
    before = load(directory / ".poolctl" / "simulator.json")["requests"]
    assert run_full(find_arguments(directory, CASES["change pool"]), at=at, times=1000) == 1
    assert load(directory / ".poolctl" / "simulator.json")["requests"] == before


@pytest.mark.parametrize("limit", [0, 100, 1_000, 2_000, 4_000])
def test_a_limit_on_the_size_of_files_is_told_in_words_and_the_next_apply_goes_on(site: Site, limit: int):
    site.write(NETWORK, make_pool_block())
    ended = subprocess.run(
        [sys.executable, "-c", LIMITED, str(limit)], cwd=site.directory, capture_output=True, text=True, check=False
    )
    assert (ended.returncode, "ulimit -f" in ended.stderr, "Traceback" in ended.stderr) == (1, True, False)
    assert site.apply().code == 0
    assert len(site.find_effects("POST", ".*")) == 2
    assert site.run("plan", "--detailed-exitcode").code == 0
