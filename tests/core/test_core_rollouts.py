"""Rollouts in a plan: which operations take turns, in which batches, and what of a plan a run then makes."""

import datetime as dt
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from planning_cases import NOW, address, make_live, make_pool, make_request, track

from planner.core.approval import choose, find_run_turns, report_early
from planner.core.desired import Rollout
from planner.core.planning import build_plan
from planner.core.rollout_plan import Turn
from planner.core.rollouts import find_shared_requests, is_resting, keep_apart, stage
from planner.core.turns import Standing, tell_waits
from planner.core.windows import Window

SATURDAY = Window(days=(5,), start=22 * 60, end=4 * 60, tz=ZoneInfo("Europe/Berlin"))
INSIDE = dt.datetime(2026, 11, 28, 22, tzinfo=dt.UTC)
OPENS = "the window of rollout.drivers opens Saturday 2026-11-28 22:00 Europe/Berlin"
NAMES = ("a", "b", "c", "d")
DRIVERS = Rollout(name="drivers", fields=("driver",))


def make_driven(name, version, **spec):
    return make_pool(name, driver={"gpuVersion": version}, **spec)


def request(*rollouts, wanted=None, waiting=None, status=None, now=NOW, **rest):
    """Return a request over four pools whose driver is to become 2; ``wanted`` are the versions of others."""
    versions = dict.fromkeys(NAMES, "2") | (wanted or {})
    before = {f"pool.{name}": make_driven(name, "1") for name in NAMES}
    made = make_request(
        blocks={f"pool.{name}": make_driven(name, version) for name, version in versions.items()},
        tracked={one: replace(track(tree), waiting=(waiting or {}).get(one[-1], "")) for one, tree in before.items()},
        live={one: make_live(tree, **(status or {}).get(one[-1], {})) for one, tree in before.items()},
        allow=("pool.*=interrupts",),
        **rest,
    )
    return replace(made, desired=replace(made.desired, rollouts=rollouts), now=now)


def list_batches(plan):
    return [[one.name for one in batch] for rollout in plan.rollouts for batch in rollout.batches]


def list_turns(plan):
    return {one.address.name: [(turn.batch, turn.operations, turn.waits) for turn in one.turns] for one in plan.changes}


@pytest.mark.parametrize(
    ("rule", "batches"),
    [
        pytest.param({}, [["a"], ["b"], ["c"], ["d"]], id="one by one"),
        pytest.param({"order": ("pool.c", "pool.*")}, [["c"], ["a"], ["b"], ["d"]], id="the first glob counts"),
        pytest.param({"order": ("pool.c", "pool.b")}, [["c"], ["b"]], id="others take no turn"),
        pytest.param({"batch": 3}, [["a", "b", "c"], ["d"]], id="batches"),
        pytest.param({"batch": 50, "is_percent": True}, [["a", "b"], ["c", "d"]], id="percent"),
        pytest.param({"batch": 1, "is_percent": True}, [["a"], ["b"], ["c"], ["d"]], id="percent, at least one"),
        pytest.param({"fields": ("scope",)}, [], id="no change of its fields"),
    ],
)
def test_pools_stand_in_batches_by_their_order(rule, batches):
    assert list_batches(build_plan(request(replace(DRIVERS, **rule)))) == batches


def test_done_pools_are_in_no_batch():
    assert list_batches(build_plan(request(DRIVERS, wanted={"a": "1", "c": "1"}))) == [["b"], ["d"]]


@pytest.mark.parametrize(
    ("rest", "batches"),
    [
        pytest.param({"wanted": {"b": "1"}}, [["a"], ["c", "d"]], id="beside one that is done"),
        pytest.param(
            {"wanted": {"a": "1", "b": "1"}, "waiting": {"a": "x"}}, [["a"], ["c", "d"]], id="behind one under way"
        ),
        pytest.param(
            {"wanted": {"d": "1"}, "waiting": {"d": "x"}}, [["d"], ["a", "b"], ["c"]], id="one under way first"
        ),
        pytest.param(
            {"wanted": {"a": "1"}, "waiting": {"a": "x"}}, [["a", "b"], ["c", "d"]], id="under way in its batch"
        ),
    ],
)
def test_no_pool_moves_up_into_the_batch_before(rest, batches):
    assert list_batches(build_plan(request(replace(DRIVERS, batch=2), **rest))) == batches


def test_a_percentage_counts_the_pools_of_the_order_and_no_networks():
    made = request(replace(DRIVERS, batch=50, is_percent=True), wanted={"a": "1", "b": "1"})
    assert list_batches(build_plan(made)) == [["c", "d"]]


def test_outside_of_the_window_a_plan_says_when_it_opens():
    plan = build_plan(request(replace(DRIVERS, window=SATURDAY)))
    [rollout] = plan.rollouts
    assert (rollout.window, rollout.opens, rollout.closes) == (
        "Saturday 22:00 to 04:00 Europe/Berlin",
        "Saturday 2026-11-28 22:00 Europe/Berlin",
        "",
    )
    assert list_turns(plan)["b"] == [(2, (1,), OPENS)]
    assert all(map(is_resting, plan.changes))


def test_inside_of_the_window_a_plan_says_when_it_closes():
    plan = build_plan(request(replace(DRIVERS, window=SATURDAY), now=INSIDE))
    [rollout] = plan.rollouts
    assert (rollout.opens, rollout.closes) == ("", "Sunday 2026-11-29 04:00 Europe/Berlin")
    assert list_turns(plan)["b"] == [(2, (1,), "")]
    assert not any(map(is_resting, plan.changes))


def test_no_digest_knows_of_rollouts_or_their_clock():
    plans = [
        build_plan(one)
        for one in (
            request(),
            request(replace(DRIVERS, window=SATURDAY)),
            request(replace(DRIVERS, window=SATURDAY), now=INSIDE),
        )
    ]
    assert len({one.digest for one in plans}) == 1
    assert len({tuple(change.digest for change in one.changes) for one in plans}) == 1


def test_what_else_a_change_does_takes_no_turn():
    made = request(replace(DRIVERS, window=SATURDAY))
    grown = make_driven("a", "2", count=3)
    resources = {**made.desired.resources}
    resources[address("pool.a")] = replace(resources[address("pool.a")], tree=grown)
    plan = build_plan(replace(made, desired=replace(made.desired, resources=resources)))
    assert list_turns(plan)["a"] == [(1, (2,), OPENS)]
    assert not is_resting(plan.changes[0])


def test_what_is_undone_takes_no_turn():
    made = request(DRIVERS)
    assert stage(replace(made, inputs=replace(made.inputs, undo="receipt")), build_plan(made).changes).rollouts == ()


def test_creations_and_deletions_take_no_turn():
    made = request(DRIVERS)
    live = {one: found for one, found in made.snapshot.resources.items() if one.name != "a"}
    state = replace(made.state, resources={one: row for one, row in made.state.resources.items() if one.name != "a"})
    fresh = replace(made, snapshot=replace(made.snapshot, resources=live), state=state)
    assert list_batches(build_plan(fresh)) == [["b"], ["c"], ["d"]]
    destroyed = replace(made, inputs=replace(made.inputs, destroy=True))
    assert list_batches(build_plan(destroyed)) == []


UPGRADING = {"status": {"driver": {"gpu": {"state": "Upgrading"}}}}


@pytest.mark.parametrize(
    ("rest", "batches", "unfinished", "waits"),
    [
        pytest.param(
            {"wanted": {"d": "1"}, "waiting": {"d": "the driver running"}},
            [["d"], ["a"], ["b"], ["c"]],
            [("d", "still waits: the driver running", False)],
            "rollout.drivers goes on after pool.d still waits: the driver running",
            id="accepted earlier, and first whatever its place",
        ),
        pytest.param(
            {"wanted": {"d": "1"}, "status": {"d": {"driver": {"gpu": {"state": "Upgrading"}}}}},
            [["d"], ["a"], ["b"], ["c"]],
            [("d", "has its gpu driver in state Upgrading", False)],
            "rollout.drivers goes on after pool.d has its gpu driver in state Upgrading",
            id="somebody upgrades it",
        ),
        pytest.param(
            {"wanted": {"d": "1"}, "status": {"d": {"driver": {"gpu": {"state": "Creating", "version": "1"}}}}},
            [["d"], ["a"], ["b"], ["c"]],
            [("d", "has its gpu driver in state Creating", False)],
            "rollout.drivers goes on after pool.d has its gpu driver in state Creating",
            id="between two states",
        ),
        pytest.param(
            {"wanted": {"d": "1"}, "status": {"d": {"driver": {"gpu": {"state": "Running", "version": "0"}}}}},
            [["d"], ["a"], ["b"], ["c"]],
            [("d", "has gpu driver 0 so far", False)],
            "rollout.drivers goes on after pool.d has gpu driver 0 so far",
            id="the driver of before still runs",
        ),
        pytest.param(
            {"wanted": {"b": "1"}, "status": {"b": {"driver": {"gpu": {"state": "Abnormal"}}}}},
            [["a"], ["b"], ["c"], ["d"]],
            [("b", "has its gpu driver in state Abnormal", True)],
            "rollout.drivers stops at the first failure: pool.b has its gpu driver in state Abnormal",
            id="its driver failed",
        ),
        pytest.param(
            {"wanted": {"b": "1"}, "status": {"b": {"driver": {"gpu": {"state": "Running"}}}}},
            [["a"], ["c"], ["d"]],
            [],
            "",
            id="its driver runs",
        ),
        pytest.param(
            {"status": {"b": {"driver": {"gpu": {"state": "Abnormal"}}}}},
            [["a"], ["b"], ["c"], ["d"]],
            [],
            "",
            id="its failed driver is to be changed",
        ),
    ],
)
def test_a_pool_that_is_not_finished_holds_the_others_back(rest, batches, unfinished, waits):
    plan = build_plan(request(DRIVERS, **rest))
    assert list_batches(plan) == batches
    assert [(one.address.name, one.why, one.is_failed) for one in plan.rollouts[0].unfinished] == unfinished
    assert list_turns(plan)["a"][0][2] == waits


def test_a_rollout_of_other_fields_does_not_look_at_drivers():
    made = request(replace(DRIVERS, fields=("scope",)), status={"b": {"driver": {"gpu": {"state": "Abnormal"}}}})
    resources = {
        one: replace(row, tree=make_driven(one.name, "1", scope=["Train"]))
        for one, row in made.desired.resources.items()
    }
    plan = build_plan(replace(made, desired=replace(made.desired, resources=resources)))
    assert (list_batches(plan), plan.rollouts[0].unfinished) == ([["a"], ["b"], ["c"], ["d"]], ())


def test_a_pool_without_a_block_is_not_looked_at():
    made = request(DRIVERS)
    [kept, *others] = build_plan(made).changes
    bare = replace(made, desired=replace(made.desired, resources={}))
    quiet = replace(kept, operations=())
    assert [one.name for one in stage(bare, (quiet, *others)).rollouts[0].batches[0]] == ["b"]


def test_two_rollouts_cannot_share_a_request():
    rollouts = (replace(DRIVERS, name="r"), replace(DRIVERS, name="s"))
    plan = build_plan(request(*rollouts))
    [fault, *_] = [one for one in plan.diagnostics if one.code == "plan.rollouts-share-request"]
    assert "rollout.r and rollout.s take goes to the service in one request (upgrade the driver)" in fault.detail
    [change, *_] = build_plan(request(rollouts[0])).changes
    assert find_shared_requests((replace(change, turns=(*change.turns, *change.turns)),)) == ()


def test_two_rollouts_with_requests_of_their_own_are_fine():
    one = Turn(rollout="r", batch=1, operations=(1,))
    [change, *_] = build_plan(request()).changes
    assert find_shared_requests((replace(change, turns=(one, replace(one, rollout="s", operations=(2,)))),)) == ()


def choose_all(plan, *, skip_blocked=True, **options):
    everything = frozenset(one.address for one in plan.changes)
    return choose(plan.changes, approved=options.pop("approved", everything), skip_blocked=skip_blocked, **options)


def test_what_waits_for_its_turn_is_left_for_later_and_not_left_out():
    chosen = choose_all(build_plan(request(replace(DRIVERS, window=SATURDAY))))
    assert (chosen.changes, chosen.left_out) == ((), ())
    assert [one.name for one in chosen.deferred] == list(NAMES)


def test_a_saved_plan_is_made_exactly_or_not_at_all():
    plan = build_plan(request(replace(DRIVERS, window=SATURDAY)))
    assert len(choose_all(plan, is_whole=True).deferred) == 4
    chosen = choose_all(plan, skip_blocked=False, is_whole=True)
    assert (len(chosen.changes), chosen.deferred) == (4, ())
    [refusal] = report_early(chosen.changes)
    assert (refusal.code, f"pool.a, pool.b, pool.c, pool.d: {OPENS}." in refusal.detail) == (
        "apply.rollout-waits",
        True,
    )
    assert report_early(build_plan(request(DRIVERS)).changes) == ()


def find_standings(plan_request, chosen):
    [turns] = find_run_turns(stage(plan_request, build_plan(plan_request).changes), chosen)
    return {one.name: (point.standing, point.why) for one, point in turns.standpoints.items()}


def test_a_pool_that_is_left_out_of_a_run_holds_those_behind_it():
    made = request(DRIVERS)
    chosen = choose_all(build_plan(made), approved=frozenset({address("pool.b")}))
    standings = find_standings(made, chosen)
    assert standings == dict.fromkeys("acd", (Standing.FAILED, "is left out"))


def test_a_pool_that_is_left_for_later_holds_those_behind_it():
    made = request(replace(DRIVERS, window=SATURDAY))
    standings = find_standings(made, choose_all(build_plan(made)))
    assert standings == dict.fromkeys(NAMES, (Standing.LEFT, "is left for later"))


def test_a_pool_that_still_waits_keeps_its_own_words():
    made = request(DRIVERS, waiting={"a": "the driver running"})
    plan = build_plan(made)
    assert [one.code for one in plan.changes[0].blocked] == ["waiting"]
    chosen = choose_all(plan)
    assert find_standings(made, chosen) == {
        "a": (Standing.UNDER_WAY, "still waits: the driver running"),
        **dict.fromkeys("bcd", (Standing.LEFT, "is left for later")),
    }


@pytest.mark.parametrize(
    ("fields", "kept"),
    [
        pytest.param(("driver", "workspace_id"), ("driver", "workspace_id"), id="in requests of their own"),
        pytest.param(("driver.gpu_version", "scope"), ("driver.gpu_version",), id="one of them with counts"),
    ],
)
def test_fields_with_requests_of_their_own_keep_their_turns_when_counts_change(fields, kept):
    assert [one.fields for one in keep_apart([replace(DRIVERS, fields=fields)])] == [kept]


def test_a_rollout_of_nothing_else_is_gone_when_counts_change():
    assert keep_apart([replace(DRIVERS, fields=("scope",))]) == ()


@pytest.mark.parametrize(
    ("until", "now", "codes"),
    [
        pytest.param("2026-11-28T20:59:59Z", NOW, ["plan.rollout-too-late"], id="before the window opens"),
        pytest.param("2026-11-28T21:00:01Z", NOW, [], id="when it is open"),
        pytest.param("2026-11-28T22:00:01Z", INSIDE, [], id="it is open now"),
        pytest.param("", NOW, [], id="no end"),
    ],
)
def test_a_plan_that_ends_before_its_window_opens_is_told_so(until, now, codes):
    made = request(replace(DRIVERS, window=SATURDAY), now=now)
    plan = build_plan(replace(made, inputs=replace(made.inputs, valid_until=until)))
    assert [one.code for one in plan.diagnostics if one.code == "plan.rollout-too-late"] == codes


@pytest.mark.parametrize(
    ("count", "words"),
    [
        pytest.param(2, f"pool.p00, pool.p01: {OPENS}.", id="few"),
        pytest.param(12, f"pool.p08, pool.p09 and 2 more: {OPENS}.", id="many"),
    ],
)
def test_of_very_many_pools_that_wait_for_one_reason_the_first_are_named(count, words):
    change = build_plan(request(replace(DRIVERS, window=SATURDAY))).changes[0]
    waiting = [replace(change, address=address(f"pool.p{number:02}")) for number in range(count)]
    assert tell_waits(waiting).endswith(words)


def test_a_move_does_not_rest():
    [change, *_] = build_plan(request(replace(DRIVERS, window=SATURDAY))).changes
    assert not is_resting(replace(change, previous_address=address("pool.z")))


def test_a_stopped_change_does_not_rest():
    made = request(DRIVERS, wanted={"b": "1"}, status={"b": {"driver": {"gpu": {"state": "Abnormal"}}}})
    assert not any(map(is_resting, build_plan(made).changes))
