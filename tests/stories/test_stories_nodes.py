"""``nodes``: what runs where, before anything is adopted and after, once and again and again."""

import json
import signal
import subprocess
import sys
from typing import Any

import pexpect
import pytest
from story_site import CPU, GPU, POOL_ID, PROJECT, Story, make_import_block, make_pool_block

from planner.simulator.faults import Status
from planner.simulator.seeding import change_node, make_workload

FORBIDDEN = Status(status=403, body=b'{"error_code":"ModelArts.50001003","error_msg":"no permission"}')


@pytest.fixture
def lived(story: Story) -> Story:
    """Return the scene with two pools that run, none tracked: gpu-a with a job, a lock and more; cpu-b idle."""
    story.seed_pool(name="gpu-a", flavors={CPU: 2, GPU: 2})
    story.seed_pool(name="cpu-b", flavors={CPU: 1})
    first, second, third, fourth = story.list_nodes()
    story.server.change(lambda world: make_workload(world, POOL_ID, nodes=[first], name="train-1", seconds=7300))
    story.server.change(lambda world: change_node(world, POOL_ID, name=second, is_locked=True))
    story.server.change(lambda world: change_node(world, POOL_ID, name=third, is_subscribed=True, bound_to="team-x"))
    story.server.change(lambda world: change_node(world, POOL_ID, name=fourth, phase="Abnormal"))
    story.files()
    return story


def look(story: Story, *arguments: str) -> list[dict[str, Any]]:
    """Return the pools of one look."""
    ended = story.run("nodes", "-o", "json", *arguments)
    assert (ended.code, ended.err) == (0, "")
    document: dict[str, Any] = json.loads(ended.out)
    pools: list[dict[str, Any]] = document["pools"]
    return pools


def test_before_anything_is_adopted_all_pools_are_shown(lived: Story):
    pools = look(lived)
    assert [(one["name"], one["address"], len(one["nodes"])) for one in pools] == [
        ("cpu-b", None, 1),
        ("gpu-a", None, 4),
    ]


def test_the_members_of_a_node(lived: Story):
    busy = look(lived, "gpu-a")[0]["nodes"][0]
    assert busy == {
        "name": lived.list_nodes()[0],
        "flavor": CPU,
        "node_pool": "",
        "az": "eu-de-01",
        "phase": "Available",
        "private_ip": busy["private_ip"],
        "driver": None,
        "driver_phase": "Running",
        "locked": False,
        "subscribed": False,
        "bound": False,
        "bound_to": None,
        "idle": False,
        "idle_since": None,
        "workloads": [{"name": "train-1", "type": "train", "status": "Running", "running_seconds": 7300}],
    }


def test_lock_subscription_binding_phase_and_driver_are_told(lived: Story):
    _, locked, bought, broken = look(lived, "gpu-a")[0]["nodes"]
    assert (locked["locked"], locked["idle"]) == (True, True)
    assert (bought["subscribed"], bought["bound_to"], bought["driver"]) == (True, "team-x", "440.33")
    assert (broken["phase"], broken["idle"]) == ("Abnormal", False)


@pytest.mark.parametrize("width", [40, 80, 120, 200])
def test_the_text_fits_and_says_it_all(lived: Story, monkeypatch, width):
    monkeypatch.setenv("COLUMNS", str(width))
    out = lived.run("nodes", "gpu-a").out
    assert [one for one in out.splitlines() if len(one) > width and PROJECT not in one] == []
    words = [*lived.list_nodes(), "train-1", "2h", "locked", "subscribed", "bound to team-x", "Abnormal", "440.33", "?"]
    assert [one for one in words if one not in out] == []


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        pytest.param("gpu-a", ["gpu-a"], id="display name"),
        pytest.param(POOL_ID, ["gpu-a"], id="id"),
        pytest.param("*-b", ["cpu-b"], id="glob of names"),
        pytest.param("*", ["cpu-b", "gpu-a"], id="everything"),
    ],
)
def test_pools_are_named_in_many_ways(lived: Story, pattern, names):
    assert [one["name"] for one in look(lived, pattern)] == names


def test_a_pool_that_no_list_shows_is_read_by_its_id(lived: Story):
    lived.set_options(list_omits=[POOL_ID])
    assert [one["name"] for one in look(lived, POOL_ID)] == ["gpu-a"]


def test_an_unknown_pool_is_an_error_that_names_those_there(lived: Story):
    ended = lived.run("nodes", "pool.nowhere")
    assert (ended.code, ended.out) == (1, "")
    assert "[nodes.unknown-pool]" in ended.err
    assert "cpu-b, gpu-a" in ended.err


def test_of_tracked_pools_only_those_are_shown_unless_others_are_named(story: Story):
    story.seed_network("network-maos")
    story.seed_pool(name="gpu-a", flavors={CPU: 2})
    story.seed_pool(name="cpu-b", flavors={CPU: 1})
    story.begin(make_pool_block(), make_import_block())
    assert [one["address"] for one in look(story)] == ["pool.a"]
    assert [one["address"] for one in look(story, "pool.*")] == ["pool.a"]
    assert [one["address"] for one in look(story, "*")] == ["pool.a", None]


def test_the_environment_alone_can_name_the_service(story: Story, monkeypatch):
    monkeypatch.setenv("HW_REGION_NAME", "eu-de")
    assert "[remote.no-project]" in story.run("nodes").err


def test_nodes_that_cannot_be_read_are_no_idle_nodes(lived: Story):
    lived.fail = lambda request: FORBIDDEN if request.path.endswith("/workloads") else None
    ended = lived.run("nodes", "gpu-a")
    assert ended.code == 1
    assert "Not readable." in ended.out
    assert "idle" not in ended.out


def test_what_a_server_says_cannot_move_the_cursor(lived: Story):
    name = lived.list_nodes()[0]
    lived.server.change(lambda world: change_node(world, POOL_ID, name=name, az="\x1b[2J\u202e", phase="a\nb"))
    out = lived.run("nodes").out
    assert "\x1b" not in out
    assert "\\x1b[2J\\u202e" in out


def test_nothing_is_written(lived: Story):
    look(lived)
    assert lived.take_writes() == []
    assert not (lived.directory / "pools.state.json").exists()


@pytest.mark.parametrize(
    "arguments", [["--interval", "5s"], ["--watch", "--interval", "1ms"], ["--watch", "--interval", "soon"]]
)
def test_an_interval_that_makes_no_sense_is_refused(lived: Story, arguments):
    ended = lived.run("nodes", *arguments)
    assert (ended.code, ended.out) == (1, "")


def start_watch(story: Story, *arguments: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "planner.cli.entry", "-C", str(story.directory), "nodes", "--watch"]
    options = ["--interval", "100ms", *arguments]
    return subprocess.Popen([*command, *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def end_job(story: Story) -> None:
    """Take the jobs of gpu-a away, as if they had ended."""

    def change(world: Any) -> Any:
        document = world.document | {"workloads": {}}
        return type(world)(document=document, options=world.options, moving=world.moving)

    story.server.change(change)


def find_first(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = document["pools"][0]["nodes"][0]
    return found


def test_a_watch_sees_since_when_a_node_is_idle(lived: Story):
    with start_watch(lived, "gpu-a", "-o", "json") as child:
        assert child.stdout is not None
        before = find_first(json.loads(child.stdout.readline()))
        end_job(lived)
        documents = iter(child.stdout.readline, "")
        after = next(one for one in map(find_first, map(json.loads, documents)) if one["idle"])
        child.send_signal(signal.SIGINT)
        child.communicate(timeout=30)
    assert (before["idle"], before["idle_since"]) == (False, None)
    assert after["idle_since"] is not None
    assert child.returncode == 0


def test_on_a_pipe_a_table_is_written_when_it_has_changed(lived: Story):
    with start_watch(lived, "gpu-a") as child:
        assert child.stdout is not None
        read = iter(child.stdout.readline, "")
        next(one for one in read if "1 busy" in one)
        end_job(lived)
        next(one for one in read if "0 busy" in one)
        child.send_signal(signal.SIGINT)
        rest, words = child.communicate(timeout=30)
    assert "\x1b" not in rest
    assert (child.returncode, words) == (0, "")


def test_on_a_terminal_the_screen_is_drawn_over_and_never_cleared_first(lived: Story):
    command = ["-m", "planner.cli.entry", "-C", str(lived.directory), "nodes", "--watch", "--interval", "100ms"]
    child = pexpect.spawn(sys.executable, command, timeout=30, encoding="utf-8", dimensions=(10, 100))
    child.expect_exact("\x1b[H")
    child.expect_exact("more lines: make the window taller")
    child.expect_exact("\x1b[H")
    end_job(lived)
    child.expect_exact("0 busy")
    child.sendintr()
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    assert "Traceback" not in child.before


def test_a_watch_outlives_a_read_that_fails(lived: Story):
    with start_watch(lived, "gpu-a", "-o", "json") as child:
        assert child.stdout is not None
        assert child.stderr is not None
        child.stdout.readline()
        lived.fail = lambda _request: FORBIDDEN
        next(one for one in iter(child.stderr.readline, "") if "remote." in one)
        lived.fail = lambda _request: None
        assert find_first(json.loads(child.stdout.readline()))["workloads"] != []
        child.send_signal(signal.SIGINT)
        child.communicate(timeout=30)
    assert child.returncode == 0
