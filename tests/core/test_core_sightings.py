"""What is wrong between files, state and service is told with what to do about it (semantics 1, 3.1)."""

import tomllib

import pytest
from core_cases import POOL, make_live, make_pool_tree

from planner.core.addresses import Address
from planner.core.diagnostics import Severity, SourceLocation
from planner.core.sightings import (
    find_ambiguous,
    is_vanishing_together,
    report_ambiguous,
    report_import_mismatch,
    report_import_missing,
    report_in_use,
    report_missing_block,
    report_released,
    report_untracked_twin,
    report_vanished,
)
from planner.core.snapshot import LiveResource
from planner.kinds.network import NETWORK_RULES
from planner.kinds.pool import POOL_RULES

WHERE = SourceLocation(file="a.pools.toml", line=3)
KEYED = Address(kind="pool", name="team", key="a b")
QUOTED = Address(kind="pool", name="team", key="it's")


def read_lines(detail, heading):
    """Return the TOML lines that a detail tells to write, read as TOML."""
    lines = detail[detail.index(heading) :].split("\n\n")[0]
    return tomllib.loads(lines)


def make_entry(step=None, **members):
    return {"flavor": "f", "count": 1, **({"creatingStep": {"step": step, "type": "h"}} if step else {}), **members}


@pytest.mark.parametrize("address", [POOL, KEYED, QUOTED])
def test_a_tracked_resource_without_a_block_shows_the_lines_to_write(address):
    told = report_missing_block(address, "a-p")
    assert (told.severity, told.address) == (Severity.ERROR, str(address))
    assert read_lines(told.detail, "[[removed]]") == {"removed": [{"from": str(address), "destroy": False}]}


@pytest.mark.parametrize("address", [POOL, KEYED, QUOTED])
@pytest.mark.parametrize("id_", ["a-p", 'a"b', "a'\"b", 'a"\nid = "b', "a\\b", "a\x7fb", "\U0001f600"])
def test_an_untracked_twin_shows_the_import_lines(address, id_):
    told = report_untracked_twin(address, LiveResource(id=id_, metadata={}, spec={}), WHERE)
    assert (told.severity, told.location) == (Severity.ERROR, WHERE)
    assert read_lines(told.detail, "[[import]]") == {"import": [{"to": str(address), "id": id_}]}


@pytest.mark.parametrize(
    ("told", "words"),
    [
        pytest.param(report_import_missing(POOL, "a-p", WHERE), "no pool a-p", id="import of what is not there"),
        pytest.param(report_import_mismatch(POOL, ["type", "network"], WHERE), "type, network", id="import of another"),
        pytest.param(report_in_use(POOL, ["pool.b", "pool.c"], WHERE), "pool.b, pool.c", id="in use"),
        pytest.param(report_ambiguous(POOL, ["f", "g"], WHERE), "for f, g.", id="ambiguous entry"),
    ],
)
def test_an_error_names_what_is_wrong_and_where(told, words):
    assert (told.severity, told.address, told.location) == (Severity.ERROR, "pool.a", WHERE)
    assert words in told.detail


def test_many_that_vanished_at_once_are_named_together():
    told = report_vanished([POOL, KEYED])
    assert (told.severity, told.address) == (Severity.ERROR, "")
    assert 'pool.a, pool.team["a b"]' in told.detail


def test_what_is_released_is_a_notice():
    told = report_released(POOL, ["scope", "driver.gpu_version"])
    assert told.severity is Severity.NOTICE
    assert "scope, driver.gpu_version" in told.detail
    assert "no longer managed" in told.detail


@pytest.mark.parametrize(("count", "is_wrong"), [(0, False), (1, False), (2, False), (3, True)])
def test_more_than_two_that_vanished_stop_the_run(count, is_wrong):
    assert is_vanishing_together([POOL] * count) is is_wrong


@pytest.mark.parametrize(
    ("live", "desired", "keys"),
    [
        pytest.param([make_entry()], [make_entry()], (), id="one match"),
        pytest.param([make_entry(4)], [make_entry()], (), id="one match with a step of its own"),
        pytest.param([make_entry(4), make_entry(8)], [make_entry()], ("f",), id="two matches"),
        pytest.param([make_entry(4), make_entry(8)], [make_entry(8)], (), id="the step tells which"),
        pytest.param([make_entry(4), make_entry(8)], [make_entry(2)], (), id="a step that is new"),
        pytest.param(
            [make_entry(), make_entry(nodePool="f-default")], [make_entry()], ("f",), id="the default pool twice"
        ),
        pytest.param(
            [make_entry(nodePool="a"), make_entry(nodePool="b")], [make_entry(nodePool="a")], (), id="two pools"
        ),
        pytest.param(
            [make_entry(4, nodePool="a"), make_entry(8, nodePool="a")],
            [make_entry(nodePool="a")],
            ("f/a",),
            id="in one pool",
        ),
        pytest.param([], [make_entry()], (), id="none yet"),
    ],
)
def test_an_entry_that_could_mean_several_live_ones_is_found(live, desired, keys):
    assert find_ambiguous(make_pool_tree(*desired), make_pool_tree(*live), rules=POOL_RULES) == keys


def test_a_network_has_no_ambiguous_entries():
    live = make_live(make_pool_tree(make_entry(), make_entry()))
    assert find_ambiguous(make_pool_tree(make_entry()), {"spec": live.spec}, rules=NETWORK_RULES) == ()
