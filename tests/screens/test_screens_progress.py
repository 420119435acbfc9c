"""Progress on a terminal: one line that is rewritten in place, above which everything else stands."""

import textwrap

import pexpect
import pyte
import pytest

PROLOGUE = textwrap.dedent("""
    import os, sys
    from planner.cli.workplaces import make_teller
    from planner.core.addresses import parse_address
    from planner.core.changes import Action, Applied, Skipped
    from planner.core.events import ChangeEnded, NodeProgress, Noticed, OperationBegan, WaitProgressed
    from planner.views.terminal import Terminal

    terminal = Terminal(stdout=sys.stdout, stderr=sys.stderr, stdin=sys.stdin, environ=os.environ)
    tell = make_teller(terminal)
    A, B = parse_address("pool.training"), parse_address('pool.team["vision"]')

    def begin(address):
        tell(OperationBegan(address=address, action=Action.CREATE, purpose="", number=1, total=1))

    def wait(address, seconds, available):
        nodes = NodeProgress(flavor="modelarts.vm.gpu.t4u8", wanted=4, available=available, creating=4 - available, deleting=0)
        tell(WaitProgressed(address=address, waits_for="all nodes available", seconds=seconds, nodes=(nodes,)))

    def end(address, seconds):
        tell(ChangeEnded(address=address, action=Action.CREATE, outcome=Applied(), seconds=seconds))
""")
APPLY = (
    PROLOGUE
    + "begin(A); wait(A, 10, 0); wait(A, 20, 1); begin(B); wait(B, 10, 2); wait(A, 30, 3)\n"
    + "tell(Noticed(text='A lock gave way.')); end(A, 31); wait(B, 20, 3); end(B, 25)\n"
    + "terminal.show('Apply complete! Resources: 2 added.\\n')\n"
)
WIDTHS = [pytest.param(width, id=f"{width} columns") for width in (40, 80, 200)]


def play(spawn, code, *, width):
    child = spawn(["-c", code], width=width)
    child.expect(pexpect.EOF)
    return child.before


def draw(text, *, width):
    screen = pyte.Screen(width, 50)
    pyte.Stream(screen).feed(text)
    return [line.rstrip() for line in screen.display if line.strip()]


@pytest.mark.parametrize("width", WIDTHS)
def test_progress_looks_as_reviewed(width, spawn, golden):
    text = play(spawn, APPLY, width=width)
    golden(f"progress-{width}.txt", text.replace("\r\n", "\n").replace("\r", "\\r"))


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_of_the_line_is_left_at_the_end(width, spawn):
    lines = draw(play(spawn, APPLY, width=width), width=width)
    assert [line for line in lines if "waiting" in line or "nodes" in line] == []
    assert [line.partition(" ")[0] for line in lines if ": " in line][:2] == ["pool.training:", 'pool.team["vision"]:']
    assert lines[-1] == "Apply complete! Resources: 2 added."


@pytest.mark.parametrize("width", WIDTHS)
def test_the_line_fits_and_is_rewritten_where_it_stands(width, spawn):
    code = PROLOGUE + "begin(A); wait(A, 10, 0); wait(A, 20, 1); wait(A, 30, 3)\nos._exit(0)\n"
    text = play(spawn, code, width=width)
    assert text.count("\n") == 1
    *_, last = draw(text, width=width)
    assert last.startswith("pool.training: 30s, 3/4")
    assert len(last) < width


def test_of_several_waits_the_longest_comes_first(spawn):
    code = PROLOGUE + "begin(A); begin(B); wait(B, 10, 2); wait(A, 40, 3)\nos._exit(0)\n"
    *_, last = draw(play(spawn, code, width=80), width=80)
    assert last == 'Still waiting for 2: pool.training 40s, pool.team["vision"] 10s'


def test_many_waits_keep_their_places_while_their_news_come_one_by_one(spawn):
    code = (
        PROLOGUE + "begin(A); begin(B); wait(A, 10, 0); wait(B, 10, 0); wait(B, 20, 0); wait(A, 20, 0)\nos._exit(0)\n"
    )
    drawn = play(spawn, code, width=80)
    assert drawn.count("Still waiting for 2: pool.training") == drawn.count("Still waiting for 2") == 3


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        pytest.param("xterm", ["pool.training: Creating...", "Interrupted."], id="over what the key has echoed"),
        pytest.param("dumb", ["pool.training: Creating...", "^C", "Interrupted."], id="on a line of its own"),
    ],
)
def test_the_echo_of_an_interrupt_is_not_glued_to_what_is_told(spawn, term, expected):
    code = f"import os; os.environ['TERM'] = '{term}'\n" + PROLOGUE
    told = "begin(A); sys.stderr.write('^C'); sys.stderr.flush(); tell(Noticed(text='Interrupted.'))\n"
    assert draw(play(spawn, code + told, width=80), width=80) == expected


def test_a_question_takes_the_place_of_the_line(spawn):
    child = spawn(["-c", PROLOGUE + "begin(A); wait(A, 10, 0)\nterminal.ask('Enter a value: ')\n"], width=80)
    child.expect_exact("Enter a value: ")
    text = child.before + child.after
    child.sendline("yes")
    child.expect(pexpect.EOF)
    assert draw(text, width=80) == ["pool.training: Creating...", "Enter a value:"]


@pytest.mark.parametrize("code", [pytest.param("import os; os.environ['TERM'] = 'dumb'\n", id="dumb")])
def test_a_terminal_that_cannot_move_its_cursor_gets_lines(spawn, code):
    text = play(spawn, code + APPLY, width=200)
    assert "\x1b" not in text
    assert text.count("Still waiting for all nodes available") == 5
