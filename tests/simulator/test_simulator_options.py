"""The switches of the world, as docs/world.md tells them."""

import json
import re
from pathlib import Path

import pytest

from planner.simulator.documents import parse_world
from planner.simulator.errors import SimulatorError
from planner.simulator.options import Options, format_options, parse_options

DOCUMENT = Path(__file__).parents[2] / "docs" / "world.md"
_ROW = re.compile(r"^\| `(\w+)` \| `([^`]*)` \|", re.MULTILINE)
_EXAMPLE = re.compile(r"```json\n(.*?)```", re.DOTALL)


def test_the_table_of_switches_has_each_one_with_its_default():
    rows = _ROW.findall(DOCUMENT.read_text(encoding="utf-8"))
    assert {name: json.loads(default) for name, default in rows} == format_options(Options())


def test_the_world_of_the_document_can_be_read():
    world = parse_world(_EXAMPLE.search(DOCUMENT.read_text(encoding="utf-8")).group(1))
    assert (world.options.nodes_per_step, len(world.document["pools"])) == (1, 1)


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"colour": 1}, "has no option 'colour'"),
        ({"page_size": -1}, "'page_size' cannot be -1"),
        ({"page_size": True}, "'page_size' cannot be True"),
        ({"removal_order": "random"}, "'removal_order' cannot be 'random'"),
        ({"refusal_status": 200}, "'refusal_status' cannot be 200"),
        ({"content_type_status": 404}, "'content_type_status' cannot be 404"),
        ({"azs": []}, "'azs' cannot be empty"),
        ({"sold_out": "x"}, "'sold_out' cannot be 'x'"),
    ],
)
def test_a_wrong_switch_is_named(members, said):
    with pytest.raises(SimulatorError, match=said):
        parse_options(members)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "it is not JSON"),
        ("[]", "it is no simulator world of format 1"),
        ('{"format": 2}', "it is no simulator world of format 1"),
        ('{"format": 1, "clock": "noon"}', "'clock'"),
        ('{"format": 1, "counter": true}', "'counter'"),
        ('{"format": 1, "removed": {}}', "'removed'"),
        ('{"format": 1, "pools": {"x": 1}}', "'pools.x'"),
        ('{"format": 1, "pools": {"x": {"spec": {"resources": [1]}}}}', "'pools.x.spec.resources'"),
        ('{"format": 1, "pools": {"x": {"status": {"scope": [1]}}}}', "'pools.x.status.scope'"),
        ('{"format": 1, "networks": {"x": {"metadata": 1}}}', "'networks.x'"),
        ('{"format": 1, "nodes": {"x": [{}]}}', "'nodes'"),
        ('{"format": 1, "workloads": {"x": [{}]}}', "'workloads'"),
        ('{"format": 1, "options": {"azs": 1}}', "'azs' cannot be 1"),
    ],
)
def test_a_damaged_world_says_where(text, said):
    with pytest.raises(SimulatorError, match=re.escape(said)):
        parse_world(text)
