"""Two applies at once, changes that fail beside others, and what depends on them."""

import subprocess
import sys
import threading

import pytest
from fault_site import NETWORK, NETWORKS, POOLS, Counted, Site, make_pool_block

from planner.simulator.faults import Delay, Fault, Rule, Status
from planner.simulator.requests import Request

REFUSED = Status(status=400, body=b'{"error_code":"ModelArts.50004000","error_msg":"no such luck"}')
THREE_NETWORKS = "".join(
    f'\n[network.n{number}]\nname = "net-{number}"\ncidr = "10.{number}.0.0/16"\n' for number in "123"
)


class Held:
    """Holds the first write back until it is let go, and tells that it has arrived."""

    def __init__(self) -> None:
        self.arrived = threading.Event()
        self.released = threading.Event()

    def __call__(self, request: Request) -> Fault | None:
        if request.is_write and not self.arrived.is_set():
            self.arrived.set()
            self.released.wait(20)
        return None


def start_apply(site: Site) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "planner.cli.entry", "apply", "--auto-approve", "--reason", "INC-12"]
    return subprocess.Popen(command, cwd=site.directory, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.fixture
def held(site: Site):
    site.provider = site.provider.replace('"500ms"', '"30s"')
    site.write(NETWORK, make_pool_block())
    found = Held()
    site.fail = found
    yield found
    found.released.set()


def test_of_two_applies_one_wins_and_the_other_says_who_holds_the_lock(site: Site, held: Held):
    with start_apply(site) as winner:
        assert held.arrived.wait(20)
        loser = site.apply()
        held.released.set()
        winner.communicate(timeout=20)
    assert (winner.returncode, loser.code) == (0, 1)
    assert f"process {winner.pid}" in loser.err or str(winner.pid) in loser.err
    assert "INC-12" in loser.err
    assert len(site.find_effects("POST", ".*")) == 2


def test_an_apply_waits_for_the_lock_as_long_as_it_is_told(site: Site, held: Held):
    with start_apply(site) as winner:
        assert held.arrived.wait(20)
        threading.Timer(0.3, held.released.set).start()
        second = site.apply("--lock-timeout", "20s")
        winner.communicate(timeout=20)
    assert (winner.returncode, second.code) == (0, 0)
    assert "No changes" in second.out
    assert len(site.find_effects("POST", ".*")) == 2


def test_a_plan_made_during_an_apply_says_that_one_is_running(site: Site, held: Held):
    with start_apply(site) as winner:
        assert held.arrived.wait(20)
        planned = site.run("plan")
        held.released.set()
        winner.communicate(timeout=20)
    assert (planned.code, winner.returncode) == (0, 0)
    assert "An apply is running" in planned.err


@pytest.mark.parametrize(
    "command",
    [
        ("plan",),
        ("plan", "--refresh-only"),
        ("drift",),
        ("show",),
        ("state", "list"),
        ("nodes",),
        ("log",),
        ("lock", "status"),
        ("validate",),
    ],
    ids=" ".join,
)
def test_who_only_reads_never_waits_for_an_apply(site: Site, held: Held, command: tuple[str, ...]):
    with start_apply(site) as winner:
        assert held.arrived.wait(20)
        ended = site.run(*command)
        is_running = winner.poll() is None
        held.released.set()
        winner.communicate(timeout=20)
    assert (ended.code, is_running, winner.returncode) == (0, True, 0)
    assert "locked" not in ended.err


def test_of_two_processes_that_apply_at_once_each_waits_for_the_other_or_is_refused(site: Site):
    site.write(NETWORK, make_pool_block(), THREE_NETWORKS)
    with start_apply(site) as one, start_apply(site) as other:
        one.communicate(timeout=60)
        other.communicate(timeout=60)
    assert 0 in {one.returncode, other.returncode} <= {0, 1}
    assert len(site.find_effects("POST", NETWORKS)) == 4
    assert len(site.find_effects("POST", POOLS)) == 1
    assert site.run("plan", "--detailed-exitcode").code == 0


def test_a_failed_change_stops_those_that_need_it_and_no_others(site: Site):
    site.write(NETWORK, make_pool_block(), THREE_NETWORKS)
    site.fail = Counted([Rule(fault=REFUSED, method="POST", path=NETWORKS)])
    ended = site.apply("--parallelism", "1")
    assert ended.code == 1
    failed = ended.out.partition("failed:")[2].partition("not done:")
    assert "network." in failed[0]
    made = {one for one in site.find_ids() if one.startswith("network.")}
    assert len(made) == 3
    assert "no such luck" in ended.err
    assert site.apply().code == 0
    assert len(site.find_effects("POST", NETWORKS)) == 4


def test_what_needs_a_failed_change_is_not_done_and_says_why(site: Site):
    site.write(NETWORK, make_pool_block())
    site.fail = Counted([Rule(fault=REFUSED, method="POST", path=NETWORKS)])
    ended = site.apply()
    assert ended.code == 1
    assert "not done:\n  pool.a: it needs network.main, which is not done" in ended.out
    assert site.count_requests("POST", POOLS) == 0


def test_fail_fast_starts_nothing_after_the_first_failure(site: Site):
    site.write(THREE_NETWORKS.replace("net-1", "first"), NETWORK, make_pool_block())
    site.fail = FirstFails()
    ended = site.apply("--fail-fast")
    assert ended.code == 1
    assert "failed:" in ended.out
    assert "pool.a" in ended.out.partition("not done:")[2]
    assert site.count_requests("POST", POOLS) == 0
    site.fail = Counted([])
    assert site.apply().code == 0
    assert site.run("plan", "--detailed-exitcode").code == 0


class FirstFails:
    """Refuses the network called first at once; the other writes take their time."""

    def __call__(self, request: Request) -> Fault | None:
        if not request.is_write:
            return None
        return REFUSED if b'"first"' in request.body else Delay(seconds=0.3)
