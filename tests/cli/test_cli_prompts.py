"""Questions on a real terminal: only the exact answer counts."""

import json
import signal
import sys

import pexpect
import pytest

CHANGED = "Do you want to perform these actions?"


@pytest.fixture
def spawn(place):
    """Return ``spawn(*arguments)``: poolctl on a pseudo-terminal of its own."""
    children = []

    def start(*arguments):
        command = ["-m", "planner.cli.entry", *arguments]
        child = pexpect.spawn(sys.executable, command, cwd=str(place), timeout=30, encoding="utf-8")
        children.append(child)
        return child

    yield start
    for child in children:
        child.close(force=True)


def finish(child):
    """Return what was written to the end, and the exit code."""
    child.expect(pexpect.EOF)
    child.close()
    return child.before, child.exitstatus


def count_pools(place):
    return len(json.loads((place / ".poolctl" / "simulator.json").read_text(encoding="utf-8"))["pools"])


@pytest.mark.parametrize("answer", ["no", "", "y", "Yes", "YES", "yes please", "ja"])
def test_anything_but_yes_is_a_refusal(spawn, starter, place, answer):
    child = spawn("apply")
    child.expect("Enter a value: ")
    child.sendline(answer)
    text, code = finish(child)
    assert "Apply cancelled." in text
    assert code == 1
    assert count_pools(place) == 0


def test_yes_applies_what_was_shown(spawn, starter, place):
    child = spawn("apply")
    child.expect_exact("2 to add, 0 to change, 0 to destroy.")
    child.expect_exact(CHANGED)
    child.expect("Enter a value: ")
    child.sendline("yes")
    text, code = finish(child)
    assert "Apply complete!" in text
    assert code == 0
    assert count_pools(place) == 1


def test_the_end_of_the_input_is_a_refusal(spawn, starter, place):
    child = spawn("apply")
    child.expect("Enter a value: ")
    child.sendeof()
    text, code = finish(child)
    assert "Apply cancelled." in text
    assert code == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_at_the_question_sends_nothing_and_gives_the_lock_back(spawn, starter, place, number):
    child = spawn("apply")
    child.expect("Enter a value: ")
    assert (place / "pools.state.json.lock").exists()
    child.kill(number)
    text, code = finish(child)
    assert "Interrupted." in text
    assert "Traceback" not in text
    assert code == 1
    assert count_pools(place) == 0
    assert not (place / "pools.state.json.lock").exists()


@pytest.mark.parametrize("answer", ["yes", "no", "", "Simulator"])
def test_destroy_takes_nothing_but_the_id_of_the_project(spawn, applied, place, answer):
    child = spawn("destroy")
    child.expect("Enter a value: ")
    child.sendline(answer)
    text, code = finish(child)
    assert "Destroy cancelled." in text
    assert code == 1
    assert count_pools(place) == 1


def test_the_id_of_the_project_destroys_what_was_shown(spawn, applied, place):
    child = spawn("destroy")
    child.expect_exact("0 to add, 0 to change, 2 to destroy.")
    assert "Blocked (" not in child.before
    child.expect("Enter a value: ")
    child.sendline("simulator")
    text, code = finish(child)
    assert "2 destroyed." in text
    assert code == 0
    assert count_pools(place) == 0


@pytest.mark.parametrize(("answer", "code"), [("yes", 0), ("no", 1)])
def test_forgetting_is_asked(spawn, applied, place, answer, code):
    child = spawn("state", "rm", "pool.starter")
    child.expect("Enter a value: ")
    child.sendline(answer)
    assert finish(child)[1] == code
    recorded = json.loads((place / "pools.state.json").read_text(encoding="utf-8"))["resources"]
    assert ("pool.starter" in recorded) is (code == 1)
