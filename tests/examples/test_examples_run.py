"""Every example from its files to an empty plan, on a copy; its plans are those that stand beside it."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

_EXAMPLES = Path(__file__).parents[2] / "examples"
_MANY = "environments"
_EMPTY = "No changes. Your infrastructure matches the configuration.\n"
_LIFTED = ("--allow", "pool.evaluation=interrupts")
_WAYS = [
    pytest.param("quickstart", "plan.txt", (), id="quickstart"),
    pytest.param("shared-inference", "plan.txt", (), id="shared inference"),
    pytest.param("gpu-training", "plan-allowed.txt", _LIFTED, id="gpu training, with a permission"),
]


def _copy(name: str, *, to: Path) -> Path:
    """Copy an example; the world that stands in it becomes the simulator's."""
    place = to / name
    shutil.copytree(_EXAMPLES / name, place)
    (place / ".poolctl").mkdir()
    for world in place.glob("world.json"):
        world.rename(place / ".poolctl" / "simulator.json")
    return place


def _run(place: Path, *arguments: str) -> tuple[int, str]:
    """Run poolctl as a shell does and return its exit code and stdout."""
    script = "import sys; from planner.cli.entry import main; sys.exit(main())"
    ended = subprocess.run(
        [sys.executable, "-c", script, "-C", str(place), *arguments],
        check=False,
        env={"COLUMNS": "80"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    return ended.returncode, ended.stdout


def _is_settled(place: Path) -> bool:
    """Tell whether a plan is empty; the approval of a Logical pool may come later and is told above that line."""
    code, text = _run(place, "plan", "--detailed-exitcode")
    return code == 0 and text.endswith(_EMPTY)


def _load_pools(place: Path) -> object:
    return json.loads((place / ".poolctl" / "simulator.json").read_text(encoding="utf-8"))["pools"]


@pytest.fixture
def keep_plan(request):
    """Return ``keep_plan(example, name, text)``: the plan beside the example has to be ``text``, or becomes it."""

    def compare(example: str, name: str, text: str) -> None:
        path = _EXAMPLES / example / name
        if request.config.getoption("--update-golden"):
            path.write_text(text, encoding="utf-8")
        assert path.read_text(encoding="utf-8") == text

    return compare


def test_every_example_is_run():
    configurations = {path.relative_to(_EXAMPLES).parts[0] for path in _EXAMPLES.rglob("*.pools.toml")}
    assert configurations == {one.values[0] for one in _WAYS} | {_MANY}


@pytest.mark.parametrize("environment", ["dev", "test", "prod"])
@pytest.mark.parametrize("region", ["eu-de", "eu-nl"])
def test_every_environment_is_planned_from_one_template(environment, region, tmp_path):
    place = _copy(_MANY, to=tmp_path) / "envs" / environment / region
    code, text = _run(place, "plan", "-o", "json")
    plan = json.loads(text)
    names = [one["after"]["metadata"]["labels"]["os.modelarts/name"] for one in plan["changes"]]
    assert (code, plan["summary"]["create"], plan["blocked"]) == (0, 21, [])
    assert {name.partition("-")[0] for name in names} == {environment}
    assert plan["basis"]["service"]["region"] == region


def test_one_environment_is_applied_to_an_empty_plan(tmp_path):
    place = _copy(_MANY, to=tmp_path) / "envs" / "test" / "eu-nl"
    some = ("--target", "pool.infer")
    assert _run(place, "apply", "--auto-approve", *some)[0] == 0
    assert _run(place, "plan", "--detailed-exitcode", *some)[0] == 0


def test_nothing_is_written_twice_in_the_environments():
    files = list((_EXAMPLES / _MANY / "envs").rglob("*.toml"))
    assert len(files) == 15
    assert max(len(one.read_text(encoding="utf-8").splitlines()) for one in files if one.name == "main.pools.toml") <= 5


@pytest.mark.parametrize(("example", "plan", "options"), _WAYS)
def test_an_example_is_planned_as_it_says_and_applied_to_an_empty_plan(example, plan, options, tmp_path, keep_plan):
    place = _copy(example, to=tmp_path)
    assert _run(place, "validate") == (0, "Success! The configuration is valid.\n")
    code, text = _run(place, "plan", *options)
    keep_plan(example, plan, text)
    assert code == 0
    assert _run(place, "apply", "--auto-approve", *options)[0] == 0
    assert _is_settled(place)


def test_what_the_example_shows_as_blocked_is_refused_as_a_whole(tmp_path, keep_plan):
    place = _copy("gpu-training", to=tmp_path)
    before = _load_pools(place)
    keep_plan("gpu-training", "plan.txt", _run(place, "plan")[1])
    assert _run(place, "apply", "--auto-approve")[0] == 1
    assert _load_pools(place) == before


def test_the_pool_that_somebody_else_has_scaled_within_its_range_is_left_alone(tmp_path):
    place = _copy("shared-inference", to=tmp_path)
    assert _run(place, "apply", "--auto-approve")[0] == 0
    files = place / "main.pools.toml"
    text = files.read_text(encoding="utf-8")
    files.write_text(text.replace("{ min = 3, max = 8, initial = 4 }", "6"), encoding="utf-8")
    assert _run(place, "apply", "--auto-approve")[0] == 0
    files.write_text(text, encoding="utf-8")
    assert _is_settled(place)
