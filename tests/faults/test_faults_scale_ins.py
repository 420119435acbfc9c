"""Two hundred scale-ins while jobs land and a colleague changes counts: no node that went was busy."""

import pytest
from fault_site import Site
from scale_ins import ScaleIns

SHARDS = 8
TIMES = 25


@pytest.mark.parametrize("seed", range(SHARDS))
def test_no_node_that_is_removed_is_busy_whatever_others_do_meanwhile(site: Site, seed: int):
    scale_ins = ScaleIns(site, seed=seed)
    scale_ins.scale_in(TIMES)
    assert (scale_ins.busy_removals, scale_ins.killed) == ([], [])
    assert len(scale_ins.removed) >= TIMES
    assert {0, 1} == set(scale_ins.codes)
    assert scale_ins.landed > TIMES
    assert scale_ins.edited > 0
