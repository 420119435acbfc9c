"""``scale`` of a pool whose driver waits for its turn: the counts come now, the driver when it is its turn."""

import datetime as dt

import pytest
from story_site import GPU, PROJECT, Story

TUESDAY = dt.datetime(2026, 11, 24, 12, tzinfo=dt.UTC)
ROLLOUT = """
[rollout.drivers]
fields = {fields}
[rollout.drivers.window]
days = ["saturday"]
start = "03:17"
end = "03:18"
tz = "UTC"
"""


def make_files(version: str, *, fields: str) -> str:
    return (
        '[network.main]\nname = "main-net"\ncidr = "192.168.0.0/16"\n'
        '[pool.solo]\nname = "solo"\ntype = "Dedicate"\nscope = ["Train"]\nnetwork = "${network.main.id}"\n'
        f'driver = {{ gpu_version = "{version}", update_strategy = "idle" }}\n'
        f'[[pool.solo.resources]]\nflavor = "{GPU}"\ncount = 1\n'
    ) + ROLLOUT.format(fields=fields)


@pytest.mark.parametrize("fields", ['["driver"]', '["driver.gpu_version", "resources[*]"]'])
def test_a_driver_outside_of_its_window_is_no_part_of_a_scale(story: Story, fields: str, monkeypatch):
    monkeypatch.setattr("planner.cli.workplaces.read_clock", lambda: TUESDAY)
    story.begin(make_files("440.33", fields=fields))
    story.files(make_files("470.57", fields=fields))
    story.take_writes()
    ended = story.run("scale", "pool.solo", f"{GPU}=2", "--auto-approve")
    assert ended.code == 0, ended.err
    assert [list(one.body["spec"]) for one in story.take_writes()] == [["resources"]]
    assert len(story.list_nodes(f"solo-{PROJECT}")) == 2
    assert "[scale.unfinished]" not in ended.err
    assert "main.pools.toml" in ended.out
    assert "count = 1 -> 2" in ended.out
    assert "driver.gpu_version" in story.plan().out
