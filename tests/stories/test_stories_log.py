"""The log: the receipts of all applies, newest first, and what the service says of its own."""

import json

import pytest
from story_site import POOL_ID, Story, flatten, make_pool_block


@pytest.fixture
def made(story: Story) -> Story:
    story.seed_network("network-maos")
    story.files(make_pool_block('description = "first"'), make_pool_block(address="b", name="gpu-b"))
    assert story.apply("--reason", "first things").code == 0
    story.files(make_pool_block('description = "second"'), make_pool_block(address="b", name="gpu-b"))
    assert story.apply("--reason", "INC-12").code == 0
    return story


def test_the_log_tells_who_what_when_and_why_newest_first(made: Story):
    told = made.run("log")
    assert told.code == 0
    lines = told.out.splitlines()
    assert [line.split("reason: ")[1] for line in lines if "reason: " in line] == ["INC-12", "first things"]
    assert [line.split()[:3] for line in lines if line.startswith("    pool.")][:2] == [
        ["pool.a", "update", "done"],
        ["pool.a", "create", "done"],
    ]
    assert sum("complete" in line for line in lines) == 2


def test_the_log_of_an_address_holds_what_happened_to_it_alone(made: Story):
    receipts = json.loads(made.run("log", "pool.b", "-o", "json").out)["receipts"]
    assert [[one["address"] for one in receipt["outcomes"]] for receipt in receipts] == [["pool.b"]]


def test_the_log_is_cut_where_that_is_asked(made: Story):
    receipts = json.loads(made.run("log", "-n", "1", "-o", "json").out)["receipts"]
    assert [one["reason"] for one in receipts] == ["INC-12"]


def test_the_service_tells_its_own_events_and_orders(made: Story):
    told = made.run("log", "pool.a", "--service")
    assert "PoolStatusChange: Pool status changed, from Creating to Running" in told.out
    assert "order.gpu-a-" in told.out
    rows = json.loads(made.run("log", "--service", "-o", "json").out)["service"]
    assert {one["address"] for one in rows} == {"pool.a", "pool.b"}
    assert rows == sorted(rows, key=lambda one: one["time"], reverse=True)


def test_events_that_cannot_be_read_are_a_warning(made: Story):
    made.drop_pool()
    told = made.run("log", "--service")
    assert (told.code, "Events and orders could not be read" in told.err) == (0, True)


def test_a_damaged_receipt_is_told_and_the_others_are_shown(made: Story):
    paths = sorted((made.directory / "pools.state.receipts").glob("*.json"))
    paths[0].write_text("{", encoding="utf-8")
    told = made.run("log")
    assert (told.code, "INC-12" in told.out, paths[0].stem in told.out) == (0, True, False)
    assert "reason: first things" in told.out, "the history remembers the save, though its receipt is lost"
    assert "A receipt is a record and never needed for an apply" in flatten(told.err)


def test_without_any_apply_the_log_says_so(story: Story):
    story.files(make_pool_block())
    assert story.run("log").out == "No apply has left a receipt here.\n"


def test_what_state_commands_and_imports_saved_is_in_the_log_between_the_applies(made: Story):
    assert made.run("state", "mv", "pool.b", "pool.c", "--reason", "INC-13").code == 0
    assert made.run("state", "rm", "pool.c", "--auto-approve").code == 0
    made.files(make_pool_block('description = "second"'), make_pool_block(address="b", name="gpu-b"))
    assert made.run("import", "pool.b", POOL_ID.replace("gpu-a", "gpu-b")).code == 0
    told = made.run("log").out
    heads = [line.partition(" by ")[0].split()[2:] for line in told.splitlines() if line.startswith("serial ")]
    assert heads == [["import", "pool.b"], ["state", "rm", "pool.c"], ["state", "mv", "pool.b", "pool.c"]]
    assert "    reason: INC-13\n" in told
    saves = json.loads(made.run("log", "-o", "json").out)["saves"]
    assert [one["operation"] for one in saves] == ["import pool.b", "state rm pool.c", "state mv pool.b pool.c"]
    assert json.loads(made.run("log", "pool.c", "-o", "json").out)["saves"] == saves[1:]


def test_each_apply_names_the_serial_that_the_state_came_to(made: Story):
    serial = json.loads((made.directory / "pools.state.json").read_text(encoding="utf-8"))["serial"]
    lines = [line for line in made.run("log").out.splitlines() if "state serial" in line]
    assert lines[0] == f"    state serial {serial}"
    assert len(lines) == 2


def test_text_of_a_note_cannot_move_the_cursor(made: Story):
    assert made.run("state", "mv", "pool.b", "pool.c", "--reason", "\x1b[2Jgone\nserial 99  x").code == 0
    told = made.run("log").out
    assert "\x1b" not in told
    assert "serial 99" not in [line[:9] for line in told.splitlines()]
