import io
import os
import signal
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest

from planner.views.terminal import OutputError, Terminal

ROOT = Path(__file__).parents[2]
WAIT = 20
PROLOGUE = """
import os, sys
from planner.views.terminal import Terminal
terminal = Terminal(stdout=sys.stdout, stderr=sys.stderr, stdin=sys.stdin, environ=os.environ)
"""
ASKING = PROLOGUE + "terminal.show(f'answer {terminal.ask(\"Enter a value: \")!r}\\n')"


class TerminalText(io.StringIO):
    """A text stream that says that it is a terminal."""

    def isatty(self):
        return True


def make_terminal(*, environ=None, no_colour=False, stdout=None, stderr=None, stdin=None):
    return Terminal(stdout=stdout, stderr=stderr, stdin=stdin, environ=environ or {}, no_colour=no_colour)


def spawn(code, **options):
    return pexpect.spawn(sys.executable, ["-c", code], cwd=str(ROOT), encoding="utf-8", timeout=WAIT, **options)


def run(code, **options):
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, timeout=WAIT, check=False, **options)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        pytest.param("yes\r", "answer 'yes'", id="a line is the answer"),
        pytest.param("  no \r", "answer 'no'", id="spaces around it do not count"),
        pytest.param("\r", "answer ''", id="an empty line is an empty answer"),
        pytest.param("\x04", "answer None", id="the end of input is no answer"),
    ],
)
def test_question_is_asked_on_a_terminal(typed, expected):
    child = spawn(ASKING)
    child.expect_exact("Enter a value: ")
    child.send(typed)
    child.expect_exact(expected)
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0


def test_ctrl_c_at_a_question_interrupts():
    child = spawn(
        PROLOGUE + "try:\n    terminal.ask('Enter a value: ')\nexcept KeyboardInterrupt:\n    print('interrupted')"
    )
    child.expect_exact("Enter a value: ")
    child.sendintr()
    child.expect_exact("interrupted")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0


def test_ctrl_c_that_another_thread_receives_interrupts_the_wait():
    # The wait itself is not interrupted then, as when the signal comes right before it.
    child = spawn(
        PROLOGUE
        + "import signal, threading\n"
        + "threading.Thread(target=threading.Event().wait, daemon=True).start()\n"
        + "signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})\n"
        + "try:\n    terminal.ask('Enter a value: ')\nexcept KeyboardInterrupt:\n    print('interrupted')"
    )
    child.expect_exact("Enter a value: ")
    child.sendintr()
    child.expect_exact("interrupted")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0


def test_signal_that_interrupts_nothing_leaves_the_question_open():
    child = spawn("import signal\nsignal.signal(signal.SIGUSR1, lambda *_: print('noted'))\n" + ASKING)
    child.expect_exact("Enter a value: ")
    child.kill(signal.SIGUSR1)
    child.expect_exact("noted")
    child.send("yes\r")
    child.expect_exact("answer 'yes'")
    child.close()


def test_terminal_gives_its_width_within_the_bounds():
    child = spawn(PROLOGUE + "print('width', terminal.width)", dimensions=(24, 97), env={"PATH": os.environ["PATH"]})
    child.expect_exact("width 97")
    child.expect(pexpect.EOF)
    child.close()


def test_bytes_that_are_no_text_are_no_answer():
    child = pexpect.spawn(
        sys.executable, ["-c", ASKING], cwd=str(ROOT), timeout=WAIT, env={**os.environ, "PYTHONUTF8": "1"}
    )
    child.expect_exact(b"Enter a value: ")
    child.send(b"\xff\xfe\r")
    child.expect_exact(b"answer ")
    assert child.readline().strip() in {b"None", b"'\\udcff\\udcfe'"}
    child.close()


@pytest.mark.parametrize(
    ("stdin", "stderr"),
    [
        pytest.param(io.StringIO("yes\n"), TerminalText(), id="stdin is no terminal"),
        pytest.param(TerminalText("yes\n"), io.StringIO(), id="nobody could see the question"),
        pytest.param(None, TerminalText(), id="stdin is closed"),
    ],
)
def test_question_that_cannot_be_asked_has_no_answer(stdin, stderr):
    assert make_terminal(stdin=stdin, stderr=stderr).ask("Enter a value: ") is None
    assert stderr.getvalue() == ""


def test_texts_go_to_the_stream_they_belong_to():
    stdout, stderr = io.StringIO(), io.StringIO()
    terminal = make_terminal(stdout=stdout, stderr=stderr)
    terminal.show("result\n")
    terminal.tell("message\n")
    terminal.progress("line")
    assert (stdout.getvalue(), stderr.getvalue()) == ("result\n", "message\nline\n")


@pytest.mark.parametrize(
    ("environ", "no_colour", "stream", "expected"),
    [
        pytest.param({}, False, TerminalText(), True, id="a terminal has colour"),
        pytest.param({}, False, io.StringIO(), False, id="a file has none"),
        pytest.param({}, False, None, False, id="a closed stream has none"),
        pytest.param({"NO_COLOR": "1"}, False, TerminalText(), False, id="NO_COLOR"),
        pytest.param({"NO_COLOR": ""}, False, TerminalText(), True, id="an empty NO_COLOR says nothing"),
        pytest.param({"TERM": "dumb"}, False, TerminalText(), False, id="a dumb terminal"),
        pytest.param({}, True, TerminalText(), False, id="--no-color"),
    ],
)
def test_colour_is_decided_by_stream(environ, no_colour, stream, expected):
    results = make_terminal(environ=environ, no_colour=no_colour, stdout=stream, stderr=io.StringIO())
    messages = make_terminal(environ=environ, no_colour=no_colour, stdout=io.StringIO(), stderr=stream)
    assert (results.has_colour_in_results, results.has_colour_in_messages) == (expected, False)
    assert (messages.has_colour_in_results, messages.has_colour_in_messages) == (False, expected)


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        pytest.param("120", 120, id="COLUMNS"),
        pytest.param("7", 40, id="never narrower than 40"),
        pytest.param("99999", 200, id="never wider than 200"),
        pytest.param("", 80, id="unknown"),
        pytest.param("wide", 80, id="no number"),
        pytest.param("9" * 5000, 80, id="an absurd number"),
        pytest.param("0", 80, id="zero"),
    ],
)
def test_width_comes_from_columns_or_is_80(columns, expected):
    assert make_terminal(environ={"COLUMNS": columns}, stdout=io.StringIO()).width == expected


def test_reader_that_went_away_ends_the_output_quietly():
    read, write = os.pipe()
    os.close(read)
    code = PROLOGUE + "terminal.show('x' * 100000)\nterminal.show('more')\nterminal.tell('went on\\n')"
    done = run(code, stdout=write, stderr=subprocess.PIPE)
    os.close(write)
    assert (done.returncode, done.stderr) == (0, b"went on\n")


def test_messages_that_nobody_reads_do_not_stop_the_run():
    read, write = os.pipe()
    os.close(read)
    done = run(PROLOGUE + "terminal.tell('lost')\nterminal.show('went on\\n')", stderr=write, stdout=subprocess.PIPE)
    os.close(write)
    assert (done.returncode, done.stdout) == (0, b"went on\n")


def test_closed_streams_swallow_what_is_written():
    stdout = io.StringIO()
    stdout.close()
    terminal = make_terminal(stdout=stdout)
    terminal.show("lost")
    terminal.tell("lost")
    assert (terminal.width, terminal.is_interactive) == (80, False)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is always full is Linux's")
def test_full_disk_is_an_error_that_says_so():
    with Path("/dev/full").open("w", encoding="utf-8") as full, pytest.raises(OutputError) as caught:
        make_terminal(stdout=full).show("result")
    assert "No space left on device" in caught.value.diagnostics[0].detail


def test_what_the_encoding_cannot_hold_is_spelled_out():
    done = run(
        PROLOGUE + "terminal.show('╷\\n│ Größe 日\\n╵\\n')",
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )
    assert (done.returncode, done.stdout) == (0, b".\n| Gr\\xf6\\xdfe \\u65e5\n'\n")


def test_box_stays_where_the_encoding_holds_it():
    done = run(
        PROLOGUE + "terminal.show('│ ß\\n')", stdout=subprocess.PIPE, env={**os.environ, "PYTHONIOENCODING": "utf-8"}
    )
    assert done.stdout.decode() == "│ ß\n"
