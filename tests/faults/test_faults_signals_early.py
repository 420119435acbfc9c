"""Ctrl-C, SIGTERM and a hang-up before anything is sent: while the lock is waited for, and while the service is read."""

import signal
import subprocess
import time

import pytest
from fault_site import NETWORK, NETWORKS, POOLS, Counted, Site, make_pool_block
from test_faults_signals import Signaller, every_signal, find_lock, start


@pytest.fixture
def site_to_make(site: Site) -> Site:
    """A site with a network and a pool that are to be made."""
    site.write(NETWORK, make_pool_block())
    return site


def check_nothing_was_done(site: Site) -> None:
    """Check that nothing was sent, and that the next apply makes everything, once."""
    assert site.find_effects("POST", ".*") == []
    site.fail = Counted([])
    assert site.apply().code == 0
    assert len(site.find_effects("POST", ".*")) == 2
    assert site.run("plan", "--detailed-exitcode").code == 0


@every_signal
@pytest.mark.parametrize("path", [NETWORKS, POOLS, ".*/quotas"])
def test_a_signal_while_the_service_is_read_ends_the_apply_before_anything_is_sent(
    site_to_make: Site, number: int, path: str
):
    signaller = Signaller("GET", path)
    site_to_make.fail = signaller
    with start(site_to_make) as process:
        signaller.aim(process.pid, number)
        _, err = process.communicate(timeout=30)
    assert (process.returncode, find_lock(site_to_make)) == (1, [])
    assert "Traceback" not in err
    check_nothing_was_done(site_to_make)


@every_signal
def test_a_signal_while_the_lock_is_waited_for_ends_the_wait_and_leaves_the_holder_alone(
    site_to_make: Site, number: int
):
    signaller = Signaller("GET", NETWORKS, seconds=1.0)
    site_to_make.fail = signaller
    with start(site_to_make) as holder:
        wait_for_lock(site_to_make)
        with start(site_to_make, "--lock-timeout", "60s") as waiting:
            wait_for_line(waiting, "Waiting up to")
            waiting.send_signal(number)
            _, err = waiting.communicate(timeout=10)
        assert holder.poll() is None
        assert len(find_lock(site_to_make)) == 1
        signaller.aim(holder.pid, signal.SIGTERM)
        holder.communicate(timeout=30)
    assert waiting.returncode == 1
    assert "Traceback" not in err
    check_nothing_was_done(site_to_make)


def wait_for_lock(site: Site) -> None:
    """Return once somebody holds the lock."""
    while not find_lock(site):
        time.sleep(0.01)


def wait_for_line(process: subprocess.Popen[str], words: str) -> None:
    """Read what a process says until it says ``words``."""
    assert process.stderr is not None
    next(line for line in process.stderr if words in line)
