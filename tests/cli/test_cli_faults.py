"""What goes wrong beyond the user's input: told in words, with the right exit code."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import click
import pytest

from planner.cli.entry import run_safely
from planner.cli.interrupts import interrupt_on_termination
from planner.cli.session import Session
from planner.core.addresses import parse_address
from planner.views.terminal import Terminal

POOLCTL = [sys.executable, "-m", "planner.cli.entry"]


def make_session(environment=None):
    terminal = Terminal(stdout=sys.stdout, stderr=sys.stderr, stdin=None, environ={})
    return Session(terminal=terminal, environment=environment or {})


def raise_secret():
    raise ValueError("secret-value")


def break_core():
    return parse_address(None)


def raise_error(error):
    raise error


def test_a_fault_is_told_with_its_type_and_without_its_text(capsys):
    assert run_safely(make_session(), raise_secret).code == 1
    told = capsys.readouterr().err
    assert "This is a fault of poolctl" in told
    assert "ValueError" in told
    assert "secret-value" not in told
    assert "Traceback" not in told


def test_a_fault_names_the_place_in_poolctl(capsys):
    assert run_safely(make_session(), break_core).code == 1
    assert "TypeError at planner/core/addresses.py line " in capsys.readouterr().err


def test_the_traceback_is_for_those_who_ask(capsys):
    assert run_safely(make_session({"POOLCTL_DEBUG": "1"}), raise_secret).code == 1
    assert "Traceback (most recent call last)" in capsys.readouterr().err


@pytest.mark.parametrize("error", [KeyboardInterrupt(), click.Abort()])
def test_an_interrupt_is_one_line_and_an_error(capsys, error):
    assert run_safely(make_session(), lambda: raise_error(error)).code == 1
    assert capsys.readouterr().err == "Interrupted.\n"


def test_a_cut_pipe_is_silent(capsys):
    assert run_safely(make_session(), lambda: raise_error(BrokenPipeError())).code == 1
    assert capsys.readouterr().err == ""


def test_termination_interrupts_and_the_handler_is_put_back():
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(KeyboardInterrupt), interrupt_on_termination():
        signal.raise_signal(signal.SIGTERM)
    assert signal.getsignal(signal.SIGTERM) is before


@pytest.mark.parametrize("arguments", [["--help"], ["schema", "config"]])
def test_a_reader_that_goes_away_is_no_error(arguments):
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as pipe:
        ended = subprocess.run([*POOLCTL, *arguments], stdout=pipe, stderr=subprocess.PIPE, check=False)
    assert (ended.returncode, ended.stderr) == (0, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no full device")
@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["schema", "config"]])
def test_a_full_disk_is_an_error_in_words(arguments):
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run([*POOLCTL, *arguments], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert ended.returncode == 1
    assert "The result could not be written" in ended.stderr


@pytest.mark.parametrize("closed", ["<&-", "2>&-", "2>&- <&-"])
def test_closed_streams_that_are_not_needed_are_no_fault(closed):
    ended = subprocess.run(["sh", "-c", f"{' '.join(POOLCTL)} --help {closed}"], check=False, capture_output=True)
    assert ended.returncode == 0
    assert b"Usage: " in ended.stdout


@pytest.mark.parametrize("closed", [">&-", ">&- 2>&- <&-"])
def test_a_result_that_nobody_can_take_is_an_error(closed):
    command = f"{' '.join(POOLCTL)} --help {closed}"
    ended = subprocess.run(["sh", "-c", command], check=False, capture_output=True, text=True)
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr


def test_nothing_is_applied_where_the_plan_cannot_be_shown(applied, poolctl):
    text = applied.read_text(encoding="utf-8")
    applied.write_text(text.replace("count  = 2", "count  = 3"), encoding="utf-8")
    command = f"{' '.join(POOLCTL)} apply --auto-approve >&-"
    ended = subprocess.run(["sh", "-c", command], check=False, stderr=subprocess.PIPE, text=True)
    assert ended.returncode == 1
    assert "stdout is closed" in ended.stderr
    assert "Plan: 0 to add, 1 to change, 0 to destroy." in poolctl("plan").stdout


@pytest.mark.parametrize(
    ("arguments", "environment"),
    [
        pytest.param(["--no-color", "validate"], {}, id="option"),
        pytest.param(["validate"], {"NO_COLOR": "1"}, id="environment"),
    ],
)
def test_no_colour_is_written_where_it_is_not_wanted(starter, arguments, environment):
    script = f"import pty, sys; sys.exit(pty.spawn({[*POOLCTL, *arguments]!r}) >> 8)"
    starter.write_text("a = \n", encoding="utf-8")
    ended = subprocess.run(
        [sys.executable, "-c", script],
        cwd=starter.parent,
        env={**os.environ, "TERM": "xterm", **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    assert ended.returncode == 1
    assert b"not valid TOML" in ended.stdout
    assert b"\x1b[" not in ended.stdout
