"""``scale`` on a real terminal: one question, which shows the edit, and nothing is done before the yes."""

import signal
import sys

import pexpect
import pytest

FLAVOR = "modelarts.vm.cpu.4ud"
QUESTION = "Do you want to scale pool.starter now?"
EDIT = "main.pools.toml:34: count = 2 -> 3"


@pytest.fixture
def child(applied, place):
    """Return ``poolctl scale`` at its question, on a pseudo-terminal of 80 columns; its file is the starter's."""
    command = ["-m", "planner.cli.entry", "--no-color", "scale", "pool.starter", f"{FLAVOR}=3", "--hold", "8h"]
    with pexpect.spawn(
        sys.executable, command, cwd=str(place), timeout=30, encoding="utf-8", dimensions=(24, 80)
    ) as spawned:
        spawned.expect_exact("Plan: 0 to add, 1 to change, 0 to destroy.")
        spawned.expect("Enter a value: ")
        yield spawned


def finish(child):
    child.expect(pexpect.EOF)
    child.close()
    return child.before, child.exitstatus


def test_the_question_shows_the_edit_and_the_hold_within_the_width(child):
    lines = child.before.splitlines()
    assert QUESTION in lines
    assert f"    {EDIT}" in lines
    assert any(one.startswith("  Until ") for one in lines)
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize("answer", ["no", "", "y", "3"])
def test_anything_but_yes_leaves_everything_as_it_was(child, applied, answer):
    before = applied.read_text("utf-8")
    child.sendline(answer)
    text, code = finish(child)
    assert ("Scale cancelled." in text, code, applied.read_text("utf-8")) == (True, 1, before)


def test_yes_makes_and_writes_what_was_shown(child, applied):
    before = applied.read_text("utf-8")
    child.sendline("yes")
    text, code = finish(child)
    assert code == 0
    assert EDIT in text
    assert "To lift it: poolctl scale pool.starter --release" in text
    assert applied.read_text("utf-8") == before.replace("\ncount  = 2", "\ncount  = 3")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_at_the_question_leaves_the_file_and_gives_the_lock_back(child, applied, place, number):
    before = applied.read_text("utf-8")
    child.kill(number)
    text, code = finish(child)
    assert ("Interrupted." in text, "Traceback" in text, code) == (True, False, 1)
    assert applied.read_text("utf-8") == before
    assert not (place / "pools.state.json.lock").exists()


def test_an_edit_during_the_question_wins(child, applied):
    theirs = applied.read_text("utf-8") + "# theirs\n"
    applied.write_text(theirs, encoding="utf-8")
    child.sendline("yes")
    text, code = finish(child)
    assert ("The file was changed meanwhile" in text, code, applied.read_text("utf-8")) == (True, 1, theirs)
