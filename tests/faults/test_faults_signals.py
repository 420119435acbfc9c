"""Ctrl-C, SIGTERM and a closed terminal while something is waited for, and with requests in flight."""

import os
import pty
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from fault_site import NETWORK, POOL_ID, POOLS, Counted, Site, make_pool_block, make_removed_block

from planner.simulator.faults import Delay, Fault, Rule
from planner.simulator.requests import Request

ONE_POOL = f"{POOLS}/[^/]+"
every_signal = pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
ON_TERMINAL = """
import fcntl, sys, termios
from planner.cli.entry import main
fcntl.ioctl(0, termios.TIOCSCTTY, 0)  # so that a hang-up is a signal
sys.exit(main())
"""


class Signaller:
    """Sends a signal to a client when the ``at``-th request of ``method`` to ``path`` arrives, which is then slow."""

    def __init__(self, method: str, path: str, *, at: int = 1, seconds: float = 0.2) -> None:
        self._rule = Rule(fault=Delay(seconds=seconds), method=method, path=path)
        self._left = at
        self._ready = threading.Event()
        self.arrived = threading.Event()
        self._pid = 0
        self._number = 0

    def aim(self, pid: int, number: int) -> None:
        """Say whom to send what."""
        self._pid, self._number = pid, number
        self._ready.set()

    def __call__(self, request: Request) -> Fault | None:
        self._ready.wait()
        if not self._rule.matches(request):
            return None
        self._left -= 1
        if self._left:
            return None
        os.kill(self._pid, self._number)
        self.arrived.set()
        return self._rule.fault


@pytest.fixture
def waiting_site(site: Site) -> Site:
    """A site with a network, a pool that is to be made, and another that needs the first one's network."""
    site.write(NETWORK)
    assert site.apply().code == 0
    site.write(NETWORK, make_pool_block())
    return site


def start(site: Site, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "planner.cli.entry", "apply", "--auto-approve", *arguments]
    return subprocess.Popen(
        command, cwd=site.directory, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True
    )


def find_lock(site: Site) -> list[Path]:
    return list(site.directory.glob("*.lock"))


@every_signal
def test_the_first_signal_ends_a_wait_and_says_what_is_waiting(waiting_site: Site, number: int):
    signaller = Signaller("GET", ONE_POOL)
    waiting_site.fail = signaller
    with start(waiting_site) as process:
        signaller.aim(process.pid, number)
        out, err = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "Interrupted" in err
    assert "waiting (accepted, not finished):\n  pool.a" in out
    assert find_lock(waiting_site) == []
    assert waiting_site.find_ids()["pool.a"] == POOL_ID
    waiting_site.fail = Counted([])
    assert waiting_site.apply().code == 0
    assert len(waiting_site.find_effects("POST", POOLS)) == 1
    assert waiting_site.run("plan", "--detailed-exitcode").code == 0


def test_a_terminal_that_is_closed_during_a_wait_ends_the_apply_in_order(waiting_site: Site):
    signaller = Signaller("GET", ONE_POOL)
    waiting_site.fail = signaller
    ours, theirs = pty.openpty()
    command = [sys.executable, "-c", ON_TERMINAL, "apply", "--auto-approve"]
    with subprocess.Popen(
        command, cwd=waiting_site.directory, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
    ) as process:
        os.close(theirs)
        signaller.aim(process.pid, 0)
        assert signaller.arrived.wait(20)
        os.close(ours)
        assert process.wait(20) == 1
    assert find_lock(waiting_site) == []
    assert waiting_site.find_ids()["pool.a"] == POOL_ID
    waiting_site.fail = Counted([])
    assert waiting_site.apply().code == 0
    assert len(waiting_site.find_effects("POST", POOLS)) == 1


@every_signal
def test_the_first_signal_lets_the_request_in_flight_end(waiting_site: Site, number: int):
    signaller = Signaller("POST", POOLS)
    waiting_site.fail = signaller
    with start(waiting_site) as process:
        signaller.aim(process.pid, number)
        out, err = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "waiting (accepted, not finished):\n  pool.a" in out
    assert (waiting_site.find_ids()["pool.a"], find_lock(waiting_site)) == (POOL_ID, [])
    assert waiting_site.count_requests("POST", POOLS) == 1
    assert "Traceback" not in err


def test_an_interrupt_during_a_change_leaves_those_that_need_it_not_done(site: Site):
    site.write(NETWORK, make_pool_block())
    signaller = Signaller("POST", "/v1/.*/networks")
    site.fail = signaller
    with start(site) as process:
        signaller.aim(process.pid, signal.SIGINT)
        out, _ = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "waiting (accepted, not finished):\n  network.main" in out
    assert "not done:\n  pool.a" in out
    assert site.count_requests("POST", POOLS) == 0
    site.fail = Counted([])
    assert site.apply().code == 0
    assert site.run("plan", "--detailed-exitcode").code == 0


def test_a_delete_that_was_interrupted_while_it_went_is_over_for_the_next_apply(waiting_site: Site):
    assert waiting_site.apply().code == 0
    waiting_site.write(NETWORK, make_removed_block("pool.a"))
    signaller = Signaller("DELETE", ONE_POOL)
    waiting_site.fail = signaller
    with start(waiting_site, "--allow", "pool.a=destroys") as process:
        signaller.aim(process.pid, signal.SIGTERM)
        out, _ = process.communicate(timeout=30)
    assert (process.returncode, "waiting (accepted, not finished):\n  pool.a" in out) == (1, True)
    waiting_site.fail = Counted([])
    ended = waiting_site.apply("--allow", "pool.a=destroys")
    assert ended.code == 0, ended.err
    assert waiting_site.run("plan", "--detailed-exitcode").code == 0
    assert list(waiting_site.find_ids()) == ["network.main"]
    assert len(waiting_site.find_effects("DELETE", ".*")) == 1


@every_signal
def test_a_signal_ends_a_pause_before_the_next_attempt(waiting_site: Site, number: int):
    from planner.simulator.faults import Status

    signaller = Signaller("POST", POOLS)
    signaller._rule = Rule(fault=Status(status=503, headers={"retry-after": "100"}), method="POST", path=POOLS)
    waiting_site.fail = signaller
    with start(waiting_site) as process:
        signaller.aim(process.pid, number)
        _, err = process.communicate(timeout=30)
    assert (process.returncode, waiting_site.count_requests("POST", POOLS)) == (1, 1)
    assert "Traceback" not in err


@every_signal
def test_the_second_signal_leaves_at_once_and_the_next_apply_goes_on(waiting_site: Site, number: int):
    signaller = Signaller("POST", POOLS, seconds=20)
    waiting_site.provider = waiting_site.provider.replace('"500ms"', '"60s"')
    waiting_site.write(NETWORK, make_pool_block())
    waiting_site.fail = signaller
    with start(waiting_site) as process:
        signaller.aim(process.pid, number)
        assert process.stderr is not None
        first = next(line for line in process.stderr if "Interrupted" in line)
        process.send_signal(number)
        _, rest = process.communicate(timeout=10)
    assert process.returncode == 1
    assert "nothing new is sent" in first
    assert "Stopped" in rest
    waiting_site.fail = Counted([])
    ended = waiting_site.apply()
    assert ended.code == 0, ended.err
    assert len(waiting_site.find_effects("POST", POOLS)) == 1
    assert waiting_site.run("plan", "--detailed-exitcode").code == 0
