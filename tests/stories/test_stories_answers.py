"""Questions: only ``yes`` is a yes, and a question that nobody can answer is a no. On a real pseudo-terminal."""

import json
import os
import pty
import select
import subprocess
import sys
import time
from dataclasses import dataclass

import pytest
from story_site import Story, make_import_block, make_pool_block

PROMPT = "Enter a value: "
LONGEST = 30.0
ON_TERMINAL = """
import fcntl, sys, termios
from planner.cli.entry import main
fcntl.ioctl(0, termios.TIOCSCTTY, 0)  # so that Ctrl-C is a signal
sys.exit(main())
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """How a command on a terminal ended, and all that stood on the terminal."""

    code: int
    screen: str


def talk(story: Story, *arguments: str, answer: bytes) -> Talk:
    """Run poolctl on a pseudo-terminal and type ``answer`` when it asks."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-c", ON_TERMINAL, "-C", str(story.directory), *arguments]
    environment = {"HW_AUTH_TOKEN": "token-of-a-test", "PATH": os.environ["PATH"], "TERM": "dumb", "COLUMNS": "80"}
    process = subprocess.Popen(
        command,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=environment,
        start_new_session=True,
    )
    os.close(theirs)
    try:
        screen = _read_until(ours, PROMPT)
        os.write(ours, answer)
        screen += _read_until(ours, None)
        return Talk(code=process.wait(LONGEST), screen=screen.replace("\r\n", "\n"))
    finally:
        process.kill()
        process.wait()
        os.close(ours)


def _read_until(descriptor: int, end: str | None) -> str:
    """Return what appears until ``end`` does, or until the other side hangs up."""
    seen, deadline = b"", time.monotonic() + LONGEST
    while time.monotonic() < deadline and (end is None or not seen.endswith(end.encode())):
        if not select.select([descriptor], [], [], 0.2)[0]:
            continue
        piece = _read_piece(descriptor)
        if not piece:
            break
        seen += piece
    return seen.decode()


def _read_piece(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except OSError:  # how Linux says that the other side hung up
        return b""


@pytest.fixture
def growing(story: Story) -> Story:
    """Return the scene with a plan to grow a pool from two nodes to three."""
    story.seed_network("network-maos")
    story.seed_pool(name="gpu-a", flavors={"modelarts.vm.cpu.4ud": 2})
    story.begin(make_pool_block(), make_import_block())
    story.files(make_pool_block(cpu=3))
    return story


def test_yes_applies_what_was_shown(growing: Story, golden):
    talked = talk(growing, "apply", answer=b"yes\n")
    assert talked.code == 0
    assert [one.method for one in growing.take_writes()] == ["PATCH"]
    shown, _, rest = talked.screen.partition(PROMPT)
    golden("answers/asked.txt", shown)
    assert "Apply complete! Resources: 0 added, 1 changed, 0 destroyed." in rest
    assert growing.is_settled()


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(b"no\n", id="no"),
        pytest.param(b"\n", id="an empty answer"),
        pytest.param(b"Yes\n", id="Yes"),
        pytest.param(b"YES\n", id="YES"),
        pytest.param(b"y\n", id="y"),
        pytest.param(b"yes please\n", id="yes and more"),
        pytest.param(b"\x04", id="Ctrl-D"),
        pytest.param(b"ye\x04\x04", id="a word that never ends"),
    ],
)
def test_anything_but_yes_is_a_no(growing: Story, answer: bytes):
    state = growing.load_state()
    talked = talk(growing, "apply", answer=answer)
    assert (talked.code, growing.take_writes(), growing.load_state()) == (1, [], state)
    assert "Apply cancelled." in talked.screen
    assert "Traceback" not in talked.screen


def test_ctrl_c_at_the_question_sends_nothing_and_gives_the_lock_back(growing: Story):
    state = growing.load_state()
    talked = talk(growing, "apply", answer=b"\x03")
    assert (talked.code, growing.take_writes(), growing.load_state()) == (1, [], state)
    assert "Interrupted." in talked.screen
    assert "Traceback" not in talked.screen
    assert json.loads(growing.run("lock", "status", "-o", "json").out)["held"] is False


def test_without_a_terminal_nobody_can_say_yes(growing: Story, golden):
    state = growing.load_state()
    ended = growing.run("apply")
    assert (ended.code, growing.take_writes(), growing.load_state()) == (1, [], state)
    golden("answers/unasked.txt", ended.err)


def test_a_pipe_that_says_yes_is_no_terminal(growing: Story):
    ended = subprocess.run(
        [sys.executable, "-m", "planner.cli.entry", "-C", str(growing.directory), "apply"],
        input="yes\n",
        env={"HW_AUTH_TOKEN": "token-of-a-test", "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, growing.take_writes()) == (1, [])


def test_an_empty_plan_asks_nothing(growing: Story):
    growing.files(make_pool_block())
    ended = growing.run("apply")
    assert (ended.code, growing.take_writes()) == (0, [])
    assert PROMPT not in ended.err


def test_destroy_wants_the_id_of_the_project(growing: Story, golden):
    growing.files(make_pool_block())
    talked = talk(growing, "destroy", answer=b"86c13962597848eeb29c5861153a391f\n")
    assert talked.code == 0
    assert [one.method for one in growing.take_writes()] == ["DELETE"]
    golden("answers/destroy-asked.txt", talked.screen.partition(PROMPT)[0])
    assert growing.find_live("pools") == {}
    assert growing.load_state()["resources"] == {}


@pytest.mark.parametrize("answer", [b"yes\n", b"\n", b"86c1\n", b"\x04"])
def test_destroy_takes_nothing_else_for_a_yes(growing: Story, answer: bytes):
    growing.files(make_pool_block())
    talked = talk(growing, "destroy", answer=answer)
    assert (talked.code, growing.take_writes()) == (1, [])
    assert "Destroy cancelled." in talked.screen


@pytest.mark.parametrize(
    "options",
    [
        pytest.param((), id="nobody to ask"),
        pytest.param(("--auto-approve",), id="approval alone"),
        pytest.param(("--auto-approve", "--allow", "pool.*=destroys"), id="a glob"),
        pytest.param(("--auto-approve", "--allow", "pool.a=interrupts"), id="another permission"),
    ],
)
def test_destroy_without_a_terminal_needs_each_address_named(growing: Story, options: tuple[str, ...]):
    growing.files(make_pool_block())
    ended = growing.run("destroy", *options)
    assert (ended.code, growing.take_writes()) == (1, [])


def test_destroy_with_each_address_named_is_done(growing: Story):
    growing.files(make_pool_block())
    assert growing.run("destroy", "--auto-approve", "--allow", "pool.a=destroys").code == 0
    assert growing.find_live("pools") == {}
