"""What a look at jobs, flavors and quotas adds to a plan; and when nobody looks, or could."""

from dataclasses import replace
from typing import Any

import pytest
from story_site import CPU, GPU, NETWORK_ID, POOL_ID, Json, Story, make_import_block, make_removed_block

from planner.simulator.faults import Rule, Script, Status
from planner.simulator.seeding import make_workload

HEAD = '[pool.a]\nname = "gpu-a"\ntype = "Dedicate"\nscope = ["Train", "Infer"]\n'
REFUSAL = Status(status=403, body=b'{"error_code":"ModelArts.50009999","error_msg":"not for you"}')


def make_entry(count: int, *lines: str, flavor: str = CPU) -> str:
    return "\n".join(("[[pool.a.resources]]", f'flavor = "{flavor}"', f"count = {count}", *lines, ""))


BOTH = make_entry(3) + make_entry(2, flavor=GPU)


@pytest.fixture
def busy(story: Story) -> Story:
    """Return the scene with an adopted pool of three CPU and two GPU nodes, and three jobs on it."""
    story.seed_pool(name="gpu-a", flavors={CPU: 3, GPU: 2}, scope=["Train", "Infer"])
    story.begin(HEAD, BOTH, make_import_block())
    first, second, _, fourth, _ = story.list_nodes()
    start(story, first, name="nightly", seconds=11_520)
    start(story, first, second, name="sweep", seconds=59)
    start(story, fourth, name="chat", type="infer", seconds=200_000)
    return story


def start(story: Story, *nodes: str, **seed: Any) -> None:
    story.server.change(lambda world: make_workload(world, POOL_ID, nodes=list(nodes), **seed))


def find_endangered(story: Story, *options: str) -> Json:
    [change] = story.plan_json(*options)["changes"]
    found: Json = change["endangered"]
    return found


def list_names(story: Story, *options: str) -> list[str]:
    return [one["name"] for one in find_endangered(story, *options)["workloads"]]


def list_reads(story: Story) -> list[str]:
    """Return what the last requests were about, by the last member of their paths."""
    return sorted({one.path.rpartition("/")[2] for one in story.server.requests[story.told :]})


FORCE = 'driver = { gpu_version = "470.57", update_strategy = "force" }\n'
TAINT = 'taints = [{ key = "k", value = "v", effect = "NoExecute" }]'


@pytest.mark.parametrize(
    ("blocks", "names"),
    [
        pytest.param((HEAD, FORCE, BOTH), ["chat", "nightly", "sweep"], id="driver force"),
        pytest.param((HEAD.replace(', "Infer"', ""), BOTH), ["chat"], id="job type taken away"),
        pytest.param((HEAD, make_entry(3, TAINT), make_entry(2, flavor=GPU)), ["nightly", "sweep"], id="taint"),
        pytest.param((HEAD, make_entry(1), make_entry(2, flavor=GPU)), ["nightly", "sweep"], id="busy nodes go"),
        pytest.param((HEAD.replace("gpu-a", "gpu-b"), BOTH), ["chat", "nightly", "sweep"], id="replace"),
        pytest.param((make_removed_block(destroy=True),), ["chat", "nightly", "sweep"], id="delete"),
    ],
)
def test_the_plan_names_the_jobs_that_would_die(busy: Story, blocks: tuple[str, ...], names: list[str]):
    network = "" if len(blocks) == 1 else f'network = "{NETWORK_ID}"\n'
    head, *rest = blocks
    busy.files(head + network * head.startswith("[pool"), *rest)
    assert list_names(busy) == names


def test_the_jobs_stand_in_the_text_with_type_age_and_node(busy: Story, golden):
    busy.files(HEAD, FORCE, make_entry(1), make_entry(2, flavor=GPU))
    golden("evidence/jobs.txt", busy.plan().out)


def test_of_more_busy_nodes_than_go_the_plan_says_how_many_go(busy: Story):
    busy.files(HEAD, make_entry(1), make_entry(2, flavor=GPU))
    first, second, *_ = busy.list_nodes()
    assert find_endangered(busy) == {
        "workloads": [
            {
                "name": "nightly",
                "type": "train",
                "status": "Running",
                "nodes": [first],
                "running_seconds": 11_520,
                "created": "2026-01-01T00:00:00Z",
            },
            {
                "name": "sweep",
                "type": "train",
                "status": "Running",
                "nodes": [first, second],
                "running_seconds": 59,
                "created": "2026-01-01T00:00:00Z",
            },
        ],
        "nodes_at_most": 1,
        "why_unread": "",
    }
    assert "with 1 node, which the service chooses among these" in busy.plan().out


def test_idle_nodes_endanger_nobody(busy: Story):
    busy.files(HEAD, make_entry(2), make_entry(2, flavor=GPU))
    [change] = busy.plan_json()["changes"]
    assert (change["disruption"], change["endangered"]) == ("drains", None)


def test_the_jobs_are_not_part_of_what_is_approved(busy: Story):
    busy.files(HEAD, FORCE, BOTH)
    before = busy.plan_json()
    start(busy, busy.list_nodes()[2], name="late")
    after = busy.plan_json()
    assert before["changes"][0]["endangered"] != after["changes"][0]["endangered"]
    assert before["digest"] == after["digest"]


def test_the_same_service_gives_the_same_bytes(busy: Story):
    busy.files(HEAD, FORCE, make_entry(9), make_entry(2, flavor=GPU), f'[prices]\n"{CPU}" = 0.1\n')
    assert busy.run("plan", "-o", "json").out == busy.run("plan", "-o", "json").out


@pytest.mark.parametrize("member", ["nodes", "workloads"])
def test_where_nobody_could_look_the_worst_is_assumed_and_said(busy: Story, member: str):
    busy.fail = Script([Rule(fault=REFUSAL, method="GET", path=f".*/{member}", times=0)])
    busy.files(HEAD, make_entry(2), make_entry(2, flavor=GPU))
    planned = busy.plan()
    assert "workloads: nobody could look; any that runs there may die" in planned.out
    assert "[plan.no-evidence]" in planned.err
    endangered = find_endangered(busy)
    assert (endangered["workloads"], endangered["nodes_at_most"]) == ([], None)
    assert "ModelArts.50009999" in endangered["why_unread"]
    assert (busy.apply().code, busy.take_writes()) == (1, [])


def test_growth_says_where_a_flavor_is_sold_out_and_what_the_quota_leaves(story: Story, golden):
    story.seed_pool(name="gpu-a", flavors={CPU: 1, GPU: 1})
    story.begin('[pool.a]\nname = "gpu-a"\ntype = "Dedicate"\n', make_entry(1), make_entry(1, flavor=GPU), ADOPTED)
    story.set_options(sold_out=(GPU,))
    story.files('[pool.a]\nname = "gpu-a"\ntype = "Dedicate"\n', make_entry(2), make_entry(2, flavor=GPU))
    golden("evidence/sold-out.txt", story.plan().out)
    plan = story.plan_json()
    assert plan["changes"][0]["sold_out"] == [
        {"flavor": GPU, "zones": ["eu-de-01", "eu-de-02", "eu-de-03"], "is_everywhere": True}
    ]
    assert {one["type"]: one["left"] for one in plan["quotas"]} == {"network": 15, "pool": 14}


ADOPTED = make_import_block()


def test_only_the_zones_that_are_to_grow_count_as_sold_out(story: Story):
    zones = 'azs = [{ az = "eu-de-01", count = 1 }, { az = "eu-de-02", count = 1 }]'
    entries = [{"flavor": GPU, "count": 1, "azs": [{"az": "eu-de-01", "count": 1}]}]
    story.seed_pool(name="gpu-a", entries=entries)
    head = '[pool.a]\nname = "gpu-a"\ntype = "Dedicate"\n'
    story.begin(head, make_entry(1, flavor=GPU), ADOPTED)
    story.set_options(sold_out=(GPU,))
    story.files(head, make_entry(2, zones, flavor=GPU))
    [change] = story.plan_json()["changes"]
    assert change["sold_out"] == [{"flavor": GPU, "zones": ["eu-de-02"], "is_everywhere": True}]


def test_more_pools_than_the_quota_leaves_are_warned_of(story: Story):
    story.server.change(lambda world: replace(world, document={**world.document, "quotas": {"pool": 0}}))
    story.files(HEAD, f'network = "{NETWORK_ID}"\n', make_entry(1))
    story.seed_network("network-maos")
    planned = story.plan()
    assert planned.code == 2
    assert "[plan.over-quota]" in planned.err


@pytest.mark.parametrize(("member", "code"), [("resourceflavors", "plan.no-flavors"), ("quotas", "plan.no-quotas")])
def test_what_the_project_does_not_tell_is_said_and_stops_no_growth(story: Story, member: str, code: str):
    story.seed_pool(name="gpu-a", flavors={CPU: 1})
    head = '[pool.a]\nname = "gpu-a"\ntype = "Dedicate"\n'
    story.begin(head, make_entry(1), ADOPTED)
    story.fail = Script([Rule(fault=REFUSAL, method="GET", path=f".*/{member}", times=0)])
    story.files(head, make_entry(2))
    ended = story.apply()
    assert (ended.code, f"[{code}]" in ended.err) == (0, True)


@pytest.mark.parametrize(
    ("blocks", "reads"),
    [
        pytest.param((HEAD, BOTH), ["networks", "pools"], id="nothing to do"),
        pytest.param((HEAD, 'description = "new"\n', BOTH), ["networks", "pools"], id="a description"),
        pytest.param(
            (HEAD, make_entry(4), make_entry(2, flavor=GPU)),
            ["networks", "pools", "quotas", "resourceflavors"],
            id="growth",
        ),
        pytest.param(
            (HEAD, make_entry(2), make_entry(2, flavor=GPU)),
            ["networks", "nodes", "pools", "resourceflavors", "workloads"],
            id="shrinkage",
        ),
        pytest.param((HEAD, FORCE, BOTH), ["networks", "nodes", "pools", "workloads"], id="upgrade"),
    ],
)
def test_only_what_decides_is_read(busy: Story, blocks: tuple[str, ...], reads: list[str]):
    busy.files(*blocks)
    busy.take_writes()
    assert busy.plan().err == busy.plan().err
    assert list_reads(busy) == reads


def test_the_page_of_a_plan_that_only_shrinks_shows_its_cards(busy: Story):
    busy.files(HEAD, make_entry(3), make_entry(1, flavor=GPU))
    assert busy.plan_json()["accelerators"][GPU] == 1
    page = busy.plan("--format", "html").out
    assert "Cards (accelerators)" in page
    assert "2 → 1" in page.partition("Cards (accelerators)")[2]
