"""What single sentences, tables and pages do in a window of 40 columns: no line that could be folded leaves it."""

import re

import pexpect
import pytest

WIDTH = 40
# What is never broken: addresses of requests, digests, ids, the last line of a plan, commands to be copied.
WHOLE = re.compile(r"\S{20,}|^Plan: |^Apply complete! |poolctl ")
COMMANDS = [
    pytest.param(["drift"], id="drift that there is none"),
    pytest.param(["drift", "adopt", "pool.quickstart"], id="nothing to adopt"),
    pytest.param(["wait"], id="nothing to wait for"),
    pytest.param(["log", "--service"], id="log of the service"),
    pytest.param(["scale", "pool.quickstart", "--release"], id="hold that is none"),
    pytest.param(["show"], id="state"),
    pytest.param(["state", "diff", "1"], id="difference of states"),
    pytest.param(["undo", "latest"], id="undo"),
    pytest.param(["explain"], id="codes"),
    pytest.param(["nodes"], id="nodes"),
    pytest.param(["doctor"], id="doctor"),
]


@pytest.fixture
def applied(example, run):
    """Apply the quickstart."""
    example("quickstart")
    run(["apply", "--auto-approve", "--quiet"], width=80)


def test_messages_fit_their_window_where_results_go_elsewhere(place, spawn):
    (place / "main.pools.toml").write_text('[pool.training]\nnaem = "training"\n', encoding="utf-8")
    away = "import os; os.dup2(os.open(os.devnull, os.O_WRONLY), 1); from planner.cli.entry import main; main(['plan'])"
    child = spawn(["-c", away], width=WIDTH)
    child.expect(pexpect.EOF)
    told = re.sub(r"\x1b\[[\d;]*m", "", child.before).splitlines()
    assert "│ Error: unknown key" in told
    assert [line for line in told if len(line) > WIDTH] == []


def test_a_watch_that_is_ended_leaves_the_prompt_a_line_of_its_own(applied, spawn):
    child = spawn(["-m", "planner.cli.entry", "nodes", "--watch"], width=80)
    child.expect_exact("idle since")
    child.sendintr()
    child.expect(pexpect.EOF)
    assert child.before.endswith("^C\r\n")
    child.close()
    assert child.exitstatus == 0


@pytest.mark.parametrize("arguments", COMMANDS)
def test_what_leaves_a_narrow_window_cannot_be_folded(arguments, applied, run):
    shown = re.sub(r"\x1b\[[\d;]*m", "", run(arguments, width=WIDTH)).splitlines()
    assert shown
    assert [line for line in shown if len(line) > WIDTH and not WHOLE.search(line)] == []
