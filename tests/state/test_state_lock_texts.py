"""What a lock file says, and what people are told of its holder."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from state_values import HOSTILE_TEXTS

from planner.state.locks.holders import (
    Holder,
    LockRequest,
    format_holder,
    format_holder_block,
    format_holder_line,
    make_held_diagnostic,
    parse_holder,
)

HOLDER = Holder(
    id="c93d9fed-aad2-da2a-1df8-597067ef024a",
    operation="apply",
    who="ci@runner",
    host="runner",
    pid=4711,
    created="2026-11-23T07:38:23Z",
    version="0.1.0",
    info="INC-12",
    boot_id="b00t",
    side_file="1:2",
)


@given(holder=st.builds(Holder, id=st.uuids().map(str), who=HOSTILE_TEXTS, info=HOSTILE_TEXTS, pid=st.integers()))
def test_holder_survives_its_text(holder):
    assert parse_holder(format_holder(holder)) == holder


def test_lock_file_has_the_members_of_the_specification():
    names = {"id", "operation", "who", "host", "pid", "created", "version", "info"}
    assert names < json.loads(format_holder(HOLDER)).keys()


def test_lock_file_of_a_later_version_is_understood():
    text = json.dumps(json.loads(format_holder(HOLDER)) | {"lease": 30})
    assert parse_holder(text) == HOLDER


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty, by a process stopped before it wrote"),
        pytest.param(format_holder(HOLDER)[:40], id="half written"),
        pytest.param("locked by me", id="made by hand"),
        pytest.param("[]", id="a list"),
        pytest.param("{}", id="no id"),
        pytest.param('{"id": null}', id="id that is null"),
        pytest.param('{"id": "a b"}', id="id that no command line takes"),
        pytest.param('{"id": "-f"}', id="id that looks like an option"),
        pytest.param('{"id": "unknown-1"}', id="id of the made-up kind"),
        pytest.param('{"id": "a", "pid": true}', id="process that is no number"),
        pytest.param('{"id": "a", "who": ["x"]}', id="name that is no text"),
        pytest.param("[" * 100_000, id="endless nesting"),
    ],
)
def test_text_that_says_nothing_is_an_unknown_holder_with_an_id_to_break(text):
    holder = parse_holder(text)
    assert not holder.is_known
    assert holder.id.startswith("unknown-")
    assert parse_holder(text) == holder
    assert f"poolctl force-unlock {holder.id}" in make_held_diagnostic(holder, path="p").detail
    assert "damaged" in make_held_diagnostic(holder, path="p").detail


def test_two_damaged_files_have_two_ids():
    assert parse_holder("").id != parse_holder("x").id


def test_holder_is_shown_as_an_aligned_block():
    assert format_holder_block(HOLDER, path="pools.state.json") == (
        "  ID:        c93d9fed-aad2-da2a-1df8-597067ef024a\n"
        "  Path:      pools.state.json\n"
        "  Operation: apply\n"
        "  Who:       ci@runner\n"
        "  Host:      runner\n"
        "  Process:   4711\n"
        "  Version:   0.1.0\n"
        "  Created:   2026-11-23T07:38:23Z\n"
        "  Info:      INC-12"
    )


def test_unknown_holder_is_shown_by_its_id_and_path():
    holder = parse_holder("")
    assert format_holder_block(holder, path="p") == f"  ID:        {holder.id}\n  Path:      p"
    assert format_holder_line(holder) == "an unknown holder"


def test_nothing_a_holder_says_moves_the_cursor():
    hostile = parse_holder(json.dumps({"id": "a", "who": "\x1b[2J\nID: b", "host": "\u202e"}))
    shown = format_holder_block(hostile, path="p") + format_holder_line(hostile)
    assert "Who:       \\x1b[2J\\nID: b" in shown
    assert {"\x1b", "\u202e"} & set(shown) == set()


def test_diagnostic_names_both_ways_on():
    diagnostic = make_held_diagnostic(HOLDER, path="pools.state.json")
    assert diagnostic.summary == "The state is locked by somebody else"
    assert "--lock-timeout" in diagnostic.detail
    assert f"force-unlock {HOLDER.id}" in diagnostic.detail
    assert "nothing was written" in diagnostic.detail


def test_request_that_is_told_nothing_is_silent():
    request = LockRequest(id="a", operation="apply", who="w", created="c", version="v")
    assert request.notify("x") is None
