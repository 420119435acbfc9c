"""The inverse of an apply: planned from its receipt, marked step by step, applied like any saved plan."""

import json
import re

import pytest
from story_site import (
    CPU,
    NETWORK_ID,
    POOL_ID,
    Json,
    Story,
    flatten,
    make_pool_block,
    make_removed_block,
)

DESCRIPTION = "os.modelarts/description"


@pytest.fixture
def made(story: Story) -> Story:
    story.seed_network("network-maos")
    story.begin(make_pool_block('description = "first"', 'annotations = { team = "a" }', cpu=3))
    return story


def undo(story: Story, *options: str) -> int:
    planned = story.run("undo", "latest", "--out", "undo.json", *options)
    assert planned.code == 0, planned.err
    return story.run("apply", "undo.json").code


def find_description(story: Story) -> str:
    text: str = story.find_pool()["metadata"]["annotations"].get(DESCRIPTION, "")
    return text


def test_fields_come_back_as_they_were(made: Story):
    before = made.find_pool()["metadata"]["annotations"]
    made.files(make_pool_block('description = "second"', 'annotations = { run = "42" }', cpu=3))
    assert made.apply().code == 0
    assert find_description(made) == "second"
    assert undo(made) == 0
    assert {name: made.find_pool()["metadata"]["annotations"].get(name) for name in (DESCRIPTION, "team", "run")} == {
        DESCRIPTION: before[DESCRIPTION],
        "team": "a",
        "run": None,
    }


def test_each_step_is_marked_and_the_lines_that_still_ask_for_it_are_named(made: Story):
    made.files(make_pool_block('description = "second"', 'annotations = { team = "a" }', cpu=2))
    assert made.apply().code == 0
    told = made.run("undo", "latest").out
    assert "pool.a description: set back  reversible\n" in told
    assert f"pool.a resources[{CPU}].count: set back  reversible with loss\n" in told
    assert "as many nodes come back; their jobs and disks do not" in told
    assert re.search(r'main\.pools\.toml:[0-9]+  description = "second"', told)
    assert re.search(r"main\.pools\.toml:[0-9]+  count = 2", told)
    assert "Plan: 0 to add, 1 to change, 0 to destroy." in told


def test_nodes_come_back_and_others_keep_what_they_changed_meanwhile(made: Story):
    made.files(make_pool_block('description = "second"', 'annotations = { team = "a" }', cpu=2))
    assert made.apply().code == 0
    made.patch_pool({"metadata": {"annotations": {DESCRIPTION: "of a colleague"}}})
    told = made.run("undo", "latest").out
    assert "somebody has changed it since, and that is left alone" in told
    assert undo(made) == 0
    assert (find_description(made), made.find_counts()) == ("of a colleague", {f"{CPU}-default": 3})


def test_edits_that_are_not_applied_take_no_part_in_it(made: Story):
    made.files(make_pool_block('description = "second"', 'annotations = { team = "a" }', cpu=3))
    assert made.apply().code == 0
    made.files(make_pool_block('description = "third"', 'annotations = { team = "z" }', cpu=9))
    made.take_writes()
    assert undo(made) == 0
    assert [one.body for one in made.take_writes()] == [{"metadata": {"annotations": {DESCRIPTION: "first"}}}]


def test_what_was_made_goes_only_where_that_is_permitted(made: Story):
    block = make_pool_block('description = "first"', 'annotations = { team = "a" }', cpu=3)
    made.files(block, make_pool_block(address="b", name="gpu-b"))
    assert made.apply().code == 0
    made.take_writes()
    assert (undo(made), made.take_writes()) == (1, [])
    assert undo(made, "--allow", "pool.b=destroys") == 0
    assert [one.method for one in made.take_writes()] == ["DELETE"]
    assert list(made.find_live("pools")) == [POOL_ID]


def test_what_was_deleted_is_made_anew(made: Story):
    made.files(make_removed_block(destroy=True))
    assert made.apply("--allow", "pool.a=destroys").code == 0
    told = made.run("undo", "latest").out
    assert "another id, other nodes; jobs and disks do not come back" in flatten(told)
    assert undo(made) == 0
    assert (find_description(made), made.find_counts()) == ("first", {f"{CPU}-default": 3})
    assert made.load_state()["resources"]["pool.a"]["id"] == POOL_ID


def test_what_was_forgotten_is_managed_again(made: Story):
    made.files(make_removed_block(destroy=False))
    assert made.apply().code == 0
    made.take_writes()
    assert (undo(made), made.take_writes()) == (0, [])
    assert list(made.load_state()["resources"]) == ["pool.a"]


def test_an_undo_has_a_receipt_and_can_be_undone(made: Story):
    made.files(make_pool_block('description = "second"', 'annotations = { team = "a" }', cpu=3))
    assert made.apply().code == 0
    assert (undo(made), find_description(made)) == (0, "first")
    newest: Json = json.loads(made.run("log", "-n", "1", "-o", "json").out)["receipts"][0]
    assert newest["operation"] == "undo"
    assert (undo(made), find_description(made)) == (0, "second")


def test_after_an_undo_the_files_ask_for_it_again(made: Story):
    made.files(make_pool_block('description = "second"', 'annotations = { team = "a" }', cpu=3))
    assert made.apply().code == 0
    assert undo(made) == 0
    assert made.plan().code == 2
    made.files(make_pool_block('description = "first"', 'annotations = { team = "a" }', cpu=3))
    assert made.is_settled()


def test_a_receipt_is_named_by_the_beginning_of_its_id_or_by_its_file(made: Story):
    path = next((made.directory / "pools.state.receipts").glob("*.json"))
    assert made.run("undo", path.stem[:20]).code == 0
    assert made.run("undo", str(path)).code == 0
    unknown = made.run("undo", "nobody")
    assert (unknown.code, "There is no such receipt" in unknown.err) == (1, True)
    assert NETWORK_ID in made.find_pool()["spec"]["network"]["name"]
