"""Real processes race for the lock of one state, each as on a machine of its own where the store is shared.

Some die with the lock, one is paused. ``make races`` runs many more of them (RACE_PROCESSES, RACE_ROUNDS, RACE_LEASE).
"""

import json
import os
import signal
from contextlib import contextmanager

import pytest
from race_sites import SITES, open_racer
from state_values import make_request, make_state, start_python

from planner.state.locks.errors import LockHeldError

PROCESSES = int(os.environ.get("RACE_PROCESSES", "5"))
ROUNDS = int(os.environ.get("RACE_ROUNDS", "4"))
LEASE = float(os.environ.get("RACE_LEASE", "8"))
DEATHS = max(ROUNDS // 5, 4)
"""One round in so many ends with the death of its winner."""

RACER = """
import json, os, sys
from pathlib import Path
from planner.state.locks.errors import LockHeldError
from race_sites import open_racer
from state_values import make_request, make_state
kind, folder, name, told, seconds = sys.argv[1], Path(sys.argv[2]), sys.argv[3], json.loads(sys.argv[4]), sys.argv[5]
print("ready", flush=True)
def note(word):
    with (folder / "log").open("a") as log:
        log.write(f"{word} {name}\\n")
for number, line in enumerate(sys.stdin):
    store = open_racer(kind, folder, name=name, told=told, seconds=float(seconds))
    try:
        held = store.acquire(make_request(f"{name}-{number}", timeout=float(line)))
    except LockHeldError:
        print("lost", flush=True)
        sys.stdin.readline()
        print("over", flush=True)
        continue
    note("enter")
    store.save(make_state(serial=(store.load() or make_state()).serial + 1))
    note("leave")
    print("won", flush=True)
    if sys.stdin.readline() == "die\\n":
        os.kill(os.getpid(), 9)
    held.release()
    print("over", flush=True)
"""

HOLDER = """
import json, sys
from pathlib import Path
from planner.state.locks.errors import LockLostError
from race_sites import open_racer
from state_values import make_request, make_state
kind, folder, name, told, seconds = sys.argv[1], Path(sys.argv[2]), sys.argv[3], json.loads(sys.argv[4]), sys.argv[5]
store = open_racer(kind, folder, name=name, told=told, seconds=float(seconds))
held = store.acquire(make_request(name))
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


@pytest.fixture(params=SITES)
def kind(request):
    return request.param


@pytest.fixture(params=[name for name, site in SITES.items() if site.has_lease])
def leased(request):
    return request.param


def start(code, kind, *, folder, name, seconds=LEASE):
    told = json.dumps(SITES[kind].prepare(folder, name))
    return start_python(code, kind, folder, name, told, seconds)


class Race:
    """Processes that try, round after round, all at once."""

    def __init__(self, kind, folder):
        self._kind = kind
        self._folder = folder
        self._started = 0
        self._wait = 0.0
        self.children = [self._start() for _ in range(PROCESSES)]
        self._hear()

    def run_round(self, number):
        """Let all try, and tell what came of it; then the winner gives the lock back, or dies with it."""
        self._tell([str(self._wait)] * PROCESSES)
        words = self._hear()
        end = "die" if number % DEATHS == 1 else "release"
        self._tell([end if word == "won" else "release" for word in words])
        self._bury([place for place, word in enumerate(words) if word == "won" and end == "die"])
        return sorted(words)

    def _bury(self, places):
        dead = [self.children[one] for one in places]
        assert [(child.communicate(timeout=60), child.returncode) for child in dead] == [(("", ""), -9)] * len(dead)
        living = [child for place, child in enumerate(self.children) if place not in places]
        assert [child.stdout.readline() for child in living] == ["over\n"] * len(living)
        fresh = {place: self._start() for place in places}
        self.children = [fresh.get(place, child) for place, child in enumerate(self.children)]
        assert [child.stdout.readline() for child in fresh.values()] == ["ready\n"] * len(fresh)
        # Whoever comes next has to watch the lock rest for its whole lease.
        self._wait = LEASE * 3 if fresh and SITES[self._kind].has_lease else 0.0

    def _start(self):
        self._started += 1
        return start(RACER, self._kind, folder=self._folder, name=f"racer{self._started}")

    def _tell(self, words):
        for child, word in zip(self.children, words, strict=True):
            try:
                child.stdin.write(f"{word}\n")
                child.stdin.flush()
            except BrokenPipeError:
                pytest.fail(f"a racer has ended: {child.stderr.read()}")

    def _hear(self):
        return [child.stdout.readline().strip() for child in self.children]


@contextmanager
def run_race(kind, folder):
    race = Race(kind, folder)
    yield race
    for child in race.children:
        child.kill()
        child.communicate()


def test_exactly_one_holds_the_lock_each_time_and_no_update_is_lost(kind, tmp_path):
    with run_race(kind, tmp_path) as race:
        results = [race.run_round(number) for number in range(ROUNDS)]
    assert results == [["lost"] * (PROCESSES - 1) + ["won"]] * ROUNDS
    words = [line.split() for line in (tmp_path / "log").read_text().splitlines()]
    assert [word for word, _ in words] == ["enter", "leave"] * ROUNDS
    assert [name for _, name in words[::2]] == [name for _, name in words[1::2]]
    told = SITES[kind].prepare(tmp_path, "judge")
    assert open_racer(kind, tmp_path, name="judge", told=told, seconds=LEASE).load().serial == ROUNDS


@pytest.fixture
def open_here(leased, tmp_path, monkeypatch):
    """Open the store in this process, as another machine."""
    monkeypatch.setattr("planner.state.locks.lease.SHORTEST_LEASE", 3.0)
    return lambda name: open_racer(leased, tmp_path, name=name, told=SITES[leased].prepare(tmp_path, name), seconds=3.0)


@pytest.fixture
def holder(leased, tmp_path):
    """Start a holder whose lease is 3 seconds."""
    with start(HOLDER, leased, folder=tmp_path, name="holder", seconds=3.0) as child:
        assert child.stdout.readline() == "holds\n"
        yield child
        child.kill()


def end(child):
    return child.communicate("go\n", timeout=120)


def test_paused_holder_can_neither_write_nor_send_once_somebody_took_over(holder, open_here):
    holder.send_signal(signal.SIGSTOP)
    taker, told = open_here("taker"), []
    with taker.acquire(make_request("taker", timeout=120, notify=told.append)):
        assert taker.load().serial == 1
        taker.save(make_state(serial=100))
        holder.send_signal(signal.SIGCONT)
        assert end(holder) == ("state.lock-lost state.lock-lost\n", "")
        assert taker.find_holder().id == "taker"
    assert [one.split(":")[0] for one in told] == [
        "Waiting up to 120s for the state lock",
        "The lock of a run that shows no life was taken over",
    ]
    assert open_here("taker").load().serial == 100


def test_living_holder_keeps_the_lock_beyond_its_lease(holder, open_here):
    with pytest.raises(LockHeldError) as caught:
        open_here("taker").acquire(make_request("taker", timeout=7))
    assert "shows no life for 3s" in caught.value.diagnostics[0].detail
    assert end(holder) == ("done done\n", "")
