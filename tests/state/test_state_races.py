"""Real processes race for one lock: exactly one wins, whoever died before them."""

import pytest
from state_values import start_python

PROCESSES = 8
ROUNDS = 20

RACER = """
import sys
from pathlib import Path
from state_values import make_request, make_state
from planner.state.errors import LockHeldError
from planner.state.local import open_local_store
directory, name = Path(sys.argv[1]), sys.argv[2]
print("ready", flush=True)
for line in sys.stdin:
    number = int(line)
    store = open_local_store(directory / str(number), "pools.state.json")
    try:
        held = store.acquire(make_request(f"{name}-{number}"))
    except LockHeldError:
        print("lost", flush=True)
        sys.stdin.readline()
        continue
    state = store.load() or make_state()
    store.save(make_state(serial=state.serial + 1))
    print("won", flush=True)
    if sys.stdin.readline() != "die\\n":
        held.release()
    else:
        import os
        os.kill(os.getpid(), 9)
"""


def tell(children, text):
    for child in children:
        child.stdin.write(f"{text}\n")
        child.stdin.flush()


def hear(children):
    return [child.stdout.readline().strip() for child in children]


def run_round(children, number):
    tell(children, number)
    return hear(children)


def run_rounds(children, places):
    results = []
    for place in places:
        results.append(sorted(run_round(children, place)))
        tell(children, "release")
    return results


@pytest.fixture
def racers(tmp_path):
    children = [start_python(RACER, tmp_path, f"racer{number}") for number in range(PROCESSES)]
    assert hear(children) == ["ready"] * PROCESSES
    yield children
    for child in children:
        child.kill()
        child.communicate()


def test_exactly_one_of_many_processes_wins_every_round(racers, tmp_path):
    (tmp_path / "0").mkdir()
    assert run_rounds(racers, [0] * ROUNDS) == [["lost"] * (PROCESSES - 1) + ["won"]] * ROUNDS


HOLDER = """
import os, sys
from pathlib import Path
from state_values import make_request
from planner.state.local import open_local_store
for number in range(int(sys.argv[2])):
    (Path(sys.argv[1]) / str(number)).mkdir()
    if os.fork() == 0:
        open_local_store(Path(sys.argv[1]) / str(number), "pools.state.json").acquire(make_request(f"dead-{number}"))
        os.kill(os.getpid(), 9)
    os.wait()
"""


def test_exactly_one_of_many_processes_takes_over_from_a_dead_holder(racers, tmp_path):
    with start_python(HOLDER, tmp_path, ROUNDS) as child:
        assert child.communicate(timeout=120) == ("", "")
    assert len(list(tmp_path.glob("*/pools.state.json.lock"))) == ROUNDS
    assert run_rounds(racers, range(ROUNDS)) == [["lost"] * (PROCESSES - 1) + ["won"]] * ROUNDS


def test_winner_killed_with_the_lock_makes_room_for_one_of_the_others(racers, tmp_path):
    (tmp_path / "0").mkdir()
    first = run_round(racers, 0)
    winner = racers[first.index("won")]
    others = [one for one in racers if one is not winner]
    tell([winner], "die")
    assert winner.wait(timeout=60) == -9
    tell(others, "next")
    assert sorted(run_round(others, 0)) == ["lost"] * (PROCESSES - 2) + ["won"]
    tell(others, "release")
    assert '"serial": 2' in (tmp_path / "0" / "pools.state.json").read_text()
