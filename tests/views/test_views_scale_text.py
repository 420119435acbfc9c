"""What ``scale`` tells beside its plan: the edits, what comes along, the holds."""

import datetime as dt

from planner.core.addresses import Address
from planner.core.tracking import Hold
from planner.views.scale_text import EditRow, format_edits, format_holds, format_question, format_released

POOL = Address(kind="pool", name="team", key="a b")
EDIT = EditRow(file="a\x1b[2J.pools.toml", line=7, label="count", before=2, after=3)
UNTIL = dt.datetime(2026, 11, 26, 6, tzinfo=dt.UTC)
HOLD = Hold(entry="f/np", count=3, until=UNTIL, who="kim\x1b@desk", reason="INC\n12")


def test_the_question_names_the_edit_what_comes_along_and_the_hold():
    text = format_question(POOL, [EDIT], companions=["scope", "network.main"], hold="2026-11-26T06:00:00Z", width=80)
    assert text == (
        'Do you want to scale pool.team["a b"] now?\n'
        "  poolctl will make the changes that are described above, and no others.\n"
        "  It will write them into the file:\n"
        "    a\\x1b[2J.pools.toml:7: count = 2 -> 3\n"
        "  More than these counts is pending and comes along: scope, network.main.\n"
        "  Until 2026-11-26T06:00:00Z other applies that would undo these counts will be\n"
        "  blocked."
    )


def test_the_question_is_short_where_nothing_is_written_or_held():
    text = format_question(POOL, [], companions=[], hold="", width=80)
    assert text.splitlines()[1:] == ["  poolctl will make the changes that are described above, and no others."]


def test_what_was_written_is_listed_and_nothing_is_not():
    assert format_edits([EDIT]) == (
        "Written into the file, to be committed:\n  a\\x1b[2J.pools.toml:7: count = 2 -> 3\n"
    )
    assert format_edits([]) == ""


def test_holds_say_until_when_and_what_lifts_them():
    text = " ".join(format_holds(POOL, [HOLD], width=80).split())
    assert text == (
        "Held until 2026-11-26T06:00:00Z: f/np at 3. Other applies that would undo it are blocked. "
        "To lift it: poolctl scale 'pool.team[\"a b\"]' --release"
    )
    assert format_holds(POOL, [], width=80) == ""


def test_lifted_holds_are_told_without_moving_a_cursor():
    text = format_released(POOL, [HOLD], width=200)
    assert text == "Lifted: kim\\x1b@desk held f/np at 3 until 2026-11-26T06:00:00Z (INC\\n12).\n"
    assert format_released(POOL, [], width=80) == 'pool.team["a b"] is not held: nothing was to be lifted.\n'
