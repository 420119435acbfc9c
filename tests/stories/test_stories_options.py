"""What of a plan is made: targets, digests, replacements, blocks that are left out, and the exit codes."""

import re

import pytest
from story_site import (
    CPU,
    EMPTY,
    NETWORK_ID,
    POOL_ID,
    PROJECT,
    Json,
    Story,
    flatten,
    make_import_block,
    make_removed_block,
)

NETWORK = '[network.main]\nname = "train-net"\ncidr = "192.168.0.0/16"\n'
IDS = {name: POOL_ID.replace("gpu-a", name) for name in ("gpu-a", "gpu-b", "gpu-c")}


def make_pool(letter: str, *lines: str, cpu: int = 2, network: str = "${network.main.id}") -> str:
    rows = "\n".join(lines)
    return (
        f'[pool.{letter}]\nname = "gpu-{letter}"\ntype = "Dedicate"\nnetwork = "{network}"\n{rows}\n'
        f'[[pool.{letter}.resources]]\nflavor = "{CPU}"\ncount = {cpu}\n'
    )


@pytest.fixture
def made(story: Story) -> Story:
    """Return the scene with a network and two pools in it, all made by poolctl."""
    story.begin(NETWORK, make_pool("a"), make_pool("b"))
    return story


def find_descriptions(story: Story) -> dict[str, str]:
    return {
        id_.removesuffix(f"-{PROJECT}"): pool["metadata"]["annotations"].get("os.modelarts/description", "")
        for id_, pool in story.find_live("pools").items()
    }


def describe(story: Story) -> None:
    """Write a new description of both pools."""
    story.files(NETWORK, make_pool("a", 'description = "new"'), make_pool("b", 'description = "new"'))


def find_digests(story: Story, *options: str) -> dict[str, str]:
    plan = story.plan_json(*options)
    return {one["address"]: one["digest"] for one in plan["changes"]} | {"plan": plan["digest"]}


def find_actions(plan: Json) -> dict[str, str]:
    return {one["address"]: one["action"] for one in plan["changes"]}


def test_the_first_apply_makes_all_in_order_and_the_second_plan_is_empty(story: Story, golden):
    story.files(NETWORK, make_pool("a"))
    assert story.plan("--detailed-exitcode").code == 2
    golden("options/create.txt", story.run("plan").out)
    applied = story.apply()
    assert applied.code == 0
    assert [(one.method, one.path.rpartition("/")[2]) for one in story.take_writes()] == [
        ("POST", "networks"),
        ("POST", "pools"),
    ]
    assert story.find_pool()["spec"]["network"] == {"name": f"train-net-{PROJECT}"}
    assert story.is_settled()


@pytest.mark.parametrize(
    ("options", "changed", "code"),
    [
        pytest.param(("--target", "pool.a"), {"gpu-a"}, 0, id="a target"),
        pytest.param(("--target", "pool.*"), {"gpu-a", "gpu-b"}, 0, id="a glob"),
        pytest.param(("--exclude", "pool.a"), {"gpu-b"}, 0, id="an exclusion"),
        pytest.param(("--exclude", "network.main"), set(), 0, id="an exclusion takes its dependents along"),
        pytest.param(("--target", "network.main"), set(), 0, id="a target leaves its dependents out"),
        pytest.param(("--target", "pool.z"), set(), 1, id="a target that is nobody"),
    ],
)
def test_only_what_is_selected_is_changed(made: Story, options: tuple[str, ...], changed: set[str], code: int):
    describe(made)
    assert made.apply(*options).code == code
    assert {name for name, text in find_descriptions(made).items() if text} == changed


def test_a_target_takes_what_it_needs_along_and_the_plan_says_that_it_is_partial(story: Story):
    story.files(NETWORK, make_pool("a"), make_pool("b"))
    plan = story.plan_json("--target", "pool.a")
    assert find_actions(plan) == {"network.main": "create", "pool.a": "create"}
    assert plan["summary"]["is_partial"] is True
    assert "Warning: this plan is partial: it holds only what --target and --exclude select." in flatten(
        story.run("plan", "--target", "pool.a").out
    )
    assert story.apply("--target", "pool.a").code == 0
    assert list(story.find_live("pools")) == [IDS["gpu-a"]]


def test_a_target_needs_no_block_of_what_is_not_selected(made: Story):
    made.files(NETWORK, make_pool("a", 'description = "new"'))
    assert made.apply().code == 1
    assert made.apply("--target", "pool.a").code == 0
    assert find_descriptions(made) == {"gpu-a": "new", "gpu-b": ""}


def test_a_requested_replace_needs_its_permission(made: Story):
    plan = made.plan_json("--replace", "pool.a")
    assert find_actions(plan) == {"network.main": "no-op", "pool.a": "replace", "pool.b": "no-op"}
    assert (made.apply("--replace", "pool.a").code, made.take_writes()) == (1, [])
    nodes = made.list_nodes()
    assert made.apply("--replace", "pool.a", "--allow", "pool.a=destroys").code == 0
    assert [one.method for one in made.take_writes()] == ["DELETE", "POST"]
    assert not set(nodes) & set(made.list_nodes())
    assert made.is_settled()


@pytest.mark.parametrize(
    ("before", "after", "field"),
    [
        pytest.param('name = "gpu-a"', 'name = "gpu-x"', "name", id="name"),
        pytest.param("${network.main.id}", NETWORK_ID, "network", id="network"),
        pytest.param('type = "Dedicate"', 'type = "Dedicate"\nnode_prefix = "n"', "node_prefix", id="node_prefix"),
        pytest.param(
            'type = "Dedicate"',
            'type = "Dedicate"\ncontainer_network = { cidr = "172.16.0.0/16" }',
            "container_network.cidr",
            id="container_network",
        ),
    ],
)
def test_an_immutable_field_means_a_replace_that_names_it(made: Story, before: str, after: str, field: str):
    made.seed_network("network-maos")
    made.files(NETWORK, make_pool("a").replace(before, after), make_pool("b"))
    [change] = [one for one in made.plan_json()["changes"] if one["address"] == "pool.a"]
    assert (change["action"], change["reason"]) == ("replace", f"cannot be changed in place: {field}")
    assert (made.apply().code, made.take_writes()) == (1, [])
    assert made.apply("--allow", "pool.a=destroys").code == 0
    assert made.is_settled()


def test_a_pool_whose_creation_failed_is_planned_as_replace(made: Story):
    made.edit_pool(lambda pool: pool["status"].update(phase="CreationFailed"))
    [change] = [one for one in made.plan_json()["changes"] if one["address"] == "pool.a"]
    assert (change["action"], change["reason"]) == ("replace", "its creation failed")
    assert (made.apply().code, made.take_writes()) == (1, [])
    assert made.apply("--allow", "pool.a=destroys").code == 0
    assert made.is_settled()


def test_a_creation_that_fails_is_tracked_and_told(story: Story):
    story.set_options(sold_out=[CPU])
    story.files(NETWORK, make_pool("a"))
    ended = story.apply()
    assert ended.code == 1
    assert "CreationFailed" in ended.err
    assert sorted(story.load_state()["resources"]) == ["network.main", "pool.a"]
    assert find_actions(story.plan_json())["pool.a"] == "replace"


def test_a_network_that_others_use_is_neither_deleted_nor_replaced(made: Story, golden):
    made.files(NETWORK.replace("192.168.0.0/16", "192.168.0.0/20"), make_pool("a"), make_pool("b"))
    replaced = made.apply("--allow", "network.main=destroys")
    made.files(make_removed_block("network.main", destroy=True), make_pool("a", network=f"train-net-{PROJECT}"))
    deleted = made.apply("--allow", "network.main=destroys", "--target", "network.main")
    assert (replaced.code, deleted.code, made.take_writes()) == (1, 1, [])
    golden("options/network-in-use.txt", replaced.err)
    assert "[plan.in-use]" in deleted.err


def test_destroy_deletes_pools_before_their_network(made: Story):
    permissions = [word for one in ("pool.a", "pool.b", "network.main") for word in ("--allow", f"{one}=destroys")]
    plan = made.plan_json("--destroy")
    assert set(find_actions(plan).values()) == {"delete"}
    assert (made.apply("--destroy").code, made.take_writes()) == (1, [])
    assert made.apply("--destroy", *permissions).code == 0
    assert [one.path.split("/")[3] for one in made.take_writes()] == ["pools", "pools", "networks"]
    assert (made.find_live("pools"), made.find_live("networks")) == ({}, {})
    assert made.load_state()["resources"] == {}


def test_refresh_only_records_what_others_did_and_sends_nothing(made: Story):
    made.edit_pool(lambda pool: pool["metadata"]["annotations"].update(theirs="x"))
    made.drop_pool(IDS["gpu-b"])
    describe(made)
    assert made.plan("--refresh-only").code == 2
    assert (made.apply("--refresh-only").code, made.take_writes()) == (0, [])
    assert sorted(made.load_state()["resources"]) == ["network.main", "pool.a"]
    assert made.plan_json("--refresh-only")["drift"] == []


def test_drift_alone_is_news_for_refresh_only(story: Story, golden):
    story.seed_network("network-maos")
    story.seed_pool(name="gpu-a", flavors={CPU: 2})
    story.begin(make_pool("a", network=NETWORK_ID), make_import_block())
    story.patch_pool({"spec": {"resources": [{"flavor": CPU, "count": 3}]}})
    planned = story.plan("--refresh-only")
    assert (planned.code, planned.err) == (2, "")
    golden("options/refresh-only.txt", planned.out)
    managed = {one["path"]: one["is_managed"] for one in story.plan_json("--refresh-only")["drift"]}
    assert managed[f"resources[{CPU}].count"] is True
    assert (story.apply("--refresh-only").code, story.take_writes()) == (0, [])
    assert (story.plan("--refresh-only").code, story.plan("--refresh-only").out) == (0, EMPTY)


def test_what_is_blocked_is_left_out_and_the_exit_code_tells(made: Story):
    made.files(NETWORK, make_pool("a", "scope = []", 'description = "new"'), make_pool("b", 'description = "new"'))
    made.edit_pool(lambda pool: pool["spec"].update(scope=["Train"]))
    refused = made.apply()
    assert (refused.code, made.take_writes()) == (1, [])
    ended = made.apply("--skip-blocked")
    assert find_descriptions(made) == {"gpu-a": "", "gpu-b": "new"}
    assert ended.code == 1
    assert "pool.a" in ended.err


def test_the_digest_of_the_plan_approves_all_of_it(made: Story):
    describe(made)
    digests = find_digests(made)
    assert made.run("apply", "--expect", digests["plan"]).code == 0
    assert find_descriptions(made) == {"gpu-a": "new", "gpu-b": "new"}
    assert made.is_settled()


def test_the_digest_of_a_change_approves_that_change_alone(made: Story, golden):
    describe(made)
    ended = made.run("apply", "--expect", find_digests(made)["pool.a"])
    assert ended.code == 1
    golden("options/left-out.txt", re.sub(r"after \d+s", "after 0s", ended.err))
    assert find_descriptions(made) == {"gpu-a": "new", "gpu-b": ""}


def test_the_digests_of_all_changes_approve_all_of_them(made: Story):
    describe(made)
    digests = find_digests(made)
    assert made.run("apply", "--expect", digests["pool.a"], "--expect", digests["pool.b"]).code == 0
    assert find_descriptions(made) == {"gpu-a": "new", "gpu-b": "new"}


def test_a_digest_of_another_plan_approves_nothing(made: Story):
    describe(made)
    digest = find_digests(made)["plan"]
    made.files(NETWORK, make_pool("a", 'description = "else"'), make_pool("b"))
    ended = made.run("apply", "--expect", digest)
    assert (ended.code, made.take_writes()) == (1, [])


@pytest.mark.parametrize("digest", ["", "sha256:12", "md5:" + "0" * 64, "sha256:" + "G" * 64])
def test_what_is_no_digest_is_a_usage_error(made: Story, digest: str):
    ended = made.run("apply", "--expect", digest)
    assert (ended.code, made.take_writes()) == (1, [])


def test_approval_by_digest_lifts_no_block(made: Story):
    made.files(NETWORK, make_pool("a", cpu=40), make_pool("b"))
    ended = made.run("apply", "--expect", find_digests(made)["plan"])
    assert (ended.code, made.take_writes()) == (1, [])


@pytest.mark.parametrize(
    ("blocks", "options", "code"),
    [
        pytest.param((NETWORK, make_pool("a"), make_pool("b")), (), 0, id="nothing to do"),
        pytest.param((NETWORK, make_pool("a", cpu=3), make_pool("b")), (), 0, id="changes"),
        pytest.param(
            (NETWORK, make_pool("a", cpu=3), make_pool("b")), ("--detailed-exitcode",), 2, id="changes asked for"
        ),
        pytest.param((NETWORK, make_pool("a"), make_pool("b")), ("--detailed-exitcode",), 0, id="none asked for"),
        pytest.param((NETWORK, make_pool("a")), ("--detailed-exitcode",), 1, id="an error"),
        pytest.param((NETWORK, make_pool("a"), make_pool("b")), ("-detailed-exitcode",), 0, id="Terraform's spelling"),
        pytest.param((NETWORK, make_pool("a"), make_pool("b")), ("--no-such-option",), 1, id="a usage error is 1 too"),
        pytest.param(
            (NETWORK, make_pool("a"), make_removed_block("pool.b", destroy=False)),
            ("--detailed-exitcode",),
            2,
            id="to forget is a change",
        ),
    ],
)
def test_exit_codes_of_plan(made: Story, blocks: tuple[str, ...], options: tuple[str, ...], code: int):
    made.files(*blocks)
    assert (made.run("plan", *options).code, made.take_writes()) == (code, [])


def test_an_import_is_a_change_for_the_exit_code(story: Story):
    story.seed_network("network-maos")
    story.seed_pool(name="gpu-a", flavors={CPU: 2})
    story.files(make_pool("a", network=NETWORK_ID), make_import_block())
    assert story.plan().code == 2


def test_plan_writes_nothing_and_takes_no_lock(made: Story):
    files = sorted(str(one) for one in made.directory.rglob("*"))
    describe(made)
    assert made.plan().code == 2
    assert sorted(str(one) for one in made.directory.rglob("*")) == files
    assert made.run("plan").out != EMPTY


def test_the_state_reads_the_same_after_an_apply_that_had_nothing_to_do(made: Story):
    before = (made.directory / "pools.state.json").read_bytes()
    assert made.apply().code == 0
    assert (made.directory / "pools.state.json").read_bytes() == before
