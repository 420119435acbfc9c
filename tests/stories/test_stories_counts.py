"""Nodes: counts, zones, quotas and whole entries, grown first and shrunk by name."""

from collections import Counter

import pytest
from story_site import CPU, GPU, POOL_ID, PROJECT, Story, flatten, make_import_block, make_pool_block

from planner.simulator.seeding import change_node

LOGICAL_ID = f"quota-{PROJECT}"


def make_block(*entries: str) -> str:
    head = '[pool.a]\nname = "gpu-a"\ntype = "Dedicate"\n'
    return head + "".join(f"[[pool.a.resources]]\n{one}\n" for one in entries)


def make_entry(flavor: str, count: int, *lines: str) -> str:
    return "\n".join((f'flavor = "{flavor}"', f"count = {count}", *lines))


@pytest.fixture
def pool(story: Story) -> Story:
    """Return the scene with an adopted pool of four CPU nodes, beside which others keep two of their own."""
    story.seed_network("network-maos")
    story.seed_pool(
        name="gpu-a",
        entries=[{"flavor": CPU, "count": 4}, {"flavor": CPU, "count": 2, "nodePool": "theirs", "labels": {"k": "v"}}],
    )
    story.begin(make_block(make_entry(CPU, 4)), make_import_block())
    return story


def find_foreign(story: Story) -> dict[str, object]:
    """Return what others keep in the pool: entry, nodes and metadata."""
    pool = story.find_pool()
    nodes = [one for one in story.server.world.document["nodes"][POOL_ID] if "theirs" in str(one["metadata"]["labels"])]
    return {"entry": pool["spec"]["resources"][1], "nodes": nodes, "annotations": pool["metadata"]["annotations"]}


def test_growth_keeps_the_nodes_that_are_there(pool: Story):
    nodes, foreign = pool.list_nodes(), find_foreign(pool)
    pool.files(make_block(make_entry(CPU, 7)))
    assert pool.apply().code == 0
    assert set(nodes) < set(pool.list_nodes())
    assert len(pool.list_nodes()) == 9
    assert find_foreign(pool) == foreign
    assert pool.is_settled()


def test_shrinkage_removes_idle_nodes_by_name_and_spares_the_busy_ones(pool: Story):
    nodes, foreign = pool.list_nodes(), find_foreign(pool)
    ours = nodes[:4]
    pool.run_jobs(ours[3], ours[1])
    pool.files(make_block(make_entry(CPU, 2)))
    assert pool.apply().code == 0
    [removal] = pool.take_writes()
    assert removal.path.endswith("/nodes/batch-delete")
    assert sorted(removal.body["deleteNodeNames"]) == sorted([ours[0], ours[2]])
    assert pool.list_nodes() == [ours[1], ours[3], *nodes[4:]]
    assert (pool.find_killed(), find_foreign(pool)) == ([], foreign)
    assert pool.is_settled()


def test_shrinkage_below_the_idle_nodes_is_blocked_and_says_so(pool: Story, golden):
    pool.run_jobs(*pool.list_nodes()[:3])
    pool.files(make_block(make_entry(CPU, 2)))
    ended = pool.apply()
    assert (ended.code, pool.take_writes(), pool.find_killed()) == (1, [], [])
    golden("counts/busy.txt", ended.out)
    golden("counts/busy-refused.txt", ended.err)


def test_with_permission_the_idle_nodes_still_go_first(pool: Story):
    ours = pool.list_nodes()[:4]
    pool.run_jobs(*ours[:3])
    pool.files(make_block(make_entry(CPU, 2)))
    assert pool.apply("--allow", "pool.a=interrupts").code == 0
    assert ours[3] not in pool.list_nodes()
    assert len(pool.find_killed()) == 1
    assert pool.is_settled()


@pytest.mark.parametrize(
    ("busy", "left", "last"),
    [
        pytest.param((1, 2, 3), 3, "Plan: 0 to add, 1 to change, 0 to destroy.", id="one idle"),
        pytest.param((0, 1, 2, 3), 4, "Plan: 0 to add, 0 to change, 0 to destroy.", id="none idle"),
    ],
)
def test_up_to_idle_takes_what_is_idle_and_says_what_stays(pool: Story, busy, left, last):
    ours = pool.list_nodes()[:4]
    pool.run_jobs(*(ours[one] for one in busy))
    pool.files(make_block(make_entry(CPU, 1)))
    planned = pool.plan("--up-to-idle")
    assert planned.code == 2
    assert planned.out.splitlines()[-1] == last
    assert f"{4 - left} of the 3 nodes of {CPU} to remove are known to be idle" in flatten(planned.err)
    assert pool.apply("--up-to-idle").code == 0
    assert set(ours) & set(pool.list_nodes()) == {ours[one] for one in busy}
    assert (pool.find_counts()[f"{CPU}-default"], pool.find_killed()) == (left, [])
    assert pool.plan().code == 2


def test_a_plan_saved_with_up_to_idle_carries_it(pool: Story):
    pool.run_jobs(*pool.list_nodes()[:3])
    pool.files(make_block(make_entry(CPU, 2)))
    assert pool.run("plan", "--up-to-idle", "--out", "p.json").code == 0
    assert pool.run("apply", "p.json", "--up-to-idle").code == 1
    assert pool.run("apply", "p.json").code == 0
    assert (pool.find_counts()[f"{CPU}-default"], pool.find_killed()) == (3, [])


def test_a_saved_plan_up_to_idle_never_takes_a_node_that_got_a_job_since(pool: Story):
    ours = pool.list_nodes()[:4]
    pool.run_jobs(*ours[:3])
    pool.files(make_block(make_entry(CPU, 2)))
    assert pool.run("plan", "--up-to-idle", "--out", "p.json").code == 0
    pool.run_jobs(ours[3])
    assert pool.run("apply", "p.json").code == 1
    assert (pool.take_writes(), pool.find_killed()) == ([], [])


def test_an_abnormal_node_goes_first_and_a_locked_one_never(pool: Story):
    ours = pool.list_nodes()[:4]
    pool.server.change(lambda world: change_node(world, POOL_ID, name=ours[2], phase="Abnormal"))
    pool.server.change(lambda world: change_node(world, POOL_ID, name=ours[3], is_locked=True))
    pool.files(make_block(make_entry(CPU, 3)))
    assert pool.apply().code == 0
    assert [one for one in ours if one not in pool.list_nodes()] == [ours[2]]


def test_a_new_entry_is_made_and_goes_with_its_block_nodes_and_all(pool: Story):
    foreign = find_foreign(pool)
    both = make_block(make_entry(CPU, 4), make_entry(GPU, 2, 'labels = { tier = "gold" }'))
    pool.files(both)
    assert pool.apply().code == 0
    assert pool.find_counts() == {f"{CPU}-default": 4, "theirs": 2, f"{GPU}-default": 2}
    assert pool.is_settled()
    pool.files(make_block(make_entry(CPU, 4)))
    assert pool.apply().code == 0
    assert pool.find_counts() == {f"{CPU}-default": 4, "theirs": 2}
    assert find_foreign(pool) == foreign
    assert pool.is_settled()


def test_an_adopted_entry_is_released_with_its_block(pool: Story):
    pool.files(make_block(make_entry(CPU, 4), make_entry(CPU, 2, 'node_pool = "theirs"')))
    assert pool.is_settled()
    pool.files(make_block(make_entry(CPU, 4)))
    assert pool.is_settled()
    assert (pool.apply().code, pool.take_writes()) == (0, [])


def test_zones_are_written_and_then_left_as_they_are(pool: Story):
    zones = 'azs = [{ az = "eu-de-01", count = 4 }]'
    pool.files(make_block(make_entry(CPU, 4, zones)))
    assert pool.apply().code == 0
    assert pool.find_pool()["spec"]["resources"][0]["azs"] == [{"az": "eu-de-01", "count": 4}]
    assert pool.is_settled()
    pool.take_writes()
    pool.files(make_block(make_entry(CPU, 4)))
    ended = pool.apply()
    assert (ended.code, pool.take_writes()) == (0, [])
    assert "no longer managed" in flatten(ended.err)
    assert pool.is_settled()


def test_a_node_moves_between_zones_by_growing_first(pool: Story):
    before = 'azs = [{ az = "eu-de-01", count = 4 }]'
    after = 'azs = [{ az = "eu-de-01", count = 3 }, { az = "eu-de-02", count = 1 }]'
    pool.begin(make_block(make_entry(CPU, 4, before)))
    pool.files(make_block(make_entry(CPU, 4, after)))
    assert pool.apply().code == 0
    growth, *shrinkage = pool.take_writes()
    assert (growth.method, growth.body["spec"]["resources"][0]["count"]) == ("PATCH", 5)
    assert [one.method for one in shrinkage] == ["POST"]
    nodes = pool.server.world.document["nodes"][POOL_ID]
    assert Counter(one["status"]["az"] for one in nodes) == {"eu-de-01": 5, "eu-de-02": 1}
    assert pool.is_settled()


def test_a_range_acts_only_outside_of_itself(pool: Story):
    ranged = make_block(f'flavor = "{CPU}"\ncount = {{ min = 2, max = 5 }}')
    pool.files(ranged)
    assert pool.is_settled()
    theirs = pool.find_pool()["spec"]["resources"][1]
    pool.patch_pool({"spec": {"resources": [{"flavor": CPU, "count": 7}, theirs]}})
    assert pool.apply().code == 0
    assert pool.find_counts()[f"{CPU}-default"] == 5
    assert len(pool.list_nodes()) == 7
    pool.patch_pool({"spec": {"resources": [{"flavor": CPU, "count": 3}, theirs]}})
    assert pool.is_settled()


@pytest.fixture
def quota(story: Story) -> Story:
    """Return the scene with an adopted logical pool."""
    parent = story.seed_pool(name="gpu-a", flavors={CPU: 8})
    story.seed_pool(name="quota", type="Logical", parent=parent, entries=[{"flavor": CPU, "count": 2, "maxCount": 4}])
    story.begin(make_logical(2, "max_count = 4"), make_import_block("pool.q", LOGICAL_ID))
    return story


def make_logical(count: int, *lines: str) -> str:
    head = f'[pool.q]\nname = "quota"\ntype = "Logical"\nparent = "{POOL_ID}"\n[[pool.q.resources]]\n'
    return head + make_entry(CPU, count, *lines)


def find_quota(story: Story) -> tuple[int, int]:
    [entry] = story.find_pool(LOGICAL_ID)["spec"]["resources"]
    return entry["count"], entry["maxCount"]


def test_a_quota_is_changed_and_its_deleted_line_lets_it_be(quota: Story):
    quota.files(make_logical(2, "max_count = 6"))
    assert quota.apply().code == 0
    assert find_quota(quota) == (2, 6)
    assert quota.is_settled()
    quota.files(make_logical(2))
    assert quota.is_settled()
    assert quota.apply().code == 0
    assert find_quota(quota) == (2, 6)


def test_a_count_above_the_quota_that_the_files_let_be_is_an_error(quota: Story):
    quota.files(make_logical(5))
    planned, applied = quota.plan(), quota.apply()
    assert (planned.code, applied.code, quota.take_writes()) == (1, 1, [])
    assert "count is 5, and max_count, the quota of a Logical pool, is 4" in flatten(planned.err)


def test_a_count_of_zero_is_sent_where_the_service_allows_it(quota: Story):
    quota.files(make_logical(0, "max_count = 4"))
    assert quota.apply().code == 0
    assert [one.body for one in quota.take_writes()] == [
        {"spec": {"resources": [{"flavor": CPU, "count": 0, "maxCount": 4}]}}
    ]
    assert find_quota(quota) == (0, 4)
    assert quota.is_settled()


def test_a_logical_pool_is_made_with_the_notice_that_an_administrator_approves(story: Story):
    story.seed_pool(name="gpu-a", flavors={CPU: 8})
    story.set_options(approve_logical=False)
    story.files(make_logical(2))
    ended = story.apply()
    assert ended.code == 0
    assert "administrator" in ended.err
    assert story.find_pool(LOGICAL_ID)["status"]["phase"] == "Waiting"
    assert story.is_settled()


def test_ipv6_is_a_one_way_street(story: Story):
    block = '[network.main]\nname = "network-maos"\ncidr = "192.168.0.0/16"\n'
    story.seed_network("network-maos")
    story.begin(block, make_import_block("network.main", f"network-maos-{PROJECT}"))
    story.files(block + "ipv6enable = true\n")
    assert story.apply().code == 0
    assert story.is_settled()
    story.take_writes()
    story.files(block)
    assert story.is_settled()
    assert (story.apply().code, story.take_writes()) == (0, [])
    story.files(block + "ipv6enable = false\n")
    planned = story.plan_json()["changes"][0]
    assert (planned["action"], planned["reason"]) == ("replace", "cannot be changed in place: ipv6enable")


def test_the_default_node_pool_may_be_written_out(pool: Story):
    pool.files(make_pool_block(cpu=4).replace("count = 4", f'count = 4\nnode_pool = "{CPU}-default"'))
    assert pool.is_settled()
