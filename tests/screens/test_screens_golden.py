"""What people see, with its colours, at 40, 80 and 200 columns; ``--update-golden`` writes it anew, then look at it."""

import os
import re
import subprocess
import sys

import pytest

WIDTHS = [pytest.param(width, id=f"{width} columns") for width in (40, 80, 200)]
# Bold, faint, and three of the eight colours that every palette makes fit its ground.
CODES = {"0", "1", "2", "31", "32", "35", "1;31", "1;35"}
FAULTS = """\
[pool.training]
naem = "training"
type = "Dedicat"
scope = ["Train", "Infer", "Notebok"]     # a comment that is long enough to leave the screen of a narrow terminal by far

[[pool.training.resources]]
flavor = "modelarts.vm.gpu.t4u8"
count = -1
"""


def read_codes(text):
    return set(re.findall(r"\x1b\[([\d;]*)m", text))


@pytest.mark.parametrize("width", WIDTHS)
def test_a_plan_that_is_blocked_and_a_warning_look_as_reviewed(width, run, example, golden):
    example("gpu-training")
    text = run(["plan"], width=width)
    golden(f"plan-{width}.txt", text)
    assert read_codes(text) <= CODES


@pytest.mark.parametrize("width", WIDTHS)
def test_a_refusal_looks_as_reviewed(width, run, example, golden):
    example("gpu-training")
    text = run(["apply", "--quiet"], width=width)
    golden(f"refusal-{width}.txt", text)
    assert read_codes(text) <= CODES


@pytest.mark.parametrize("width", WIDTHS)
def test_a_question_and_an_apply_look_as_reviewed(width, run, example, golden):
    example("quickstart")
    text = run(["apply"], width=width, answer="yes")
    golden(f"apply-{width}.txt", text)
    assert read_codes(text) <= CODES


@pytest.mark.parametrize("width", WIDTHS)
def test_diagnostics_look_as_reviewed(width, run, place, golden):
    (place / "main.pools.toml").write_text(FAULTS, encoding="utf-8")
    text = run(["validate"], width=width)
    golden(f"diagnostics-{width}.txt", text)
    assert read_codes(text) <= CODES


@pytest.mark.parametrize("width", WIDTHS)
def test_no_line_of_a_file_and_no_box_leaves_the_screen(width, run, place):
    (place / "main.pools.toml").write_text(FAULTS, encoding="utf-8")
    lines = re.sub(r"\x1b\[[\d;]*m", "", run(["validate"], width=width)).splitlines()
    assert [line for line in lines if len(line) > width] == []


@pytest.mark.parametrize("width", WIDTHS)
def test_what_leaves_the_screen_in_a_plan_is_one_word(width, run, example):
    example("gpu-training")
    *lines, last = re.sub(r"\x1b\[[\d;]*m", "", run(["plan"], width=width)).splitlines()
    hanging = [re.split(r" (?=\S+$)", line.rstrip())[-1] for line in lines if len(line) > width]
    assert [word for word in hanging if len(word) < width // 2 - 4] == []
    assert last == "Plan: 3 to import, 0 to add, 2 to change, 0 to destroy."


def test_without_a_terminal_nothing_is_folded_and_nothing_is_coloured(example, place):
    example("gpu-training")
    command = [sys.executable, "-m", "planner.cli.entry", "-C", str(place), "plan"]
    ended = subprocess.run(command, env=os.environ | {"COLUMNS": "40"}, check=True, capture_output=True, text=True)
    assert "\x1b" not in ended.stdout + ended.stderr
    assert "\n  # pool.evaluation will be imported and updated in-place\n" in ended.stdout
