"""What a run may make of a plan: approved by digest, less what is blocked and what hangs on that."""

from dataclasses import replace

from planning_cases import make_live, make_network, make_pool, make_request, plan, track

from planner.core.approval import choose, find_expected, is_loud, report_blocked_run, report_cut_short
from planner.core.changes import Skipped
from planner.core.events import ChangeEnded

NET = make_network("net")
NEW = {
    "network.main": NET,
    "pool.a": make_pool("aaa", network="network.main"),
    "pool.b": make_pool("bbb", network="other-p"),
}
BIG = {**NEW, "pool.b": make_pool("bbb", count=99)}


def name(addresses):
    return [*map(str, addresses)]


def pick(found, *, digests=(), skip_blocked=False, request=None):
    request = request or make_request(blocks=NEW)
    everything = frozenset(one.address for one in found.changes)
    approved = find_expected(found, digests, request=request) if digests else everything
    chosen = choose(found.changes, approved=approved, skip_blocked=skip_blocked)
    return name(one.address for one in chosen.changes), name(chosen.left_out)


def test_the_digest_of_the_plan_approves_all_of_it():
    found = plan(blocks=NEW)
    assert pick(found, digests=[found.digest]) == (["network.main", "pool.b", "pool.a"], [])


def test_the_digest_of_a_change_approves_that_change_alone():
    found = plan(blocks=NEW)
    assert pick(found, digests=[found.changes[1].digest]) == (["pool.b"], ["network.main", "pool.a"])


def test_an_approved_change_is_left_out_with_what_it_needs():
    found = plan(blocks=NEW)
    assert pick(found, digests=[found.changes[2].digest]) == ([], ["network.main", "pool.b", "pool.a"])


def test_an_unknown_digest_approves_nothing():
    assert pick(plan(blocks=NEW), digests=["sha256:0"]) == ([], ["network.main", "pool.b", "pool.a"])


def test_a_change_is_still_approved_when_what_it_refers_to_is_made_in_between():
    digests = [one.digest for one in plan(blocks=NEW).changes]
    half_way = {"tracked": {"network.main": track(NET)}, "live": {"network.main": make_live(NET, phase="Active")}}
    found = plan(blocks=NEW, **half_way)
    request = make_request(blocks=NEW, **half_way)
    assert pick(found, digests=digests, request=request) == (["network.main", "pool.a", "pool.b"], [])


def test_a_change_that_names_another_object_meanwhile_is_not():
    digests = [one.digest for one in plan(blocks=NEW).changes]
    blocks = {**NEW, "pool.a": make_pool("aaa", network="other-p")}
    found = plan(blocks=blocks)
    assert pick(found, digests=digests, request=make_request(blocks=blocks))[1] == ["pool.a"]


def test_the_digest_of_a_removal_approves_it():
    gone = make_pool("ccc")
    around = {
        "tracked": {"pool.c": track(gone)},
        "live": {"pool.c": make_live(gone)},
        "removed": {"pool.c": True},
    }
    found = plan(**around)
    digests = [found.changes[0].digest]
    assert pick(found, digests=digests, request=make_request(**around)) == (["pool.c"], [])


def test_unchanged_resources_need_no_approval():
    found = plan(
        blocks={"pool.a": NEW["pool.b"]},
        tracked={"pool.a": track(NEW["pool.b"])},
        live={"pool.a": make_live(NEW["pool.b"])},
    )
    assert [is_loud(one) for one in found.changes] == [False]
    assert pick(found, digests=["sha256:0"]) == (["pool.a"], [])


def test_blocked_changes_are_left_out_when_that_is_asked_for():
    assert pick(plan(blocks=BIG), skip_blocked=True) == (["network.main", "pool.a"], ["pool.b"])


def test_what_needs_a_blocked_change_is_left_out_as_well():
    found = plan(blocks=NEW, tracked={"network.main": track(NET)}, missing=["network.main"])
    assert pick(found, skip_blocked=True) == (["pool.b"], ["network.main", "pool.a"])


def test_a_run_with_blocked_changes_says_which():
    told = report_blocked_run(plan(blocks=BIG).changes)
    assert [(one.code, one.detail.startswith("pool.b: ")) for one in told] == [("apply.blocked", True)]


def test_a_run_without_blocked_changes_says_nothing():
    assert report_blocked_run(plan(blocks=NEW).changes) == ()


def make_waiting():
    made = {**NEW, "pool.b": make_pool("bbb", count=4, network="other-p")}
    tracked = {"pool.b": replace(track(NEW["pool.b"]), waiting="the driver running")}
    return plan(blocks=made, tracked=tracked, live={"pool.b": make_live(NEW["pool.b"])})


def test_what_still_waits_for_an_earlier_change_is_left_out_by_itself():
    assert pick(make_waiting()) == (["network.main", "pool.a"], ["pool.b"])


def test_a_run_that_is_whole_leaves_nothing_out():
    found = make_waiting()
    everything = frozenset(one.address for one in found.changes)
    chosen = choose(found.changes, approved=everything, skip_blocked=False, is_whole=True)
    assert (chosen.left_out, [one.code for one in report_blocked_run(chosen.changes)]) == ((), ["apply.blocked"])


def end(change, outcome):
    return ChangeEnded(address=change.address, action=change.action, outcome=outcome, seconds=0)


def test_a_saved_plan_that_a_window_cuts_short_names_what_is_left_and_how_it_goes_on():
    found = plan(blocks=NEW)
    ended = [end(one, Skipped(why="closed", is_deferred=one is found.changes[1])) for one in found.changes]
    (told,) = report_cut_short(found, ended)
    assert (told.code, told.detail.partition(":")[0]) == ("apply.rollout-waits", "pool.b")
    assert told.detail.endswith(f"poolctl apply --expect {found.digest}")


def test_a_saved_plan_of_which_nothing_waits_is_not_cut_short():
    found = plan(blocks=NEW)
    assert report_cut_short(found, [end(one, Skipped(why="failed")) for one in found.changes]) == ()
