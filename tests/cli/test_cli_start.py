"""The command as it is installed: it leaves at once, and with everything written."""

import signal
import subprocess
import sys

import pytest

import planner


def start(*arguments, code=None):
    command = [sys.executable, "-m", "planner.cli.start", *arguments] if code is None else [sys.executable, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("arguments", "code", "stdout"),
    [
        pytest.param(["--version"], 0, f"poolctl {planner.__version__}\n", id="done"),
        pytest.param(["plam"], 1, "", id="a usage error"),
    ],
)
def test_the_exit_code_is_that_of_the_command(arguments, code, stdout):
    ended = start(*arguments)
    assert (ended.returncode, ended.stdout) == (code, stdout)


def test_a_long_output_reaches_a_pipe_whole(request):
    expected = (request.config.rootpath / "schemas" / "config.schema.json").read_text(encoding="utf-8")
    assert start("schema", "config").stdout == expected


def test_what_still_runs_is_waited_for():
    ended = start(
        code="import threading, time\n"
        "from planner.cli.start import leave\n"
        "threading.Thread(target=lambda: (time.sleep(0.2), print('late'))).start()\n"
        "leave(3)\n"
    )
    assert (ended.returncode, ended.stdout) == (3, "late\n")


def test_what_is_not_flushed_is_written_at_the_end():
    ended = start(code="from planner.cli.start import leave\nprint('last words')\nleave(0)\n")
    assert (ended.returncode, ended.stdout) == (0, "last words\n")


def test_a_stream_that_takes_no_more_is_no_reason_to_stay():
    ended = start(
        code="import sys\nfrom planner.cli.start import leave\nsys.stdout.close()\nsys.stderr = None\nleave(4)\n"
    )
    assert ended.returncode == 4


INTERRUPTED = """
import os, signal, sys
class Finder:
    def find_spec(self, name, *_):
        if name == "planner.cli.entry":
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Finder())
sys.argv = ["poolctl", "--version"]
from planner.cli.start import run
"""


def test_an_interrupt_before_anything_has_begun_is_no_traceback():
    ended = start(code=f"{INTERRUPTED}run()\n")
    assert (ended.returncode, ended.stdout, ended.stderr) == (-signal.SIGINT, "", "")


def test_an_interrupt_that_whoever_started_it_ignores_stays_ignored():
    ended = start(code=f"{INTERRUPTED}signal.signal(signal.SIGINT, signal.SIG_IGN)\nrun()\n")
    assert (ended.returncode, ended.stdout) == (0, f"poolctl {planner.__version__}\n")
