"""``doctor``: every check is made, each says what to do, and no secret is shown."""

import json
import socket
from typing import Any

import pytest
from story_site import CPU, NETWORK_ID, Story, make_import_block, make_pool_block

from planner.simulator.faults import Garbage, ResetBefore, Status
from planner.state.locks.holders import LockRequest, parse_holder
from planner.state.stores.local.store import open_local_store

SECRET = "token-of-a-test"
CHECKS = [
    "version", "configuration", "state", "journal", "lock", "credentials", "endpoint", "clock", "project",
    "permissions", "probe",
]  # fmt: skip
FORBIDDEN = Status(status=403, body=b'{"error_code":"ModelArts.50001003","error_msg":"no permission"}')
UNAUTHORIZED = Status(status=401, body=b'{"error_code":"ModelArts.50001000","error_msg":"token-of-a-test is invalid"}')
NO_ROUTE = Status(status=404, body=b"<html>no such route</html>")
HOSTILE = Status(status=404, body=b'{"error_code":"X","error_msg":"\\u001b[2Jgone\\u202e"}')


@pytest.fixture
def begun(story: Story) -> Story:
    story.settings = "max_retries = 0\n"
    story.files()
    return story


def examine(story: Story, *, code: int = 0) -> dict[str, dict[str, str]]:
    """Return the checks by name."""
    ended = story.run("doctor", "-o", "json")
    assert (ended.code, ended.err) == (code, "")
    document: dict[str, Any] = json.loads(ended.out)
    assert document["healthy"] is (code == 0)
    return {one["name"]: one for one in document["checks"]}


def test_a_sound_set_up_has_no_problem(begun: Story):
    checks = examine(begun)
    assert [*checks] == CHECKS
    # The served world begins in 2026: a service on this machine keeps a time of its own.
    assert {name: one["status"] for name, one in checks.items() if one["status"] != "ok"} == {"clock": "warning"}


def test_the_text_says_what_is_there_and_what_to_do(begun: Story):
    ended = begun.run("doctor")
    assert ended.code == 0
    assert "ok       endpoint       http://127.0.0.1:" in ended.out
    assert ended.out.endswith("No problem, 1 warning.\n")


@pytest.mark.parametrize("width", [40, 80, 200])
def test_no_line_of_words_is_wider_than_the_terminal(begun: Story, monkeypatch, width):
    monkeypatch.setenv("COLUMNS", str(width))
    lines = begun.run("doctor", "--probe", "--auto-approve").out.splitlines()
    assert [one for one in lines if len(one) > width and "127.0.0.1" not in one] == []


def test_nothing_is_configured(story: Story, monkeypatch):
    monkeypatch.delenv("HW_AUTH_TOKEN")
    checks = examine(story, code=1)
    assert checks["configuration"]["status"] == "warning"
    assert "poolctl init" in checks["configuration"]["advice"]
    assert checks["credentials"]["status"] == "problem"
    assert "HW_AUTH_TOKEN" in checks["credentials"]["advice"]
    assert (checks["endpoint"]["status"], checks["project"]["status"]) == ("problem", "skipped")


def test_doctor_writes_nothing(begun: Story):
    before = sorted(begun.directory.rglob("*"))
    examine(begun)
    assert sorted(begun.directory.rglob("*")) == before
    assert begun.take_writes() == []


def test_files_with_faults_stop_no_other_check(begun: Story):
    (begun.directory / "main.pools.toml").write_text("[pool.a]\nnam = 1\n", encoding="utf-8")
    checks = examine(begun, code=1)
    assert "poolctl validate" in checks["configuration"]["advice"]
    assert {checks[name]["status"] for name in ("version", "credentials", "probe")} == {"ok"}
    assert {checks[name]["status"] for name in ("state", "endpoint", "project")} == {"skipped"}


@pytest.mark.parametrize(
    ("fault", "statuses"),
    [
        pytest.param(
            UNAUTHORIZED,
            {"credentials": "problem", "endpoint": "ok", "project": "skipped", "permissions": "skipped"},
            id="refused token",
        ),
        pytest.param(
            FORBIDDEN,
            {"credentials": "ok", "endpoint": "ok", "project": "skipped", "permissions": "problem"},
            id="no permission",
        ),
        pytest.param(NO_ROUTE, {"endpoint": "ok", "project": "problem", "permissions": "problem"}, id="wrong project"),
        pytest.param(ResetBefore(), {"credentials": "ok", "endpoint": "problem", "clock": "skipped"}, id="reset"),
        pytest.param(Garbage(), {"endpoint": "problem", "project": "skipped"}, id="not the API"),
    ],
)
def test_what_the_service_says_is_told_where_it_belongs(begun: Story, fault, statuses):
    begun.fail = lambda _request: fault
    checks = examine(begun, code=1)
    assert {name: checks[name]["status"] for name in statuses} == statuses


def test_a_service_that_listens_no_more_is_unreachable(begun: Story):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    text = (begun.directory / "main.pools.toml").read_text(encoding="utf-8")
    (begun.directory / "main.pools.toml").write_text(text.replace(begun.server.url, url), encoding="utf-8")
    assert examine(begun, code=1)["endpoint"]["found"] == "The service cannot be reached."


def test_a_host_that_nobody_trusts_is_told_before_it_is_called(begun: Story):
    text = (begun.directory / "main.pools.toml").read_text(encoding="utf-8")
    moved = text.replace(begun.server.url, "https://modelarts.example.org")
    (begun.directory / "main.pools.toml").write_text(moved, encoding="utf-8")
    assert "POOLCTL_TRUSTED_HOSTS" in examine(begun, code=1)["endpoint"]["advice"]


@pytest.mark.parametrize(
    ("part", "named", "status"),
    [
        pytest.param("/networks", "networks", "problem", id="networks"),
        pytest.param("/resourceflavors", "flavors", "warning", id="flavors"),
        pytest.param("/workloads", "nodes and jobs", "warning", id="jobs"),
    ],
)
def test_what_may_not_be_read_is_named(begun: Story, part, named, status):
    begun.seed_pool(name="gpu-a", flavors={CPU: 1})
    begun.fail = lambda request: FORBIDDEN if part in request.path else None
    permissions = examine(begun, code=int(status == "problem"))["permissions"]
    assert (permissions["status"], permissions["found"]) == (status, f"Not readable: {named}.")


@pytest.mark.parametrize("fault", [UNAUTHORIZED, FORBIDDEN, NO_ROUTE, ResetBefore(), Garbage()])
@pytest.mark.parametrize("layout", ["text", "json"])
def test_no_secret_is_ever_shown(begun: Story, fault, layout):
    begun.fail = lambda _request: fault
    ended = begun.run("doctor", "-o", layout)
    assert SECRET not in ended.out + ended.err


def test_what_a_server_says_cannot_move_the_cursor(begun: Story):
    begun.fail = lambda _request: HOSTILE
    out = begun.run("doctor").out
    assert "\x1b" not in out
    assert "\u202e" not in out


def test_a_state_of_another_project_is_a_problem(begun: Story):
    begun.seed_network("network-maos")
    begun.seed_pool(name="gpu-a", flavors={CPU: 2})
    begun.begin(
        make_pool_block(), make_import_block(), f'[[import]]\nto = "network.n"\nid = "{NETWORK_ID}"\n',
        '[network.n]\nname = "network-maos"\ncidr = "192.168.0.0/16"\n',
    )  # fmt: skip
    begun.files(make_pool_block(), project_id="0" * 31 + "1")
    assert examine(begun, code=1)["project"]["found"] == "The state belongs to another service."


def test_a_damaged_state_is_a_problem(begun: Story):
    (begun.directory / "pools.state.json").write_text("{", encoding="utf-8")
    assert examine(begun, code=1)["state"]["status"] == "problem"


def test_an_interrupted_run_is_told(begun: Story):
    journal = begun.directory / ".poolctl" / "journal"
    journal.mkdir(parents=True)
    (journal / "0.jsonl").touch()
    checks = examine(begun)
    assert (checks["journal"]["status"], checks["journal"]["found"]) == ("warning", "1 run was interrupted.")


def hold_lock(story: Story) -> LockRequest:
    return LockRequest(id="5f0c7d1e", operation="apply", who="ci@host", created="2026-11-24T00:00:00Z", version="0.1.0")


def test_a_lock_that_is_held_names_its_holder(begun: Story):
    with open_local_store(begun.directory, "pools.state.json").acquire(hold_lock(begun)):
        lock = examine(begun)["lock"]
    assert "apply by ci@host" in lock["found"]
    assert "poolctl force-unlock 5f0c7d1e" in lock["advice"]


def test_the_lock_of_a_dead_process_needs_nothing(begun: Story):
    path = begun.directory / "pools.state.json.lock"
    with open_local_store(begun.directory, "pools.state.json").acquire(hold_lock(begun)):
        text = path.read_text(encoding="utf-8")
    # The process is gone, and its lock file is there still: nobody keeps the side file open.
    path.write_text(text, encoding="utf-8")
    assert parse_holder(text).id == "5f0c7d1e"
    assert "the next apply takes the lock over" in examine(begun)["lock"]["advice"]


def test_a_lock_of_another_machine_may_be_alive(begun: Story):
    path = begun.directory / "pools.state.json.lock"
    with open_local_store(begun.directory, "pools.state.json").acquire(hold_lock(begun)):
        text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"boot_id": "', '"boot_id": "other-'), encoding="utf-8")
    assert "force-unlock" in examine(begun)["lock"]["advice"]


def test_a_damaged_record_of_a_probe_is_a_warning(begun: Story):
    (begun.directory / ".poolctl").mkdir()
    (begun.directory / ".poolctl" / "probe.json").write_text("{}", encoding="utf-8")
    assert examine(begun)["probe"]["status"] == "warning"


@pytest.mark.parametrize("option", [["--auto-approve"], ["--flavor", CPU]])
def test_options_of_the_probe_need_it(begun: Story, option):
    ended = begun.run("doctor", *option)
    assert (ended.code, ended.out) == (1, "")
    assert "--probe" in ended.err
