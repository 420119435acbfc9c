"""A block that is gone: an error with the lines to paste, and what those lines do."""

import re
import textwrap

import pytest
from story_site import CPU, POOL_ID, Story, make_import_block, make_pool_block, make_removed_block

TWIN = make_pool_block(address="b", name="gpu-b")
TWIN_ID = POOL_ID.replace("gpu-a", "gpu-b")


@pytest.fixture
def two(story: Story) -> Story:
    """Return the scene with two adopted pools."""
    story.seed_network("network-maos")
    story.seed_pool(name="gpu-a", flavors={CPU: 2})
    story.seed_pool(name="gpu-b", flavors={CPU: 2})
    story.begin(make_pool_block(), TWIN, make_import_block(), make_import_block("pool.b", TWIN_ID))
    return story


def find_pasted(text: str) -> str:
    """Return the TOML that a diagnostic says to paste, as a user copies it out of the frame."""
    rows = [row.removeprefix("│").removeprefix(" ") for row in text.splitlines()]
    start = next(index for index, row in enumerate(rows) if "[[removed]]" in row)
    end = next(index for index in range(start, len(rows)) if not rows[index].strip())
    return textwrap.dedent("\n".join(rows[start:end])) + "\n"


def check_nothing_happened(story: Story, code: int) -> None:
    assert (code, story.take_writes()) == (1, [])
    assert sorted(story.find_live("pools")) == [POOL_ID, TWIN_ID]
    assert sorted(story.load_state()["resources"]) == ["pool.a", "pool.b"]


@pytest.mark.parametrize("command", ["plan", "apply"])
def test_a_missing_block_is_an_error_that_shows_the_lines_to_write(two: Story, golden, command: str):
    two.files(TWIN)
    ended = two.run(command)
    golden("missing_blocks/error.txt", ended.err)
    assert ended.out == ""
    check_nothing_happened(two, ended.code)


def test_the_pasted_lines_forget_the_pool_and_leave_it_running(two: Story, golden):
    two.files(TWIN)
    two.files(TWIN, find_pasted(two.plan().err))
    planned = two.plan()
    assert planned.code == 2
    golden("missing_blocks/forget.txt", planned.out)
    applied = two.apply()
    assert (applied.code, two.take_writes()) == (0, [])
    golden("missing_blocks/forgotten.txt", applied.out)
    assert sorted(two.find_live("pools")) == [POOL_ID, TWIN_ID]
    assert list(two.load_state()["resources"]) == ["pool.b"]
    assert two.is_settled()


def test_to_destroy_it_more_than_approval_is_needed(two: Story, golden):
    two.files(TWIN, make_removed_block(destroy=True))
    golden("missing_blocks/destroy.txt", two.plan().out)
    check_nothing_happened(two, two.apply().code)
    assert two.run("plan", "--out", "p.json").code == 0
    check_nothing_happened(two, two.run("apply", "p.json").code)
    digest = two.plan_json()["digest"]
    check_nothing_happened(two, two.run("apply", "--expect", digest).code)
    assert two.apply("--allow", "pool.a=destroys").code == 0
    assert [one.method for one in two.take_writes()] == ["DELETE"]
    assert list(two.find_live("pools")) == [TWIN_ID]
    assert two.is_settled()


@pytest.mark.parametrize("permission", ["pool.*=destroys", "pool.a=interrupts", "pool.b=destroys", "pool.a=recreate"])
def test_only_the_named_permission_destroys(two: Story, permission: str):
    two.files(TWIN, make_removed_block(destroy=True))
    check_nothing_happened(two, two.apply("--allow", permission).code)


def make_allow_block(until: str, *, class_name: str = "destroys") -> str:
    return f'[[allow]]\naddress = "pool.a"\nclass = "{class_name}"\nuntil = {until}\nreason = "INC-12"\n'


def test_an_allow_block_gives_the_permission_until_it_ends(two: Story):
    two.files(TWIN, make_removed_block(destroy=True), make_allow_block("2020-01-01T00:00:00Z"))
    check_nothing_happened(two, two.apply().code)
    two.files(TWIN, make_removed_block(destroy=True), make_allow_block("2099-01-01T00:00:00Z"))
    assert two.apply().code == 0
    assert list(two.find_live("pools")) == [TWIN_ID]


def test_a_replace_asks_for_the_same(two: Story, golden):
    two.files(make_pool_block(name="gpu-c"), TWIN)
    golden("missing_blocks/replace.txt", two.plan().out)
    check_nothing_happened(two, two.apply().code)
    assert two.apply("--allow", "pool.a=destroys").code == 0
    assert [one.method for one in two.take_writes()] == ["DELETE", "POST"]
    assert sorted(two.find_live("pools")) == [TWIN_ID, POOL_ID.replace("gpu-a", "gpu-c")]
    assert two.is_settled()


PROTECTED = "[pool.a.lifecycle]\nprevent_destroy = true\n"


def test_protection_and_block_deleted_together_are_a_missing_block_first(two: Story):
    two.begin(make_pool_block(), PROTECTED, TWIN)
    two.files(TWIN)
    ended = two.apply("--allow", "pool.a=destroys")
    assert "[[removed]]" in ended.err
    check_nothing_happened(two, ended.code)


def test_a_removed_block_does_not_lift_the_protection_of_the_block_that_went(two: Story):
    two.begin(make_pool_block(), PROTECTED, TWIN)
    two.files(TWIN, make_removed_block(destroy=True))
    ended = two.apply("--allow", "pool.a=destroys")
    assert "prevent_destroy" in ended.out
    check_nothing_happened(two, ended.code)


def test_protection_holds_against_every_way_to_destroy(two: Story):
    two.begin(make_pool_block(), PROTECTED, TWIN)
    ways = [
        two.run("destroy", "--auto-approve", "--allow", "pool.a=destroys", "--allow", "pool.b=destroys"),
        two.apply("--replace", "pool.a", "--allow", "pool.a=destroys"),
        two.apply("--destroy", "--allow", "pool.a=destroys", "--allow", "pool.b=destroys"),
    ]
    assert [one.code for one in ways] == [1, 1, 1]
    check_nothing_happened(two, ways[-1].code)


def test_protection_that_was_lifted_by_an_apply_is_gone(two: Story):
    two.begin(make_pool_block(), PROTECTED, TWIN)
    two.begin(make_pool_block(), TWIN)
    two.files(TWIN, make_removed_block(destroy=True))
    assert two.apply("--allow", "pool.a=destroys").code == 0


def test_a_block_that_is_both_there_and_removed_is_an_error_of_the_files(two: Story):
    two.files(make_pool_block(), TWIN, make_removed_block(destroy=False))
    ended = two.plan()
    assert re.search(r"main\.pools\.toml line \d+", ended.err)
    check_nothing_happened(two, ended.code)


def test_a_removed_block_that_did_its_work_may_stay(two: Story):
    two.begin(TWIN, make_removed_block(destroy=False))
    planned = two.plan()
    assert (planned.code, two.apply().code, two.take_writes()) == (0, 0, [])
