"""Whatever becomes of a write: nothing twice, nothing beyond the plan, and the state says what the service says."""

import pytest
from dying import KILLED, Killer, run_killed
from fault_site import NETWORKS, POOLS, Counted, Site, StaleAfter
from write_cases import CASES, WriteCase

from planner.simulator.faults import Delay, Fault, Garbage, ResetAfter, ResetBefore, Rule, Status, Truncated
from planner.simulator.requests import Request

AUTO_APPLY = ("apply", "--auto-approve", "-C")
AT_ONCE = {"retry-after": "0"}
BEFORE = {
    "500 before it took effect": Status(status=500, headers=AT_ONCE),
    "503 with Retry-After": Status(status=503, headers=AT_ONCE),
    "429 with Retry-After": Status(status=429, headers=AT_ONCE),
    "reset before it took effect": ResetBefore(),
}
AFTER = {
    "reset after it took effect": ResetAfter(),
    "answer cut off": Truncated(),
    "garbage for an answer": Garbage(),
    "an empty answer": Garbage(body=b""),
    "JSON that is no resource": Garbage(body=b"[]", content_type="application/json"),
    "answer later than request_timeout": Delay(seconds=0.7),
}
CONFLICT = Status(status=409, body=b'{"error_code":"ModelArts.50015999","error_msg":"try later"}')
every_write = pytest.mark.parametrize("case", [pytest.param(one, id=name) for name, one in CASES.items()])


def parametrize(faults: dict[str, Fault]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("fault", [pytest.param(one, id=name) for name, one in faults.items()])


def prepare(site: Site, case: WriteCase) -> list[str]:
    """Bring the service to where the case begins, and return the names of the pool's nodes."""
    site.write(*case.before)
    assert site.apply().code == 0
    site.write(*case.blocks)
    return site.list_nodes()


def find_allowance(case: WriteCase) -> tuple[str, ...]:
    return ("--allow", case.allow) if case.allow else ()


def apply(site: Site, case: WriteCase) -> int:
    """Apply, and return the exit code; a fault of poolctl itself is never an answer."""
    ended = site.apply(*find_allowance(case))
    assert "fault of poolctl" not in ended.err.lower()
    return ended.code


def settle(site: Site, case: WriteCase) -> None:
    """Apply twice: what the service was still making when it was found is over for the second one."""
    assert apply(site, case) == 0
    assert apply(site, case) == 0


def check_end(site: Site, case: WriteCase, nodes_before: list[str]) -> None:
    """Check service, state and last plan; and that each object was made once."""
    site.fail = Counted([])
    assert len(site.find_effects("POST", NETWORKS)) == 1
    assert len(site.find_effects("POST", POOLS)) == case.pools_made
    assert tuple(site.find_live()) == tuple(sorted(case.live))
    assert sorted(site.find_ids().values()) == sorted(case.live)
    assert len(site.list_nodes()) == case.nodes
    assert len(set(nodes_before) & set(site.list_nodes())) == case.kept
    assert [one["waiting"] for one in site.load_state().values()] == [""] * len(case.live)
    plan = site.run("plan", "--detailed-exitcode")
    assert (plan.code, plan.err) == (0, "")
    assert site.server.world.document["killed"] == []


def check_deletions(site: Site, case: WriteCase) -> None:
    """Check that nothing was deleted twice."""
    assert len(site.find_effects("DELETE", ".*")) == bool(case.allow)


@every_write
@parametrize(BEFORE)
def test_a_write_that_did_nothing_is_made_by_the_same_apply(site: Site, case: WriteCase, fault: Fault):
    nodes = prepare(site, case)
    site.fail = Counted([Rule(fault=fault, method=case.method, path=case.path)])
    assert apply(site, case) == 0
    assert site.fail.struck == 1
    check_end(site, case, nodes)
    check_deletions(site, case)


@every_write
@parametrize(AFTER)
def test_a_write_whose_answer_is_lost_is_settled_by_reading(site: Site, case: WriteCase, fault: Fault):
    nodes = prepare(site, case)
    site.fail = Counted([Rule(fault=fault, method=case.method, path=case.path)])
    assert apply(site, case) == 0
    assert site.fail.struck == 1
    check_end(site, case, nodes)
    check_deletions(site, case)


@every_write
def test_a_conflict_fails_its_change_and_the_next_apply_goes_on(site: Site, case: WriteCase):
    nodes = prepare(site, case)
    site.fail = Counted([Rule(fault=CONFLICT, method=case.method, path=case.path)])
    assert apply(site, case) == 1
    assert site.fail.struck == 1
    assert apply(site, case) == 0
    check_end(site, case, nodes)


@every_write
@pytest.mark.parametrize("times", [1, 2])
def test_a_read_that_is_older_than_the_write_undoes_nothing(site: Site, case: WriteCase, times: int):
    nodes = prepare(site, case)
    site.fail = StaleAfter(case.method, case.path, times=times)
    assert apply(site, case) == 0
    check_end(site, case, nodes)
    check_deletions(site, case)


@every_write
@pytest.mark.parametrize("skip", [1, 2, 3, 4, 5])
def test_a_late_read_that_is_older_than_the_write_undoes_nothing(site: Site, case: WriteCase, skip: int):
    nodes = prepare(site, case)
    site.fail = StaleAfter(case.method, case.path, skip=skip)
    assert apply(site, case) == 0
    check_end(site, case, nodes)
    check_deletions(site, case)


@every_write
@parametrize({name: AFTER[name] for name in ("reset after it took effect", "garbage for an answer")})
@pytest.mark.parametrize("times", [1, 2, 6])
def test_a_lost_answer_and_a_read_older_than_the_write_end_in_one_object(
    site: Site, case: WriteCase, fault: Fault, times: int
):
    nodes = prepare(site, case)
    site.fail = StaleAfter(case.method, case.path, times=times, lost=fault)
    apply(site, case)
    site.fail = Counted([])
    settle(site, case)
    check_end(site, case, nodes)


@every_write
@parametrize({"500": BEFORE["500 before it took effect"], "reset": ResetBefore()})
def test_a_write_that_never_works_fails_and_the_next_apply_makes_it(site: Site, case: WriteCase, fault: Fault):
    nodes = prepare(site, case)
    site.fail = Counted([Rule(fault=fault, method=case.method, path=case.path, times=0)])
    assert apply(site, case) == 1
    # max_retries is 3: once, and three times again.
    assert site.fail.struck == 4
    site.fail = Counted([])
    assert apply(site, case) == 0
    check_end(site, case, nodes)


@every_write
def test_a_service_that_falls_silent_after_the_write_leaves_it_to_the_next_apply(site: Site, case: WriteCase):
    nodes = prepare(site, case)
    is_sent = Rule(fault=ResetAfter(), method=case.method, path=case.path)
    silence = SilentAfter(is_sent)
    site.fail = silence
    assert apply(site, case) == 1
    site.fail = Counted([])
    settle(site, case)
    check_end(site, case, nodes)


@every_write
@pytest.mark.parametrize("takes_effect", [False, True])
def test_a_client_that_is_killed_at_its_write_leaves_it_to_the_next_apply(
    site: Site, case: WriteCase, takes_effect: bool
):
    nodes = prepare(site, case)
    killer = Killer(case.method, case.path, takes_effect=takes_effect)
    site.fail = killer
    assert run_killed([*AUTO_APPLY, str(site.directory), *find_allowance(case)], killer) == KILLED
    assert site.run("plan").code == 0
    settle(site, case)
    check_end(site, case, nodes)
    check_deletions(site, case)


class SilentAfter:
    """Resets the connection of the write that ``rule`` matches after its effect, and of all requests after it."""

    def __init__(self, rule: Rule) -> None:
        self._rule = rule
        self._is_silent = False

    def __call__(self, request: Request) -> Fault | None:
        if self._is_silent:
            return ResetBefore()
        self._is_silent = self._rule.matches(request)
        return self._rule.fault if self._is_silent else None
