"""Real processes, each in a clone of its own, race for the lock of one state in git; some die, one is paused."""

import signal

import pytest
from git_sites import make_clone, open_clone
from state_values import make_request, make_state, start_python

from planner.state.errors import LockHeldError

RACERS = 20
DYING = 2

RACER = """
import os, sys
from pathlib import Path
from git_sites import open_clone
from planner.state import lease
from planner.state.errors import LockLostError
from state_values import make_request, make_state
lease.SHORTEST_LEASE = 10.0
folder, name, is_dying = Path(sys.argv[1]), sys.argv[2], sys.argv[3] == "die"
store = open_clone(folder / name, request_timeout=0.1)
print("ready", flush=True)
sys.stdin.readline()
def note(word):
    with (folder / "log").open("a") as log:
        log.write(f"{word} {name}\\n")
held = store.acquire(make_request(name, timeout=400))
note("enter")
store.save(make_state(serial=(store.load() or make_state()).serial + 1))
note("leave")
print("won", flush=True)
if is_dying:
    os.kill(os.getpid(), 9)
held.release()
"""

HOLDER = """
import sys
from pathlib import Path
from git_sites import open_clone
from planner.state import lease
from planner.state.errors import LockLostError
from state_values import make_request, make_state
lease.SHORTEST_LEASE = 3.0
store = open_clone(Path(sys.argv[1]), request_timeout=0.1)
held = store.acquire(make_request("paused"))
store.save(make_state(serial=1))
print("holds", flush=True)
sys.stdin.readline()
def try_to(do):
    try:
        do()
    except LockLostError as error:
        return error.diagnostics[0].code
    return "done"
print(try_to(lambda: store.save(make_state(serial=2))), try_to(lambda: held.require(0.1)), flush=True)
held.release()
"""


def collect(children):
    return [child.communicate("go\n", timeout=600) for child in children]


def start_racer(folder, number):
    return start_python(RACER, folder, f"racer{number}", "die" if number < DYING else "live")


def test_one_after_the_other_holds_the_lock_and_no_update_is_lost(tmp_path):
    clones = [make_clone(tmp_path, f"racer{number}") for number in range(RACERS)]
    children = [start_racer(tmp_path, number) for number in range(RACERS)]
    assert {child.stdout.readline() for child in children} == {"ready\n"}
    assert [child.stdin.write("go\n") and child.stdin.flush() for child in children] == [None] * RACERS
    ended = [child.communicate(timeout=600) for child in children]
    assert ended == [("won\n", "")] * RACERS
    words = [line.split() for line in (tmp_path / "log").read_text().splitlines()]
    assert [word for word, _ in words] == ["enter", "leave"] * RACERS
    assert [name for _, name in words[::2]] == [name for _, name in words[1::2]]
    store = open_clone(clones[0])
    assert store.load().serial == RACERS
    assert store.find_holder() is None or store.find_holder().id in {"racer0", "racer1"}


@pytest.fixture
def paused(tmp_path):
    """Start a holder with a lease of 3 seconds, and stop it as a suspended machine is."""
    child = start_python(HOLDER, make_clone(tmp_path, "paused"))
    assert child.stdout.readline() == "holds\n"
    child.send_signal(signal.SIGSTOP)
    yield child
    child.kill()
    child.communicate()


def test_paused_holder_can_neither_write_nor_send_once_somebody_took_over(paused, tmp_path):
    taker, told = open_clone(make_clone(tmp_path, "taker")), []
    with taker.acquire(make_request("taker", timeout=120, notify=told.append)):
        assert taker.load().serial == 1
        taker.save(make_state(serial=100))
        paused.send_signal(signal.SIGCONT)
        assert collect([paused]) == [("state.lock-lost state.lock-lost\n", "")]
        assert taker.find_holder().id == "taker"
    assert [one.split(":")[0] for one in told] == [
        "Waiting up to 120s for the state lock",
        "The lock of a run that shows no life was taken over",
    ]
    assert open_clone(make_clone(tmp_path, "taker")).load().serial == 100


def test_living_holder_keeps_the_lock_beyond_its_lease(tmp_path):
    with start_python(HOLDER, make_clone(tmp_path, "living")) as child:
        assert child.stdout.readline() == "holds\n"
        with pytest.raises(LockHeldError) as caught:
            open_clone(make_clone(tmp_path, "taker")).acquire(make_request("taker", timeout=7))
        assert "shows no life for 3s" in caught.value.diagnostics[0].detail
        assert collect([child]) == [("done done\n", "")]
