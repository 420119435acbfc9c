"""``doctor --probe``: it tells the truth about the service, whatever that is, and leaves nothing behind."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from story_site import CPU, PROJECT, Story

from planner.simulator.faults import Delay, Fault, ResetAfter, ResetBefore, Status
from planner.simulator.requests import Request

PREFIX = "poolctl-probe-"
ERROR = Status(status=500, body=b'{"error_code":"ModelArts.50005000","error_msg":"internal error"}')
FORBIDDEN = Status(status=403, body=b'{"error_code":"ModelArts.50001003","error_msg":"no permission"}')
# What the page and the service's clients say, and what the simulator does unless it is told otherwise.
ASSUMED = {
    "C3", "C4", "P21", "P1", "P4", "P10", "P12", "P11", "P2", "P16", "4.1.7", "P22", "P23", "P14", "P24", "P26", "P25", "P9",
    "P5", "P6", "P13", "P19", "X4", "4.4", "P8", "X3", "P18", "P20", "X1",
}  # fmt: skip


@pytest.fixture
def begun(story: Story) -> Story:
    """Return the scene with a provider and nothing else."""
    story.files()
    return story


def probe(story: Story, *options: str) -> dict[str, Any]:
    """Probe without a question and return the recorded answers."""
    ended = story.run("doctor", "--probe", "--auto-approve", *options)
    assert ended.code == 0, ended.err
    return load_record(story)


def load_record(story: Story) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((story.directory / ".poolctl" / "probe.json").read_text(encoding="utf-8"))
    return document


def find_ids(record: dict[str, Any], verdict: str) -> set[str]:
    return {one["id"] for one in record["answers"] if one["verdict"] == verdict}


def find_words(record: dict[str, Any], claim: str) -> str:
    return next(one["found"] for one in record["answers"] if one["id"] == claim)


def is_clean(story: Story) -> bool:
    """Tell whether the service has no scratch pool and no scratch network."""
    return not [one for kind in ("pools", "networks") for one in story.find_live(kind) if one.startswith(PREFIX)]


def test_what_is_assumed_holds_on_the_simulator_as_it_is(begun: Story):
    record = probe(begun)
    assert find_ids(record, "holds") == ASSUMED
    assert (record["ended"], record["left_over"], is_clean(begun)) == ("complete", [], True)


@pytest.mark.parametrize(
    ("options", "failing", "unknown"),
    [
        pytest.param({"phase_rules": False}, {"P21"}, set(), id="P21"),
        pytest.param({"null_removes": False}, {"P11"}, set(), id="P11"),
        # Where lists are not replaced nothing can be left out, and what is sent twice is taken together.
        pytest.param({"arrays_replaced": False}, {"P8", "P26"}, {"P20", "X3"}, id="P8"),
        pytest.param({"merge_patch_only": False}, {"P2"}, set(), id="P2"),
        pytest.param({"max_count_equals_count": False}, {"P24"}, set(), id="P24"),
        pytest.param({"subscription_needs_growth": False}, {"P23"}, set(), id="P23"),
        pytest.param({"entry_rules": False}, {"P26"}, set(), id="P26"),
        pytest.param({"azs_must_sum": True}, {"P25"}, set(), id="P25"),
        pytest.param({"order_labels": False}, {"P13"}, {"P12"}, id="P13"),
        pytest.param({"refuse_mixed_resize": False}, {"P19"}, set(), id="P19"),
        pytest.param({"batch_delete_lowers_count": False}, {"4.4"}, set(), id="batch-delete"),
        pytest.param({"refuse_removing_all": False}, {"P20"}, set(), id="P20"),
        pytest.param(
            {"refuse_mixed_resize": False, "merge_patch_only": False, "batch_delete_lowers_count": False},
            {"P19", "P2", "4.4"},
            set(),
            id="several at once",
        ),
    ],
)
def test_a_service_that_differs_is_told_and_nothing_else(begun: Story, options, failing, unknown):
    begun.set_options(**options)
    record = probe(begun)
    assert find_ids(record, "does not hold") == failing
    assert find_ids(record, "unknown") == unknown
    assert is_clean(begun)


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({"content_type_status": 400, "refusal_status": 409, "refusal_code": "ModelArts.1"}, id="refusals"),
        pytest.param({"fill_max_count": False, "fill_node_pool": False, "fill_azs": True}, id="what is filled in"),
        pytest.param({"nodes_per_step": 1, "steps_per_node": 3, "removal_order": "oldest"}, id="how nodes come and go"),
        pytest.param({"removed_scopes": "disabled", "order_end": "completed"}, id="words of the life of a pool"),
        pytest.param({"error_details": False, "page_size": 1, "enforce_quotas": True}, id="texts and pages"),
        pytest.param({"unknown_members": "ignore", "driver_without_accelerator": "ignore"}, id="ignored, not refused"),
        pytest.param({"odd_parameters": "refuse"}, id="odd queries"),
    ],
)
def test_what_no_assumption_speaks_of_changes_no_answer(begun: Story, options):
    begun.set_options(**options)
    assert find_ids(probe(begun), "holds") == ASSUMED - ({"X4"} if "error_details" in options else set())


@pytest.mark.parametrize(
    ("options", "claim", "words"),
    [
        pytest.param({}, "P22", "refused: HTTP 400 ModelArts.50004000", id="driver refused"),
        pytest.param({"driver_without_accelerator": "ignore"}, "P22", "ignored", id="driver ignored"),
        pytest.param({}, "4.1.7", "refused: HTTP 400 ModelArts.50004000", id="member refused"),
        pytest.param({"unknown_members": "ignore"}, "4.1.7", "ignored", id="member ignored"),
        pytest.param({}, "P2", "ModelArts.50004100", id="content type"),
        pytest.param({"batch_delete_lowers_count": False}, "4.4", "the count stayed 2, and the pool has 3 nodes", id="rebuilt"),
    ],
)  # fmt: skip
def test_how_the_service_answers_is_recorded(begun: Story, options, claim, words):
    begun.set_options(**options)
    assert find_words(probe(begun), claim).endswith(words)


def test_with_one_flavor_on_sale_what_needs_two_stays_unknown(begun: Story):
    begun.set_options(sold_out=["modelarts.vm.cpu.8ud"])
    record = probe(begun)
    assert find_ids(record, "unknown") == {"P8", "P19"}
    assert find_ids(record, "does not hold") == set()
    assert record["flavors"] == [CPU]


def test_the_record_holds_neither_token_nor_project(begun: Story):
    probe(begun)
    text = (begun.directory / ".poolctl" / "probe.json").read_text(encoding="utf-8")
    assert "token-of-a-test" not in text
    assert PROJECT not in text


def test_the_record_says_what_was_sent_and_how_it_was_refused(begun: Story):
    record = probe(begun)
    row = next(one for one in record["answers"] if one["id"] == "P19")
    assert row["request"] == {
        "method": "PATCH",
        "action": "",
        "content_type": "application/merge-patch+json",
        "body": {"spec": {"resources": [{"flavor": CPU, "count": 1}, {"flavor": "modelarts.vm.cpu.8ud", "count": 2}]}},
    }
    assert (row["refusal"]["status"], row["refusal"]["error_code"]) == (400, "ModelArts.50004000")


def test_no_request_goes_to_another_pool_and_none_buys(begun: Story):
    begun.seed_pool(name="gpu-a", flavors={CPU: 2})
    begun.take_writes()
    probe(begun)
    writes = begun.take_writes()
    assert [one.path for one in writes if one.method != "POST" and PREFIX not in one.path] == []
    annotations = [(one.body or {}).get("metadata", {}).get("annotations", {}) for one in writes]
    bought = [texts for texts in annotations if texts.get("os.modelarts/billing.mode", "0") != "0"]
    assert bought == [texts for texts in annotations if "period" in json.dumps(texts)] == []
    assert begun.find_counts() == {f"{CPU}-default": 2}


def test_the_state_is_not_touched(begun: Story):
    probe(begun)
    assert not (begun.directory / "pools.state.json").exists()
    assert not (begun.directory / ".poolctl" / "journal").exists()


def test_doctor_shows_the_probe_afterwards(begun: Story):
    begun.set_options(merge_patch_only=False)
    probe(begun)
    checks = json.loads(begun.run("doctor", "-o", "json").out)["checks"]
    found = next(one for one in checks if one["name"] == "probe")
    assert found["status"] == "warning"
    assert "1 do not" in found["found"]
    assert "(P2)" in found["advice"]


def test_a_probe_of_another_service_does_not_count(begun: Story):
    probe(begun)
    begun.files(project_id="0" * 31 + "1")
    checks = json.loads(begun.run("doctor", "-o", "json").out)["checks"]
    assert "another service" in next(one["found"] for one in checks if one["name"] == "probe")


def test_without_a_terminal_nothing_is_made(begun: Story):
    ended = begun.run("doctor", "--probe")
    assert ended.code == 1
    assert "[approval.unasked]" in ended.err
    assert "cost money" in ended.err
    assert begun.take_writes() == []
    assert not (begun.directory / ".poolctl" / "probe.json").exists()


def test_the_yes_is_said_beforehand_together_with_what_it_makes(begun: Story):
    ended = begun.run("doctor", "--probe", "--auto-approve")
    assert "cost money" in ended.err
    assert PREFIX in ended.err


def test_a_left_over_of_an_earlier_probe_is_named_and_left_alone(begun: Story):
    left = begun.seed_pool(name=f"{PREFIX}0a0b0c0d", flavors={CPU: 1})
    assert left in begun.run("doctor").out
    ended = begun.run("doctor", "--probe", "--auto-approve")
    assert left in ended.err
    assert left in begun.find_live("pools")


def test_an_unknown_flavor_makes_nothing(begun: Story):
    ended = begun.run("doctor", "--probe", "--auto-approve", "--flavor", "modelarts.vm.gpu.t4u8")
    assert (ended.code, begun.take_writes()) == (1, [])
    assert "[probe.stopped]" in ended.err


def test_a_problem_that_doctor_finds_stops_the_probe(begun: Story, monkeypatch):
    monkeypatch.delenv("HW_AUTH_TOKEN")
    ended = begun.run("doctor", "--probe", "--auto-approve")
    assert (ended.code, begun.take_writes()) == (1, [])
    assert "problem  credentials" in ended.out


def make_failing(method: str, path_end: str, fault: Fault, *, after: int = 0) -> Callable[[Request], Fault | None]:
    """Return a script that plays ``fault`` for every request but the first ``after`` that match."""
    seen: list[Request] = []

    def find(request: Request) -> Fault | None:
        if request.method != method or path_end not in request.path:
            return None
        seen.append(request)
        return fault if len(seen) > after else None

    return find


@pytest.mark.parametrize(
    ("method", "path", "fault"),
    [
        pytest.param("POST", "/pools", ERROR, id="the pool is refused"),
        pytest.param("POST", "/pools", ResetAfter(), id="the answer to the create is lost"),
        pytest.param("POST", "/networks", ResetAfter(), id="the answer to the network is lost"),
        pytest.param("GET", "/nodes", FORBIDDEN, id="nodes cannot be read"),
    ],
)
def test_what_was_made_is_deleted_when_the_probe_stops(begun: Story, method, path, fault):
    begun.fail = make_failing(method, path, fault)
    ended = begun.run("doctor", "--probe", "--auto-approve")
    assert ended.code == 1
    assert is_clean(begun)
    assert load_record(begun)["ended"] != "complete"


def test_requests_without_an_answer_prove_nothing(begun: Story):
    begun.fail = make_failing("PATCH", "/pools/", ResetBefore())
    assert begun.run("doctor", "--probe", "--auto-approve").code == 0
    record = load_record(begun)
    assert find_ids(record, "does not hold") == set()
    assert "P2" in find_ids(record, "unknown")
    assert is_clean(begun)


def test_what_cannot_be_deleted_is_said(begun: Story):
    begun.settings = "max_retries = 0\n"
    begun.files()
    begun.fail = make_failing("DELETE", "/pools/", ERROR)
    ended = begun.run("doctor", "--probe", "--auto-approve")
    name = next(one for one in begun.find_live("pools")).removesuffix(f"-{PROJECT}")
    assert ended.code == 1
    assert f"Not cleaned up: pool {name}" in ended.out.replace("\n", " ")
    assert f"pool {name}" in load_record(begun)["left_over"]


@dataclass(slots=True)
class Interrupter:
    """Sends SIGINT to a child process as often as ``paths`` has entries: when a request to the next one arrives."""

    paths: list[tuple[str, str]]
    child: "subprocess.Popen[str] | None" = None

    def __call__(self, request: Request) -> Fault | None:
        if self.child is None or not self.paths or not self._is_next(request):
            return None
        del self.paths[0]
        self.child.send_signal(signal.SIGINT)
        return Delay(seconds=0.5)

    def _is_next(self, request: Request) -> bool:
        method, part = self.paths[0]
        return request.method == method and part in request.path


def interrupt(story: Story, *paths: tuple[str, str]) -> tuple[int, str]:
    """Probe in a process of its own, interrupt it at ``paths``, and return its exit code and its words."""
    interrupter = Interrupter(list(paths))
    story.fail = interrupter
    command = [sys.executable, "-m", "planner.cli.entry", "-C", str(story.directory), "doctor", "--probe"]
    interrupter.child = subprocess.Popen(
        [*command, "--auto-approve"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    _, words = interrupter.child.communicate(timeout=60)
    return interrupter.child.returncode, words


@pytest.mark.parametrize(
    "place",
    [
        pytest.param(("POST", "/networks"), id="while the network is made"),
        pytest.param(("POST", "/v2/"), id="while the pool is made"),
        pytest.param(("POST", "batch-delete"), id="in the middle"),
    ],
)
def test_a_ctrl_c_cleans_up_and_is_told(begun: Story, place):
    code, words = interrupt(begun, place)
    assert code == 1
    assert "Interrupted." in words
    assert is_clean(begun)
    assert load_record(begun)["ended"] == "interrupted"


def test_a_second_ctrl_c_says_what_is_left(begun: Story):
    code, words = interrupt(begun, ("POST", "batch-delete"), ("DELETE", "/networks/"))
    assert code == 1
    assert f"network {PREFIX}" in words
    assert "could not be cleaned up" in words
    assert [one.startswith(f"network {PREFIX}") for one in load_record(begun)["left_over"]] == [True]
