import re

import pytest
from views_plans import PLANS, make_change, make_plan

from planner.core.changes import Action
from planner.views.plan_text import format_plan
from planner.views.spans import measure_text

SGR = re.compile(r"\x1b\[[0-9;]*m")
CASES = [pytest.param(name, id=name) for name in PLANS]
WIDTHS = [pytest.param(width, id=f"{width} columns") for width in (40, 80, 200)]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", CASES)
def test_plan_reads_as_reviewed(name, width, golden):
    golden(f"plan {name} {width}.txt".replace(" ", "-"), format_plan(PLANS[name], width=width, colour=False))


@pytest.mark.parametrize("name", CASES)
def test_coloured_plan_reads_as_reviewed(name, golden):
    golden(f"plan {name} 80 ansi.txt".replace(" ", "-"), format_plan(PLANS[name], width=80, colour=True))


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", CASES)
def test_colour_adds_nothing_but_colour(name, width):
    coloured = format_plan(PLANS[name], width=width, colour=True)
    assert SGR.sub("", coloured) == format_plan(PLANS[name], width=width, colour=False)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", CASES)
def test_lines_end_without_spaces_and_the_text_with_one_newline(name, width):
    text = format_plan(PLANS[name], width=width, colour=False)
    assert [line for line in text.splitlines() if line != line.rstrip()] == []
    assert text == text.strip("\n") + "\n"
    assert "\n\n\n" not in text


@pytest.mark.parametrize("name", CASES)
def test_every_line_fits_where_there_is_room(name):
    text = format_plan(PLANS[name], width=200, colour=False)
    assert [line for line in text.splitlines() if measure_text(line) > 200] == []


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        pytest.param({"create": 2}, "Plan: 2 to add, 0 to change, 0 to destroy.", id="creates are added"),
        pytest.param({"update": 3}, "Plan: 0 to add, 3 to change, 0 to destroy.", id="updates are changed"),
        pytest.param({"delete": 1}, "Plan: 0 to add, 0 to change, 1 to destroy.", id="deletes are destroyed"),
        pytest.param({"replace": 1}, "Plan: 1 to add, 0 to change, 1 to destroy.", id="a replace is both"),
        pytest.param(
            {"import_": 1}, "Plan: 1 to import, 0 to add, 0 to change, 0 to destroy.", id="imports stand first"
        ),
        pytest.param({"forget": 1}, "Plan: 0 to add, 0 to change, 0 to destroy.", id="a forget is a plan"),
        pytest.param({"move": 1}, "Plan: 0 to add, 0 to change, 0 to destroy.", id="a move is a plan"),
        pytest.param({"no_op": 9}, "No changes. Your infrastructure matches the configuration.", id="nothing to do"),
    ],
)
def test_last_line_is_the_one_that_review_tools_look_for(counts, expected):
    assert format_plan(make_plan(**counts), width=40, colour=False).splitlines()[-1] == expected


def test_forgets_and_moves_are_counted_on_the_line_before_the_last():
    text = format_plan(make_plan(forget=2, move=1), width=80, colour=False)
    assert text.splitlines()[-2] == "State only: 2 to forget, 1 to move."


def test_no_op_changes_are_not_shown():
    assert "pool" not in format_plan(make_plan(make_change(Action.NO_OP), no_op=1), width=80, colour=False)


@pytest.mark.parametrize(
    ("width", "same_as"),
    [pytest.param(1, 40, id="too narrow"), pytest.param(100000, 200, id="too wide")],
)
def test_width_stays_within_its_bounds(width, same_as):
    plan = PLANS["update in place with growth"]
    assert format_plan(plan, width=width, colour=False) == format_plan(plan, width=same_as, colour=False)
