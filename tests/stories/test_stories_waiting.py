"""What is accepted and not finished: kept in the state, left alone by the next apply, and waited for without a lock."""

import json

import pytest
from story_site import CPU, GPU, NETWORK_ID, POOL_ID, Story, flatten, make_pool_block

from planner.simulator.documents import World
from planner.simulator.drafts import Draft
from planner.simulator.seeding import change_pool

OTHER = make_pool_block('description = "first"', address="b", name="gpu-b")


def make_gpu_block(*, version: str = "440.33", description: str = "first") -> str:
    return (
        f'[pool.a]\nname = "gpu-a"\ntype = "Dedicate"\nscope = ["Train"]\nnetwork = "{NETWORK_ID}"\n'
        f'description = "{description}"\ndriver = {{ gpu_version = "{version}", update_strategy = "idle" }}\n'
        f'[[pool.a.resources]]\nflavor = "{GPU}"\ncount = 2\n'
    )


@pytest.fixture
def upgrading(story: Story) -> Story:
    """Return the scene in which a driver upgrade waits for a job to end."""
    story.seed_network("network-maos")
    story.begin(make_gpu_block(), OTHER)
    story.run_jobs(story.list_nodes()[0])
    story.files(make_gpu_block(version="470.57"), OTHER)
    applied = story.apply()
    assert (applied.code, "waiting (accepted, not finished):\n  pool.a" in applied.out) == (0, True)
    story.take_writes()
    return story


def finish_jobs(story: Story) -> None:
    def end(world: World) -> World:
        draft = Draft(world)
        draft.put("workloads", POOL_ID, value=[])
        return draft.finish()

    story.server.change(end)


def test_an_idle_upgrade_is_accepted_and_kept_in_the_state_and_the_lock_is_free(upgrading: Story):
    assert upgrading.load_state()["resources"]["pool.a"]["waiting"] == "the driver running"
    assert upgrading.run("lock", "status").out == "Nobody holds the lock.\n"
    assert upgrading.find_killed() == []


def test_a_new_pool_is_waited_for_whatever_the_strategy_of_its_driver(story: Story):
    story.seed_network("network-maos")
    story.files(make_gpu_block())
    ended = story.apply()
    assert (ended.code, "pool.a: Creation complete" in ended.err) == (0, True)
    assert ended.out.endswith("Apply complete! Resources: 1 added, 0 changed, 0 destroyed.\n")


def test_a_later_apply_refuses_only_the_address_that_still_waits(upgrading: Story):
    upgrading.files(make_gpu_block(version="470.57", description="new"), OTHER.replace("first", "new"))
    ended = upgrading.apply()
    assert ended.code == 1
    assert [one.path.rpartition("/")[2] for one in upgrading.take_writes()] == [POOL_ID.replace("gpu-a", "gpu-b")]
    assert "Blocked (waiting)" in ended.out
    assert "Still waiting for an earlier change: pool.a; see poolctl wait." in flatten(ended.err)


def test_a_saved_plan_is_made_as_a_whole_or_not_at_all_while_one_of_its_addresses_waits(upgrading: Story):
    upgrading.files(make_gpu_block(version="470.57", description="new"), OTHER.replace("first", "new"))
    upgrading.run("plan", "--out", "plan.json")
    ended = upgrading.run("apply", str(upgrading.directory / "plan.json"))
    assert (ended.code, upgrading.take_writes()) == (1, [])
    assert "Changes are blocked, and nothing was sent" in ended.err


def test_what_finished_meanwhile_is_no_longer_waited_for(upgrading: Story):
    finish_jobs(upgrading)
    assert upgrading.run("wait").code == 0
    upgrading.files(make_gpu_block(version="470.57", description="new"), OTHER)
    assert upgrading.apply().code == 0
    assert upgrading.load_state()["resources"]["pool.a"]["waiting"] == ""
    assert upgrading.is_settled()


def test_wait_says_what_is_still_awaited_when_its_time_is_over(upgrading: Story):
    ended = upgrading.run("wait", "--timeout", "0s", "pool.a")
    assert ended.code == 1
    assert "pool.a: not finished after 0s; still to come: gpu driver 470.57 running (now Upgrading)" in ended.out
    assert "pool.a: Still waiting for the driver running ... [0s elapsed]" in ended.err


def test_wait_takes_no_lock_and_writes_nothing(upgrading: Story):
    state = upgrading.load_state()
    finish_jobs(upgrading)
    ended = upgrading.run("wait", "-o", "json")
    assert [(one["address"], one["outcome"]) for one in json.loads(ended.out)["waits"]] == [("pool.a", "done")]
    assert (upgrading.load_state(), upgrading.take_writes()) == (state, [])


def test_a_driver_that_runs_once_and_is_made_again_is_still_waited_for(upgrading: Story):
    finish_jobs(upgrading)
    assert "pool.a: done" in upgrading.run("wait").out
    gpu = upgrading.find_pool()["status"]["driver"]["gpu"]
    assert (gpu["state"], gpu["version"]) == ("Running", "470.57")


def test_wait_without_anything_to_wait_for_says_so(story: Story):
    story.files(OTHER)
    assert story.run("wait").out == "Nothing is waited for: everything that was accepted is finished.\n"
    unknown = story.run("wait", "pool.b")
    assert (unknown.code, "The state does not have this address" in unknown.err) == (1, True)


def test_wait_shows_where_the_nodes_of_each_flavor_are(story: Story):
    story.seed_network("network-maos")
    story.files(make_pool_block())
    assert story.apply("--wait", "accepted").code == 0
    ended = story.run("wait", "--timeout", "0s")
    assert ended.code == 1
    assert "not finished after 0s; still to come: phase" in ended.out
    assert story.run("wait").code == 0
    assert story.is_settled()


def test_a_pool_that_was_not_made_ends_the_wait_with_an_error(story: Story):
    story.seed_network("network-maos")
    story.files(make_pool_block())
    assert story.apply("--wait", "accepted").code == 0

    def fail(world: World) -> World:
        return change_pool(world, POOL_ID, change=lambda pool: pool["status"].update(phase="CreationFailed"))

    story.server.change(fail)
    ended = story.run("wait")
    assert (ended.code, "pool.a: failed after 0s: The service reports a failure" in ended.out) == (1, True)


def test_a_deletion_that_was_only_accepted_is_forgotten_once_the_pool_is_gone(story: Story):
    story.seed_network("network-maos")
    story.begin(make_pool_block())
    removed = '[[removed]]\nfrom = "pool.a"\ndestroy = true\n'
    story.files(removed)
    assert story.apply("--wait", "accepted", "--allow", "pool.a=destroys").code == 0
    assert story.load_state()["resources"]["pool.a"]["waiting"] == "gone (404)"
    assert "pool.a: done" in story.run("wait").out
    story.files(make_pool_block())
    assert [one["reason"] for one in story.plan_json()["changes"]] == ["new"]
    assert story.apply().code == 0
    assert set(story.find_counts()) == {f"{CPU}-default"}
