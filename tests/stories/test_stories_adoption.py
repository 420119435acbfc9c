"""``import --all`` on fifty pools that were made by hand: files a person would have written, and not one write."""

import pytest
from adoption_estate import (
    ADOPTED,
    HOSTILE,
    IMPORTS,
    NETWORKS,
    POOLS,
    adopt_all,
    find_rich_pool,
    parse_adopted,
    seed_estate,
    write_adopted,
)
from story_site import PROJECT, Story

RICH = "rich-of-options"
SUMMARY = f"Plan: {POOLS + NETWORKS} to import, 0 to add, 0 to change, 0 to destroy.\n"


def test_fifty_pools_are_adopted_without_a_write(story):
    story.files()
    seed_estate(story)
    ended = story.run("import", "--all")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith(f"Wrote {ADOPTED}\nWrote {IMPORTS}\n\nTo adopt: 3 networks, 50 pools.\n")
    assert not (story.directory / "pools.state.json").exists()
    assert story.run("validate").code == 0
    assert story.run("fmt", "--check").code == 1  # the story's own file alone is not laid out
    planned = story.plan()
    assert (planned.code, planned.out.splitlines(keepends=True)[-1]) == (2, SUMMARY)
    applied = story.apply()
    assert applied.code == 0, applied.err
    assert f"Resources: {POOLS + NETWORKS} imported, 0 added, 0 changed, 0 destroyed." in applied.out
    assert story.take_writes() == []
    assert story.is_settled()
    assert (
        story.run("import", "--all").out
        == f"Nothing to adopt in project {PROJECT}, workspace default. {POOLS + NETWORKS} declared or tracked already.\n"
    )


def test_the_files_of_an_adoption_are_laid_out_and_hold_every_option(story, golden):
    story.files()
    seed_estate(story)
    assert story.run("import", "--all", "--match", RICH).code == 0
    (story.directory / "main.pools.toml").unlink()
    assert story.run("fmt", "--check").code == 0
    golden("adoption-rich.pools.toml", (story.directory / ADOPTED).read_text(encoding="utf-8"))


def test_deleting_all_optional_lines_of_an_adoption_changes_nothing(story):
    story.files()
    seed_estate(story)
    adopt_all(story)
    document = parse_adopted(story)
    needed = {"name", "type", "resources"}
    keys = {"flavor", "count", "node_pool", "max_count"}
    trimmed = {
        name: {
            key: trim_entries(value, keys) if key == "resources" else value
            for key, value in one.items()
            if key in needed
        }
        for name, one in document["pool"].items()
    }
    write_adopted(story, {"network": document["network"], "pool": trimmed})
    assert story.is_settled()
    assert story.apply().code == 0
    assert story.take_writes() == []
    assert story.is_settled()


POOL_KEYS = (
    "node_prefix", "sharing", "description", "scheduler_extension", "labels", "annotations", "scope", "job_flavors",
    "network", "container_network", "kubernetes_svc_ip_range", "masters", "cluster_flavor", "driver", "ipv6enable",
    "user_login", "clusters",
)  # fmt: skip
ENTRY_KEYS = (
    "tags", "taints", "labels", "network", "extend_params", "creating_step", "root_volume", "data_volumes",
    "volume_group_configs", "os", "driver",
)  # fmt: skip


def test_an_adopted_block_says_everything_that_can_be_said(story):
    story.files()
    seed_estate(story)
    adopt_all(story, "--match", RICH)
    block = parse_adopted(story)["pool"][RICH]
    assert set(block) == {*POOL_KEYS, "name", "type", "resources"}
    assert set(block["resources"][0]) == {*ENTRY_KEYS, "flavor", "count", "node_pool"}


@pytest.mark.parametrize(
    "place", [*((key,) for key in POOL_KEYS), *(("resources", 0, key) for key in ENTRY_KEYS)], ids=str
)
def test_deleting_one_optional_line_of_an_adoption_changes_nothing(story, place):
    story.files()
    seed_estate(story)
    adopt_all(story, "--match", RICH)
    edit(story, place, None)
    assert story.is_settled()


@pytest.mark.parametrize(
    ("place", "value", "label"),
    [
        pytest.param(("description",), "edited", "description", id="description"),
        pytest.param(("annotations", "team"), "speech", 'annotations["team"]', id="annotation"),
        pytest.param(("job_flavors",), ["modelarts.job.a"], "job_flavors", id="job flavors"),
        pytest.param(("driver", "gpu_version"), "470.57", "driver.gpu_version", id="driver"),
        pytest.param(
            ("resources", 0, "count"), 4, "resources[modelarts.vm.gpu.t4u8/np-a/step=2:type=rack].count", id="count"
        ),
        pytest.param(
            ("resources", 0, "taints", 0, "value"),
            "speech",
            "resources[modelarts.vm.gpu.t4u8/np-a/step=2:type=rack].taints[team/NoSchedule].value",
            id="taint",
        ),
    ],
)
def test_editing_one_field_of_an_adoption_changes_one_field(story, place, value, label):
    story.files()
    seed_estate(story)
    adopt_all(story, "--match", RICH)
    edit(story, place, value)
    changed = [one for one in story.plan_json()["changes"] if one["action"] != "no-op"]
    assert [(one["address"], [field["path"] for field in one["fields"]]) for one in changed] == [
        (f"pool.{RICH}", [label])
    ]


def test_hostile_texts_come_back_to_the_letter(story):
    story.files()
    seed_estate(story)
    adopt_all(story, "--match", RICH)
    edit(story, ("annotations", "others.example.com/seen"), HOSTILE.replace("${", "$${") + "!")
    assert story.apply().code == 0
    annotations = story.find_pool(find_rich_pool())["metadata"]["annotations"]
    assert annotations["others.example.com/seen"] == HOSTILE + "!"


def trim_entries(entries: list[dict], keys: set[str]) -> list[dict]:
    """Return entries of ``resources`` with ``keys`` alone."""
    return [{key: value for key, value in one.items() if key in keys} for one in entries]


def edit(story: Story, place: tuple[str | int, ...], value: object) -> None:
    """Set a value of the adopted pool with every option; None deletes its line."""
    document = parse_adopted(story)
    table = document["pool"][RICH]
    for step in place[:-1]:
        table = table[step]
    table[place[-1]] = value
    _ = value is not None or table.pop(place[-1])
    write_adopted(story, document)
