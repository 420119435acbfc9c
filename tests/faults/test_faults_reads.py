"""Whatever becomes of a read: the apply goes on, and a bad poll never makes a healthy pool a broken one."""

import pytest
from fault_site import NETWORK, NETWORKS, POOLS, Counted, Site, make_pool_block

from planner.simulator.faults import Delay, Fault, Garbage, ResetAfter, ResetBefore, Rule, Status, Truncated

AT_ONCE = {"retry-after": "0"}
PASSING = {
    "500": Status(status=500, headers=AT_ONCE),
    "502 of a proxy": Status(status=502, body=b"<html>bad gateway</html>", headers=AT_ONCE),
    "503 with Retry-After": Status(status=503, headers=AT_ONCE),
    "429 with Retry-After": Status(status=429, headers=AT_ONCE),
    "reset before": ResetBefore(),
    "reset after": ResetAfter(),
    "cut off": Truncated(),
    "garbage": Garbage(),
    "empty": Garbage(body=b""),
    "an answer too late": Delay(seconds=0.7),
}
READS = {
    "list of pools": POOLS,
    "list of networks": NETWORKS,
    "pool": f"{POOLS}/[^/]+",
    "network": f"{NETWORKS}/[^/]+",
    "nodes": f"{POOLS}/[^/]+/nodes",
    "workloads": f"{POOLS}/[^/]+/workloads",
}
CHANGED = (NETWORK + 'description = "trains"\n', make_pool_block(cpu=2, gpu=2, description="second"))
every_fault = pytest.mark.parametrize("fault", [pytest.param(one, id=name) for name, one in PASSING.items()])


def prepare(site: Site, *blocks: str) -> None:
    site.write(*blocks)
    assert site.apply().code == 0


def check_changed(site: Site) -> None:
    site.fail = Counted([])
    assert (len(site.list_nodes()), len(site.find_effects("POST", POOLS))) == (4, 1)
    plan = site.run("plan", "--detailed-exitcode")
    assert (plan.code, plan.err) == (0, "")


# What was just read is run without reading the lists again.
@every_fault
@pytest.mark.parametrize(
    ("path", "skip"),
    [
        pytest.param(path, skip, id=f"{name}-{skip}")
        for name, path in READS.items()
        for skip in ([0] if name.startswith("list") else [0, 1])
    ],
)
def test_a_read_that_fails_once_is_read_again(site: Site, path: str, fault: Fault, skip: int):
    prepare(site, NETWORK, make_pool_block())
    site.write(*CHANGED)
    site.fail = Counted([Rule(fault=fault, method="GET", path=path, skip=skip)])
    assert site.apply().code == 0
    assert site.fail.struck == 1
    check_changed(site)


@every_fault
def test_polls_that_fail_for_long_leave_a_new_pool_as_healthy_as_it_is(site: Site, fault: Fault):
    prepare(site, NETWORK)
    site.write(NETWORK, make_pool_block())
    # Nine in a row outlast the retries of a single poll.
    site.fail = Counted([Rule(fault=fault, method="GET", path=READS["pool"], times=9)])
    ended = site.apply()
    assert (ended.code, site.fail.struck) == (0, 9)
    assert "error" not in ended.err.lower()
    site.fail = Counted([])
    plan = site.run("plan", "--detailed-exitcode")
    assert (plan.code, plan.err) == (0, "")


@pytest.mark.parametrize("name", ["list of pools", "list of networks", "nodes", "workloads"])
@pytest.mark.parametrize("status", [400, 403, 404, 409, 501])
def test_a_plan_on_what_could_not_be_read_sends_nothing(site: Site, name: str, status: int):
    prepare(site, NETWORK, make_pool_block())
    site.write(*CHANGED)
    before = site.server.world.document["requests"]
    site.fail = Counted([Rule(fault=Status(status=status, headers=AT_ONCE), method="GET", path=READS[name], times=0)])
    assert site.apply().code == 1
    assert site.fail.struck > 0
    assert site.server.world.document["requests"] == before


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 501])
def test_a_poll_that_is_always_refused_leaves_the_pool_accepted_and_not_finished(site: Site, status: int):
    prepare(site, NETWORK)
    site.provider = site.provider.replace('"20s"', '"100ms"')
    site.write(NETWORK, make_pool_block())
    site.fail = Counted([Rule(fault=Status(status=status), method="GET", path=READS["pool"], times=0)])
    ended = site.apply()
    assert (ended.code, "waiting (accepted, not finished)" in ended.out) == (0, True)
    site.fail = Counted([])
    plan = site.run("plan", "--detailed-exitcode")
    assert (plan.code, plan.err) == (0, "")
