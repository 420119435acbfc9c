"""Each call of plan and apply with each fault: code, message, state, journal, effect and next plan are right."""

import json
from dataclasses import replace

import pytest
from fault_site import Counted, Ended, Site, StaleAfter
from matrix import CALLS, FAULTS, LASTING, Call, Right, find_right

from planner.simulator.faults import Fault, PartialList, Rule, Script
from planner.simulator.requests import Request

SUMMARIES = {"POST": "1 to add, 0 to change, 0 to destroy", "PATCH": "0 to add, 1 to change, 0 to destroy"}


def list_cells(calls: dict[str, Call], columns: tuple[str, ...], *, lasts: bool) -> list:
    return [
        pytest.param(call, column, find_right(call, column, lasts=lasts), id=f"{name} x {column}")
        for name, call in calls.items()
        for column in columns
    ]


PLANNED = {name: one for name, one in CALLS.items() if one.is_of_plan}


class Strike:
    """The fault of a cell, and the list that shows nothing where its call needs one."""

    def __init__(self, call: Call, column: str, *, times: int) -> None:
        self._script = Script(
            [Rule(fault=FAULTS[column], method=call.method, path=call.path, skip=call.skip, times=times)]
        )
        self._scenery = Script([Rule(fault=PartialList(), method="GET", path=call.unlisted, times=0)])
        self.struck = 0

    def __call__(self, request: Request) -> Fault | None:
        fault = self._script(request)
        self.struck += fault is not None
        return fault or self._scenery(request)


def make_strike(call: Call, column: str, *, times: int) -> Strike | StaleAfter:
    """Return what makes the requests fail; beside a write it is the read after it that is stale."""
    if column == "stale read" and call.method != "GET":
        return StaleAfter(call.method, call.path)
    return Strike(call, column, times=times)


def prepare(site: Site, call: Call) -> None:
    """Bring files and service to where the one change of the call is still to be made."""
    site.write(*call.case.before)
    assert site.apply().code == 0
    site.write(*call.case.blocks)


def apply_in_haste(site: Site, call: Call, *, wait_timeout: str) -> Ended:
    """Apply with a ``wait_timeout`` of its own: a wait that nothing can end is given up at once."""
    provider = site.provider
    site.provider = provider.replace('"20s"', f'"{wait_timeout}"')
    site.write(*call.case.blocks)
    ended = site.apply(*find_allowance(call))
    site.provider = provider
    site.write(*call.case.blocks)
    return ended


def find_allowance(call: Call) -> tuple[str, ...]:
    return ("--allow", call.case.allow) if call.case.allow else ()


def read_ids(site: Site) -> list[str]:
    """Return the ids that the state tracks; none before there is a state."""
    return sorted(site.find_ids().values()) if (site.directory / "pools.state.json").exists() else []


def list_waiting(site: Site) -> list[str]:
    return [one["waiting"] for one in site.load_state().values() if one["waiting"]] if read_ids(site) else []


def find_open(site: Site) -> list[str]:
    """Return the journals in which a request has no outcome, or that have no end."""
    found = []
    for path in sorted((site.directory / ".poolctl" / "journal").glob("*.jsonl")):
        records = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        begun = {(one["address"], one["number"]) for one in records if one["record"] == "operation_started"}
        ended = {(one["address"], one["number"]) for one in records if one["record"] == "operation_ended"}
        if begun - ended or records[-1]["record"] != "run_ended":
            found.append(path.name)
    return found


def is_told(right: Right, text: str) -> bool:
    """Tell whether the messages in ``text`` hold the one that is right, and no fault of poolctl's own."""
    is_clean = "Traceback" not in text and "fault of poolctl" not in text.lower()
    return is_clean and (f"[{right.told}]" in text if right.told else "[remote." not in text)


def is_told_by_plan(right: Right, planned: Ended) -> bool:
    """Tell whether a plan says what an apply would; that a change is blocked, an apply says in its errors."""
    if right.told == "apply.blocked":
        return "apply would refuse" in planned.out
    return is_told(right, planned.err)


def check_after(site: Site, call: Call, right: Right, *, before: list[str]) -> None:
    """Check what the apply left: requests and their effect, state and journal."""
    case = call.case
    assert site.count_requests(case.method, case.path) == right.sent
    assert len(site.find_effects(case.method, case.path)) == right.is_done
    assert read_ids(site) == (sorted(case.live) if right.is_done else before)
    assert bool(list_waiting(site)) == right.waits
    assert len(find_open(site)) == right.is_open


def check_next_plan(site: Site, call: Call, right: Right) -> None:
    """Check that the next plan is true: empty, or with the one change."""
    site.fail = Counted([])
    planned = site.run("plan", "--detailed-exitcode", *(() if right.is_done else find_allowance(call)))
    assert (planned.code, planned.err) == (0 if right.is_done else 2, "")
    assert right.is_done or describe(call) in planned.out


def check_next_apply(site: Site, call: Call) -> None:
    """Check that the next apply makes what is missing, so that it is made once and all is settled."""
    case = call.case
    ended = site.apply(*find_allowance(call))
    assert ended.code == 0, ended.err
    assert len(site.find_effects(case.method, case.path)) == 1
    assert tuple(site.find_live()) == tuple(sorted(case.live))
    assert (read_ids(site), list_waiting(site), find_open(site)) == (sorted(case.live), [], [])
    assert site.server.world.document["killed"] == []


def describe(call: Call) -> str:
    """Return the summary of a plan with the one change of the call."""
    if call.case.allow:
        return "0 to add, 0 to change, 1 to destroy"
    return SUMMARIES["PATCH" if call.case.path.endswith("batch-delete") else call.case.method]


def check_cell(site: Site, call: Call, column: str, right: Right, *, lasts: bool) -> None:
    prepare(site, call)
    before = read_ids(site)
    site.fail = make_strike(call, column, times=0 if lasts else 1)
    ended = apply_in_haste(site, call, wait_timeout="100ms" if lasts and call.is_poll else "20s")
    assert site.fail.struck > 0
    assert (ended.code, is_told(right, ended.err)) == (right.code, True), ended.err
    assert right.shown in ended.out
    check_after(site, call, right, before=before)
    check_next_plan(site, call, right)
    check_next_apply(site, call)


@pytest.mark.parametrize(("call", "column", "right"), list_cells(CALLS, tuple(FAULTS), lasts=False))
def test_a_fault_once_ends_as_the_rules_say(site: Site, call: Call, column: str, right: Right):
    check_cell(site, call, column, right, lasts=False)


@pytest.mark.parametrize(("call", "column", "right"), list_cells(CALLS, LASTING, lasts=True))
def test_a_fault_that_lasts_ends_as_the_rules_say(site: Site, call: Call, column: str, right: Right):
    check_cell(site, call, column, right, lasts=True)


@pytest.mark.parametrize(("call", "column", "right"), list_cells(PLANNED, tuple(FAULTS), lasts=False))
def test_a_plan_under_a_fault_says_what_it_could_not_read_and_writes_nothing(
    site: Site, call: Call, column: str, right: Right
):
    prepare(site, call)
    before = read_ids(site)
    site.fail = make_strike(call, column, times=1)
    planned = site.run("plan", "--detailed-exitcode")
    assert site.fail.struck > 0
    assert (planned.code, is_told_by_plan(right, planned)) == (right.planned, True), planned.err
    assert site.count_requests(call.case.method, call.case.path) == 0
    assert (read_ids(site), find_open(site)) == (before, [])
    check_next_plan(site, call, replace(right, is_done=False))
