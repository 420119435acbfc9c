"""``scale --hold``: for a time no other apply undoes the count, whatever its files say; and how that is lifted."""

import json

import pytest
from scale_site import FILE, begin, clone, find_holds, scale
from story_site import CPU, Story, flatten

HELD = f"{CPU}=6"


@pytest.fixture
def held(story: Story) -> Story:
    """Return the scene with a pool that was scaled from four to six, and is held."""
    begin(story)
    assert scale(story, HELD, "--hold", "12h", "--reason", "INC-12").code == 0
    story.take_writes()
    return story


@pytest.fixture
def colleague(story: Story, tmp_path) -> Story:
    """Return a clone with the files of before, over the state in which the count is held."""
    begin(story)
    cloned = clone(story, tmp_path / "colleague")
    assert scale(story, HELD, "--hold", "12h", "--reason", "INC-12").code == 0
    cloned.told = len(story.server.requests)
    return cloned


def end_holds(story: Story) -> None:
    """Let the holds be over: their end is a moment of last year."""
    path = story.directory / "pools.state.json"
    state = json.loads(path.read_text("utf-8"))
    for hold in state["resources"]["pool.a"]["holds"]:
        hold["until"] = "2025-01-01T00:00:00Z"
    path.write_text(json.dumps(state), encoding="utf-8")


def test_an_apply_of_old_files_is_blocked_in_words(colleague: Story):
    ended = colleague.apply()
    assert (ended.code, colleague.take_writes(), colleague.find_counts()) == (1, [], {f"{CPU}-default": 6})
    [change] = colleague.plan_json()["changes"]
    [block] = change["blocked"]
    assert block["code"] == "hold"
    words = block["detail"]
    assert f"holds {CPU} at 6 until " in words
    assert "(INC-12)" in words
    assert "poolctl scale pool.a --release" in words


def test_an_apply_of_files_with_the_new_count_goes_on(colleague: Story):
    colleague.files(FILE.replace("count  = 4", "count  = 6").replace("type ", 'description = "d"\ntype '))
    assert colleague.apply().code == 0
    assert colleague.find_counts() == {f"{CPU}-default": 6}


def test_the_other_changes_are_made_with_skip_blocked(colleague: Story):
    colleague.files(FILE, '[network.n]\nname = "another"\ncidr = "192.168.0.0/16"\n')
    ended = colleague.apply("--skip-blocked")
    assert [one.path.split("/")[-1] for one in colleague.take_writes()] == ["networks"]
    assert ended.code == 1


def test_a_held_pool_is_not_destroyed(held: Story):
    ended = held.run("destroy", "--auto-approve", "--allow", "pool.a=destroys")
    assert (ended.code, held.take_writes()) == (1, [])
    assert "Blocked (hold)" in ended.out


def test_another_scale_is_blocked_as_well(held: Story):
    ended = scale(held, f"{CPU}=5")
    assert (ended.code, held.take_writes()) == (1, [])
    assert "Blocked (hold)" in ended.out


def test_the_same_count_may_be_held_longer(held: Story):
    [before] = find_holds(held)
    assert scale(held, HELD, "--hold", "48h", "--reason", "INC-13").code == 0
    [after] = find_holds(held)
    assert after["until"] > before["until"]
    assert (after["count"], after["reason"], held.take_writes()) == (6, "INC-13", [])


def test_a_hold_that_is_over_blocks_nothing(colleague: Story):
    end_holds(colleague)
    assert colleague.apply().code == 0
    assert colleague.find_counts() == {f"{CPU}-default": 4}


def test_the_next_hold_takes_the_place_of_those_that_are_over(held: Story):
    end_holds(held)
    assert scale(held, f"{CPU}=5", "--hold", "1h").code == 0
    assert [one["count"] for one in find_holds(held)] == [5]


def test_a_released_pool_is_scaled_by_the_files_again(colleague: Story):
    released = colleague.run("scale", "pool.a", "--release")
    assert released.code == 0
    assert f"held {CPU} at 6" in flatten(released.out)
    assert find_holds(colleague) == []
    assert colleague.apply().code == 0
    assert colleague.find_counts() == {f"{CPU}-default": 4}


def test_releasing_what_is_not_held_is_no_error(held: Story):
    assert held.run("scale", "pool.a", "--release").code == 0
    again = held.run("scale", "pool.a", "--release")
    assert (again.code, again.out) == (0, "pool.a is not held: nothing was to be lifted.\n")


def test_releasing_an_unknown_address_names_the_nearest(held: Story):
    ended = held.run("scale", "pool.b", "--release")
    assert ended.code == 1
    assert 'Did you mean "pool.a"?' in flatten(ended.err)


def test_the_state_shows_a_hold_and_keeps_it_through_a_move_and_other_applies(held: Story):
    assert held.run("state", "mv", "pool.a", "pool.b").code == 0
    held.files(
        FILE.replace("pool.a", "pool.b")
        .replace("count  = 4", "count  = 6")
        .replace('"gpu-a"', '"gpu-a"\ndescription = "d"')
    )
    assert held.apply().code == 0
    shown = held.run("state", "show", "pool.b")
    assert f"{CPU} at 6 until " in shown.out
    held.files(FILE.replace("pool.a", "pool.b"))
    assert "Blocked (hold)" in held.plan().out


def test_a_damaged_hold_is_told_with_its_place(held: Story):
    path = held.directory / "pools.state.json"
    path.write_text(path.read_text("utf-8").replace('"until": "2', '"until": "yesterday 2'), encoding="utf-8")
    ended = held.plan()
    assert ended.code == 1
    assert 'resources["pool.a"].holds[0].until has a value that cannot stand there' in flatten(ended.err)
