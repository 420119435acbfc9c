"""A disk that is full or closed while the state alone is changed: words, nothing half, and the same command ends it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from dying import run_full
from fault_site import run_poolctl
from test_faults_kills_state import FILES, MIGRATE, MV, SCENES, STATE, Scene, prepare, read

# The lock, the note of the save, the state.
WRITES = 3
# The locks of both places, a receipt, a version and the state with their notes, the mark with its own.
WRITES_OF_A_MOVE = 9
# Root may write everywhere, but for this.
POWERLESS = ("setpriv", "--bounding-set=-dac_override,-dac_read_search") if os.geteuid() == 0 else ()
COMMANDS = [pytest.param(SCENES[name], id=name) for name in ("state mv", "state push", "state rollback")]
CALL = "import sys; from planner.cli.entry import main; sys.exit(main(sys.argv[1:]))"


@pytest.fixture(scope="module")
def applied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("applied")
    (place / "a.pools.toml").write_text(FILES, encoding="utf-8")
    assert run_poolctl("-C", str(place), "apply", "--auto-approve").code == 0
    return place


@pytest.fixture
def place(applied: Path, tmp_path: Path) -> Iterator[Path]:
    return shutil.copytree(applied, tmp_path / "place")


@pytest.mark.parametrize("at", range(1, WRITES + 1))
@pytest.mark.parametrize("scene", COMMANDS)
def test_full_disk_leaves_the_state_as_it_was_and_the_same_command_ends_it(place: Path, scene: Scene, at: int):
    prepare(place, scene)
    before = read(place)
    assert run_full(["-C", str(place), *scene.command], at=at, times=1000) == 1
    assert read(place) == before
    assert not (place / f"{STATE}.lock").exists()
    ended = run_poolctl("-C", str(place), *scene.command)
    assert ended.code == 0, ended.err
    assert tuple(read(place)["resources"]) == scene.expected  # type: ignore[arg-type]


@pytest.mark.parametrize("at", range(1, WRITES_OF_A_MOVE + 1))
def test_full_disk_in_the_middle_of_a_move_leaves_the_state_where_it_was(place: Path, at: int):
    old = place.rename(place.with_name("old"))
    new = place.with_name("new")
    new.mkdir()
    shutil.copy(old / "a.pools.toml", new)
    assert run_full(["-C", str(new), *MIGRATE], at=at, times=1000) == 1
    assert run_poolctl("-C", str(old), "state", "list").out.split() == ["network.main", "pool.a"]
    ended = run_poolctl("-C", str(new), *MIGRATE)
    assert ended.code == 0, ended.err
    assert run_poolctl("-C", str(new), "state", "list").out.split() == ["network.main", "pool.a"]


@pytest.mark.parametrize("closed", [pytest.param(".", id="the directory"), pytest.param(".poolctl", id="the tool's")])
def test_directory_that_is_closed_is_told_and_the_state_stays(place: Path, closed: str):
    before = read(place)
    (place / closed).chmod(0o555)
    ended = subprocess.run(
        [*POWERLESS, sys.executable, "-c", CALL, "-C", str(place), *MV], capture_output=True, text=True, check=False
    )
    (place / closed).chmod(0o755)
    assert (ended.returncode, "[state.permission-denied]" in ended.stderr) == (1, True), ended.stderr
    assert read(place) == before
