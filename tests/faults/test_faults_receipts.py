"""The receipt of a run that was killed or interrupted: what is known of it is kept, and nothing is made up."""

import json
import os
import signal
import subprocess
import sys
import threading
from typing import Any

import pytest
from fault_site import NETWORK, POOLS, Counted, Site, make_pool_block

from planner.simulator.faults import Fault, Rule, Status
from planner.simulator.requests import Request

ONE_POOL = f"{POOLS}/[^/]+"


class Killer:
    """Sends a signal to a client when the first request of ``method`` to ``path`` arrives."""

    def __init__(self, method: str, path: str, *, number: int) -> None:
        self._rule = Rule(fault=Status(status=503), method=method, path=path)
        self._number = number
        self._ready = threading.Event()
        self._pid = 0
        self._is_done = False

    def aim(self, pid: int) -> None:
        """Say whom to end."""
        self._pid = pid
        self._ready.set()

    def __call__(self, request: Request) -> Fault | None:
        self._ready.wait()
        if self._rule.matches(request) and not self._is_done:
            self._is_done = True
            os.kill(self._pid, self._number)
        return None


def run_into(site: Site, method: str, path: str, number: int) -> None:
    """Apply in a process of its own, which gets the signal when the request arrives."""
    killer = Killer(method, path, number=number)
    site.fail = killer
    command = [sys.executable, "-m", "planner.cli.entry", "apply", "--auto-approve", "--reason", "night shift"]
    with subprocess.Popen(
        command, cwd=site.directory, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL
    ) as process:
        killer.aim(process.pid)
        process.communicate(timeout=30)
    site.fail = Counted([])


def list_logged(site: Site) -> list[dict[str, Any]]:
    receipts: list[dict[str, Any]] = json.loads(site.run("log", "-o", "json").out)["receipts"]
    return receipts


def list_rows(receipt: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(one["address"], one["purpose"], one["outcome"]) for one in receipt["outcomes"]]


@pytest.fixture
def begun(site: Site) -> Site:
    site.write(NETWORK, make_pool_block())
    return site


def test_a_killed_run_is_in_the_log_as_far_as_its_journal_goes(begun: Site):
    run_into(begun, "POST", POOLS, signal.SIGKILL)
    receipt = list_logged(begun)[0]
    assert (receipt["ended"], receipt["is_interrupted"], receipt["reason"]) == ("", True, "night shift")
    assert list_rows(receipt) == [("network.main", "create", "done"), ("pool.a", "create", "uncertain")]
    assert "killed, not looked at since" in begun.run("log").out
    assert not (begun.directory / "pools.state.receipts").exists()


def test_the_next_run_completes_the_receipt_of_a_killed_one(begun: Site):
    run_into(begun, "POST", POOLS, signal.SIGKILL)
    assert begun.apply().code == 0
    receipt = list_logged(begun)[-1]
    assert receipt["ended"] != ""
    assert list_rows(receipt)[0] == ("network.main", "create", "done")
    assert list_rows(receipt)[1][2] in {"done", "failed"}
    assert "no answer came; a later read shows" in receipt["outcomes"][1]["detail"]


def test_a_run_killed_before_its_first_request_has_skipped_everything(begun: Site):
    begun.write(NETWORK)
    assert begun.apply().code == 0
    begun.write(NETWORK, make_pool_block())
    run_into(begun, "GET", ONE_POOL, signal.SIGKILL)
    assert begun.apply().code == 0
    assert [one["verdict"] for one in list_logged(begun)][-1] == "complete"


def test_an_interrupted_run_keeps_its_receipt(begun: Site):
    run_into(begun, "GET", ONE_POOL, signal.SIGINT)
    receipt = list_logged(begun)[0]
    assert (receipt["verdict"], receipt["is_interrupted"]) == ("incomplete", True)
    assert list_rows(receipt) == [("network.main", "create", "done"), ("pool.a", "create", "waiting")]
