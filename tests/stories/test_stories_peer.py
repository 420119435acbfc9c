"""Where the usual tool fails: each row of what was observed there, and what happens here."""

import errno
import json
import os
import re

import pytest
from story_site import (
    CPU,
    DESCRIPTION,
    EMPTY,
    GPU,
    POOL_ID,
    Json,
    Story,
    flatten,
    make_import_block,
    make_pool_block,
    make_removed_block,
)

from planner.simulator.faults import Rule, Script, Status

POOLS = "/v2/[^/]+/pools"
HEAD = '[pool.a]\nname = "gpu-a"\ntype = "Dedicate"\n'


def make_entry(count: int, *lines: str, flavor: str = CPU) -> str:
    return "\n".join(("[[pool.a.resources]]", f'flavor = "{flavor}"', f"count = {count}", *lines, ""))


def adopt(story: Story, *blocks: str, **seed) -> None:
    """Seed the pool and bring it under the files."""
    story.seed_network("network-maos")
    story.seed_pool(name="gpu-a", **seed)
    story.begin(*blocks, make_import_block())


def test_row_1_a_saved_plan_leaves_alone_what_others_scaled_and_added(story: Story):
    adopt(story, HEAD, make_entry(2), flavors={CPU: 2})
    story.files(HEAD, 'description = "new"', make_entry(2))
    assert story.run("plan", "--out", "p.json").code == 0
    theirs = {"flavor": GPU, "count": 3, "nodePool": "theirs"}
    story.patch_pool({"spec": {"resources": [{"flavor": CPU, "count": 6}, theirs]}})
    entries = story.find_pool()["spec"]["resources"]
    assert story.run("apply", "p.json").code == 0
    [patch] = story.take_writes()
    assert patch.body == {"metadata": {"annotations": {DESCRIPTION: "new"}}}
    assert story.find_pool()["spec"]["resources"] == entries
    assert len(story.list_nodes()) == 9


def test_row_2_a_deleted_description_is_removed_once(story: Story):
    adopt(story, HEAD, make_entry(2), flavors={CPU: 2})
    story.begin(HEAD, 'description = "old"', make_entry(2))
    story.files(HEAD, make_entry(2))
    assert story.apply().code == 0
    assert [one.body for one in story.take_writes()] == [{"metadata": {"annotations": {DESCRIPTION: None}}}]
    assert story.is_settled()


def test_row_3_a_deleted_annotation_is_gone_from_the_server(story: Story):
    adopt(story, HEAD, make_entry(2), flavors={CPU: 2}, annotations={"theirs": "x"})
    story.begin(HEAD, 'annotations = { team = "a", stage = "b" }', make_entry(2))
    story.files(HEAD, 'annotations = { team = "a" }', make_entry(2))
    assert story.apply().code == 0
    annotations = story.find_pool()["metadata"]["annotations"]
    assert "stage" not in annotations
    assert (annotations["team"], annotations["theirs"]) == ("a", "x")
    assert story.is_settled()


def test_row_4_deleted_taints_are_removed(story: Story):
    adopt(story, HEAD, make_entry(2), flavors={CPU: 2})
    story.begin(HEAD, make_entry(2, 'taints = [{ key = "k", value = "v", effect = "NoSchedule" }]'))
    assert story.find_pool()["spec"]["resources"][0]["taints"] == [{"key": "k", "value": "v", "effect": "NoSchedule"}]
    story.files(HEAD, make_entry(2))
    assert story.apply().code == 0
    assert not story.find_pool()["spec"]["resources"][0].get("taints")
    assert story.is_settled()


def test_row_5_a_count_of_zero_is_sent(story: Story):
    parent = story.seed_pool(name="parent", flavors={CPU: 4})
    head = f'[pool.a]\nname = "gpu-a"\ntype = "Logical"\nparent = "{parent}"\n'
    story.seed_pool(name="gpu-a", type="Logical", parent=parent, entries=[{"flavor": CPU, "count": 2, "maxCount": 4}])
    story.begin(head, make_entry(2), make_import_block())
    story.files(head, make_entry(0))
    assert story.apply().code == 0
    assert story.find_pool()["spec"]["resources"][0]["count"] == 0
    assert story.is_settled()


def test_row_6_another_order_is_no_difference(story: Story):
    blocks = (
        HEAD,
        'scope = ["Train", "Infer"]',
        make_entry(2, 'azs = [{ az = "eu-de-01", count = 1 }, { az = "eu-de-02", count = 1 }]'),
        make_entry(1, flavor=GPU),
    )
    azs = [{"az": "eu-de-01", "count": 1}, {"az": "eu-de-02", "count": 1}]
    entries = [{"flavor": CPU, "count": 2, "azs": azs}, {"flavor": GPU, "count": 1}]
    adopt(story, *blocks, entries=entries, scope=["Train", "Infer"])

    def turn(pool: Json) -> None:
        pool["spec"]["resources"].reverse()
        pool["spec"]["resources"][1]["azs"].reverse()
        pool["spec"]["scope"].reverse()

    story.edit_pool(turn)
    planned = story.plan()
    assert (planned.code, planned.out) == (0, EMPTY)
    assert (story.apply().code, story.take_writes()) == (0, [])


def test_row_7_two_entries_of_one_flavor_are_told_apart_by_their_node_pool(story: Story):
    entries = [{"flavor": CPU, "count": 2}, {"flavor": CPU, "count": 3, "nodePool": "night"}]
    adopt(story, HEAD, make_entry(2), make_entry(3, 'node_pool = "night"'), entries=entries)
    story.files(HEAD, make_entry(3, 'node_pool = "night"'), make_entry(4))
    assert story.apply().code == 0
    assert story.find_counts() == {f"{CPU}-default": 4, "night": 3}
    [patch] = story.take_writes()
    assert [one.get("nodePool") for one in patch.body["spec"]["resources"]] == [None, "night"]
    assert story.is_settled()


@pytest.mark.parametrize("second", ["", f'node_pool = "{CPU}-default"'])
def test_row_7_a_file_that_names_an_entry_twice_is_an_error(story: Story, second: str):
    adopt(story, HEAD, make_entry(2), flavors={CPU: 2})
    story.files(HEAD, make_entry(2), make_entry(3, second))
    ended = story.apply()
    assert (ended.code, story.take_writes()) == (1, [])
    assert "main.pools.toml line" in ended.err


def test_row_8_growth_sends_nothing_that_the_server_derives(story: Story):
    story.set_options(fill_azs=True)
    adopt(story, HEAD, make_entry(2), flavors={CPU: 2, GPU: 1})
    story.files(HEAD, make_entry(3))
    assert story.apply().code == 0
    [patch] = story.take_writes()
    grown, kept = patch.body["spec"]["resources"]
    assert grown == {"flavor": CPU, "count": 3}
    assert (kept["flavor"], kept["count"], kept["maxCount"]) == (GPU, 1, 1)
    assert story.is_settled()


def test_row_9_a_subscribed_pool_is_imported_without_a_change(story: Story):
    billing = {"os.modelarts/billing.mode": "1", "os.modelarts/period.num": "1", "os.modelarts/order.id": "o-1"}
    story.seed_pool(name="gpu-a", flavors={CPU: 2}, annotations=billing)
    story.files(HEAD, 'order_id = "o-1"', make_entry(2), make_import_block())
    change = story.plan_json()["changes"][0]
    assert (change["action"], change["fields"], change["operations"]) == ("import", [], [])
    assert (story.apply().code, story.take_writes()) == (0, [])
    assert story.is_settled()


def test_row_10_a_fault_while_waiting_for_a_pool_does_not_break_the_pool(story: Story):
    story.set_options(steps_per_node=3)
    story.seed_network("network-maos")
    story.files(make_pool_block())
    fault = Status(status=500, body=b'{"error_code":"ModelArts.50005000","error_msg":"internal error"}')
    story.fail = Script([Rule(fault=fault, method="GET", path=f"{POOLS}/{POOL_ID}", skip=1, times=2)])
    assert story.apply().code == 0
    assert [one.method for one in story.take_writes()] == ["POST"]
    assert story.is_settled()


def test_row_11_a_throttled_request_is_repeated_as_soon_as_the_service_says(story: Story):
    adopt(story, HEAD, make_entry(2), flavors={CPU: 2})
    plain = count_requests(story)
    fault = Status(status=429, headers={"retry-after": "0"})
    story.fail = Script([Rule(fault=fault, method="GET", path=POOLS, times=2)])
    assert count_requests(story) == plain + 2


def count_requests(story: Story) -> int:
    """Return how many requests an empty plan takes."""
    before = len(story.server.requests)
    planned = story.plan()
    assert (planned.code, planned.out) == (0, EMPTY)
    return len(story.server.requests) - before


@pytest.mark.parametrize("status", [400, 409, 500, 503])
def test_row_12_a_refused_patch_leaves_the_state_as_the_server_is(story: Story, status: int):
    adopt(story, HEAD, make_entry(2), flavors={CPU: 2})
    seen = story.load_state()["resources"]
    story.files(HEAD, make_entry(3))
    refusal = Status(status=status, body=b'{"error_code":"ModelArts.50009999","error_msg":"not now"}')
    story.fail = Script([Rule(fault=refusal, method="PATCH", path=f"{POOLS}/.*", times=0)])
    ended = story.apply()
    assert ended.code == 1
    assert "ModelArts.50009999" in ended.err
    assert story.load_state()["resources"] == seen
    story.fail = Script([])
    assert story.plan().code == 2
    assert story.apply().code == 0
    assert story.is_settled()


def test_row_13_what_others_changed_is_shown_beside_an_empty_plan(story: Story, golden):
    adopt(story, HEAD, make_entry(2), flavors={CPU: 2})

    def disturb(pool: Json) -> None:
        pool["metadata"]["annotations"]["theirs"] = "x"
        pool["status"]["phase"] = "Abnormal"

    story.edit_pool(disturb)
    planned = story.plan()
    assert planned.code == 0
    golden("peer/row-13.txt", planned.out)
    drifted = story.run("drift")
    assert (drifted.code, "--all" in drifted.out) == (0, True)
    assert "theirs" in story.run("drift", "--all").out


def test_row_14_an_order_that_succeeds_in_part_says_how_many_nodes_came(story: Story):
    adopt(story, HEAD, make_entry(1), make_entry(1, flavor=GPU), flavors={CPU: 1, GPU: 1})
    story.set_options(sold_out=(GPU,))
    story.files(HEAD, make_entry(3), make_entry(4, flavor=GPU))
    ended = story.apply("--receipt", "receipt.json")
    assert story.server.world.document["orders"][-1]["phase"] == "partialSuccessed"
    assert ended.code == 1
    [outcome] = json.loads((story.directory / "receipt.json").read_text(encoding="utf-8"))["outcomes"]
    assert (outcome["outcome"], outcome["partial"]) == ("failed", f"1 of 4 nodes of {GPU}")
    assert "Apply incomplete." in ended.out
    planned = story.plan()
    assert "[plan.missing-nodes]" in planned.err
    assert f"1 of 4 nodes of {GPU} are there" in flatten(planned.err)


def test_row_15_driver_job_flavors_sharing_and_workspace_are_planned_and_applied(story: Story, golden):
    adopt(story, HEAD, make_entry(2, flavor=GPU), flavors={GPU: 2})
    story.files(
        HEAD,
        'workspace_id = "7"\nsharing = "shared"\njob_flavors = ["modelarts.job.a"]',
        'driver = { gpu_version = "470.57", update_strategy = "idle" }',
        make_entry(2, flavor=GPU),
    )
    planned = story.plan()
    golden("peer/row-15.txt", planned.out)
    assert story.apply().code == 0
    bodies = [one.body for one in story.take_writes()]
    assert bodies[0] == {"metadata": {"labels": {"os.modelarts/workspace.id": "7"}}}
    assert [sorted(one["spec"]) for one in bodies[1:]] == [["jobFlavors"], ["driver"]]
    assert story.is_settled()


def test_row_16_scope_is_cleared_and_disks_follow_the_files(story: Story):
    volumes = [{"volumeType": "SSD", "size": "100Gi"}, {"volumeType": "SSD", "size": "200Gi"}]
    first = 'data_volumes = [{ volume_type = "SSD", size = "100Gi" }, { volume_type = "SSD", size = "200Gi" }]'
    adopt(
        story,
        HEAD,
        'scope = ["Train"]',
        make_entry(2, first),
        entries=[{"flavor": CPU, "count": 2, "dataVolumes": volumes}],
    )
    second = (
        'data_volumes = [{ volume_type = "SSD", size = "100Gi" }]\n'
        'volume_group_configs = [{ volume_group = "vgpaas", docker_thin_pool = 60 }]'
    )
    story.files(HEAD, "scope = []", make_entry(2, second))
    assert story.apply("--allow", "pool.a=interrupts").code == 0
    spec = story.find_pool()["spec"]
    assert spec["scope"] == []
    assert spec["resources"][0]["dataVolumes"] == volumes[:1]
    assert spec["resources"][0]["volumeGroupConfigs"] == [{"volumeGroup": "vgpaas", "dockerThinPool": 60}]
    assert story.is_settled()


def test_row_17_growth_and_shrinkage_are_two_operations_growth_first(story: Story, golden):
    adopt(story, HEAD, make_entry(4), make_entry(2, flavor=GPU), flavors={CPU: 4, GPU: 2})
    story.files(HEAD, make_entry(3), make_entry(4, flavor=GPU))
    golden("peer/row-17.txt", story.plan().out)
    assert story.apply().code == 0
    growth, shrinkage = story.take_writes()
    assert {one["flavor"]: one["count"] for one in growth.body["spec"]["resources"]} == {CPU: 4, GPU: 4}
    assert (shrinkage.method, len(shrinkage.body["deleteNodeNames"])) == ("POST", 1)
    assert story.find_counts() == {f"{CPU}-default": 3, f"{GPU}-default": 4}
    assert story.is_settled()


def test_row_18_protection_does_not_go_with_the_block(story: Story):
    protected = "[pool.a.lifecycle]\nprevent_destroy = true\n"
    adopt(story, make_pool_block(), protected, flavors={CPU: 2})
    story.files("")
    missing = story.apply("--allow", "pool.a=destroys")
    story.files(make_removed_block(destroy=True))
    refused = story.apply("--allow", "pool.a=destroys")
    assert (missing.code, refused.code, story.take_writes()) == (1, 1, [])
    assert "[plan.missing-block]" in missing.err
    assert "Blocked (prevent_destroy)" in refused.out
    assert list(story.find_live("pools")) == [POOL_ID]


def test_row_19_a_hundred_nodes_do_not_become_one_by_default(story: Story, golden):
    adopt(story, HEAD, make_entry(100), flavors={CPU: 100})
    story.files(HEAD, make_entry(1))
    ended = story.apply()
    assert (ended.code, story.take_writes(), len(story.list_nodes())) == (1, [], 100)
    golden("peer/row-19.txt", ended.out)
    assert "Blocked (max_percent_removed)" in ended.out


def test_row_20_a_driver_upgrade_that_kills_jobs_says_so_and_waits_for_permission(story: Story, golden):
    adopt(story, HEAD, make_entry(2, flavor=GPU), flavors={GPU: 2})
    story.run_jobs(story.list_nodes()[0])
    story.files(HEAD, 'driver = { gpu_version = "470.57", update_strategy = "force" }', make_entry(2, flavor=GPU))
    refused = story.apply()
    assert (refused.code, story.take_writes(), story.find_killed()) == (1, [], [])
    golden("peer/row-20.txt", refused.out)
    [change] = json.loads(story.run("plan", "-o", "json").out)["changes"]
    assert change["disruption"] == "interrupts"
    assert {row["disruption"] for row in change["fields"]} == {"interrupts"}
    assert [one["code"] for one in change["blocked"]] == ["max_disruption"]
    assert story.apply("--allow", "pool.a=interrupts").code == 0
    assert len(story.find_killed()) == 1
    assert story.is_settled()


def test_row_20_the_jobs_that_would_die_are_named(story: Story):
    adopt(story, HEAD, make_entry(2, flavor=GPU), flavors={GPU: 2})
    story.run_jobs(story.list_nodes()[0])
    story.files(HEAD, 'driver = { gpu_version = "470.57", update_strategy = "force" }', make_entry(2, flavor=GPU))
    [job] = story.plan_json()["changes"][0]["endangered"]["workloads"]
    assert (job["type"], job["nodes"]) == ("train", story.list_nodes()[:1])
    assert f"{job['name']} (train, since {job['created']}) on {job['nodes'][0]}" in story.plan().out


def test_row_21_a_state_that_cannot_be_put_in_place_is_the_old_one_and_nothing_is_lost(
    story: Story, monkeypatch: pytest.MonkeyPatch
):
    adopt(story, HEAD, make_entry(2), flavors={CPU: 2})
    text = (story.directory / "pools.state.json").read_text(encoding="utf-8")
    story.files(HEAD, 'description = "new"', make_entry(2))
    with monkeypatch.context() as broken:
        broken.setattr(os, "replace", refuse)
        assert story.apply().code == 1
    assert (story.directory / "pools.state.json").read_text(encoding="utf-8") == text
    assert story.is_settled()
    assert story.apply().code == 0
    assert story.load_state()["resources"]["pool.a"]["last_applied"]["metadata"]["annotations"] == {DESCRIPTION: "new"}


def refuse(*_arguments: object, **_options: object) -> None:
    raise OSError(errno.EIO, os.strerror(errno.EIO))


def test_no_row_is_missing():
    named = {int(found[1]) for name in globals() if (found := re.match(r"test_row_(\d+)_", name))}
    assert named == set(range(1, 22))
