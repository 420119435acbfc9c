"""Zones that the files name for the first time: no busy node goes with them unasked."""

import pytest
from story_site import CPU, POOL_ID, Story, flatten, make_import_block

from planner.simulator.seeding import change_node


def make_block(count: int, azs: str) -> str:
    head = '[pool.a]\nname = "gpu-a"\ntype = "Dedicate"\n'
    return f'{head}[[pool.a.resources]]\nflavor = "{CPU}"\ncount = {count}\n{azs}\n'


@pytest.fixture
def pool(story: Story) -> Story:
    """Return the scene with an adopted pool of four nodes, whose entry names no zones."""
    story.seed_network("network-maos")
    story.seed_pool(name="gpu-a", entries=[{"flavor": CPU, "count": 4}])
    story.begin(make_block(4, ""), make_import_block())
    return story


def spread_over_two_zones(story: Story) -> list[str]:
    """Let the last two of the four nodes be in the second zone, and return all four."""
    names = story.list_nodes()[:4]
    for name in names[2:]:
        story.server.change(lambda world, name=name: change_node(world, POOL_ID, name=name, az="eu-de-02"))
    return names


ONE_ZONE = 'azs = [{ az = "eu-de-01", count = 2 }]'
FEWER = 'azs = [{ az = "eu-de-01", count = 2 }, { az = "eu-de-02", count = 1 }]'
MOVED = 'azs = [{ az = "eu-de-01", count = 4 }]'


@pytest.mark.parametrize(
    ("azs", "count"),
    [
        pytest.param(ONE_ZONE, 2, id="a zone is left out"),
        pytest.param(FEWER, 3, id="a zone loses one"),
        pytest.param(MOVED, 4, id="nodes move, the count stays"),
    ],
)
def test_zones_named_for_the_first_time_take_no_busy_node_along(pool: Story, azs: str, count: int):
    names = spread_over_two_zones(pool)
    pool.run_jobs(names[2], names[3])
    pool.files(make_block(count, azs))
    ended = pool.apply()
    assert (ended.code, pool.take_writes(), pool.find_killed()) == (1, [], [])
    assert "Blocked (max_disruption)" in ended.out
    assert f"on {names[2]}" in ended.out
    assert f"on {names[3]}" in ended.out
    assert "2 in eu-de-01, 2 in eu-de-02" in flatten(ended.err)


def test_zones_are_named_as_they_are_and_shrunk_by_name_then(pool: Story):
    names = spread_over_two_zones(pool)
    pool.run_jobs(names[2])
    pool.files(make_block(4, FEWER.replace("1 }", "2 }")))
    assert pool.apply().code == 0
    assert pool.list_nodes()[:4] == names
    pool.take_writes()
    pool.files(make_block(3, FEWER))
    assert pool.apply().code == 0
    assert pool.take_writes()[0].body == {"deleteNodeNames": [names[3]]}
    assert (pool.find_killed(), pool.is_settled()) == ([], True)
