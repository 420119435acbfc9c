"""Rollouts in a run: order, batches, windows and failures, for single cases and for any."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

import pytest
from engine_changes import make_address, make_change
from hypothesis import given
from hypothesis import strategies as st

from planner.core.changes import Action, Applied, Change, Failed, Operation, Outcome, Skipped, Waiting
from planner.core.desired import Rollout
from planner.core.diagnostics import make_error
from planner.core.rollout_plan import Turn
from planner.core.turns import Turns
from planner.core.windows import Window, find_span
from planner.engine.executor import Executor, Moves

NIGHT = Window(days=tuple(range(7)), start=22 * 60, end=4 * 60, tz=ZoneInfo("Europe/Berlin"))
OPEN, CLOSED = (dt.datetime(2026, 11, 28, hour, tzinfo=dt.UTC) for hour in (22, 12))
FAULT = make_error("a.code", "A summary", detail="A detail.")
REQUEST = Operation(method="PATCH", path="/p", content_type="c", body={}, when="Running", waits_for="x", purpose="p")


def make_update(name: str, *needs: str, rollouts: Iterable[str] = ("r",), requests: int = 1) -> Change:
    """Return an update whose last requests take their turn in ``rollouts``."""
    turns = tuple(Turn(rollout=one, batch=1, operations=(requests - at,)) for at, one in enumerate(rollouts))
    change = make_change(name, *needs, action=Action.UPDATE)
    return replace(change, operations=(REQUEST,) * requests, turns=turns)


def make_turns(*batches: Iterable[str], name: str = "r", **rule: object) -> Turns:
    rollout = replace(Rollout(name=name, fields=("driver",)), **rule)  # type: ignore[arg-type]
    return Turns(rollout=rollout, batches=tuple(tuple(map(make_address, batch)) for batch in batches))


@dataclass(slots=True)
class Run:
    """A run of an executor: ``log`` tells what started and ended, ``now`` is what the clock says."""

    executor: Executor
    outcomes: Mapping[str, Outcome] = field(default_factory=dict)
    tick: Callable[[dt.datetime], dt.datetime] = field(default=lambda now: now)
    now: dt.datetime = OPEN
    log: list[str] = field(default_factory=list)
    open: set[str] = field(default_factory=set)
    most: int = 0
    started: list[tuple[str, dt.datetime]] = field(default_factory=list)
    done: set[str] = field(default_factory=set)
    left: dict[str, Skipped] = field(default_factory=dict)

    def play(self) -> "Run":
        """Run to the end, one outcome after the other."""
        moves = self.executor.begin(now=self.now)
        running = self._follow(moves)
        while running:
            piece = running.pop(0)
            self.now = self.tick(self.now) if piece.numbers else self.now
            name = piece.address.name
            outcome = self.outcomes.get(name, Applied()) if piece.name else Applied()
            self.open.discard(name if piece.name else "")
            self.done |= {name} if piece.name and outcome == Applied() else set()
            running += self._follow(self.executor.end(piece, outcome, now=self.now))
        assert self.executor.is_over
        return self

    def _follow(self, moves: Moves) -> list:  # type: ignore[type-arg]
        staged = [one for one in moves.start if one.name]
        self.log += [f"{one.name}:{one.address.name}" for one in staged]
        self.started += [(one.address.name, self.now) for one in staged]
        self.open |= {one.address.name for one in staged}
        self.most = max(self.most, len(self.open))
        self.left |= {piece.address.name: skipped for piece, skipped in moves.skip}
        return list(moves.start)


def play(changes: Iterable[Change], *turns: Turns, **options: object) -> Run:
    return Run(Executor(changes, turns=turns), **options).play()  # type: ignore[arg-type]


POOLS = tuple(make_update(name) for name in "abc")


def test_batches_start_one_after_the_other_in_their_order():
    ran = play(POOLS, make_turns("c", "a", "b"))
    assert (ran.log, ran.most, ran.left) == (["r:c", "r:a", "r:b"], 1, {})


def test_the_pools_of_a_batch_start_together():
    executor = Executor(POOLS, turns=[make_turns("ab", "c")])
    ran = Run(executor).play()
    assert (ran.log, ran.most) == (["r:a", "r:b", "r:c"], 2)


@pytest.mark.parametrize(
    ("outcome", "is_deferred", "why"),
    [
        pytest.param(
            Failed(diagnostics=(FAULT,)), False, "rollout.r stops at the first failure: pool.b failed", id="failed"
        ),
        pytest.param(Waiting(what="x"), True, "rollout.r goes on after pool.b still waits: x", id="waiting"),
        pytest.param(
            Skipped(why="later", is_deferred=True), True, "rollout.r goes on after pool.b is left for later", id="left"
        ),
    ],
)
def test_nothing_of_a_rollout_starts_behind_what_is_not_done(outcome: Outcome, is_deferred: bool, why: str):
    ran = play(POOLS, make_turns("a", "b", "c"), outcomes={"b": outcome})
    assert ran.log == ["r:a", "r:b"]
    assert ran.left == {"c": Skipped(why=why, is_deferred=is_deferred)}


def test_a_rollout_that_goes_on_starts_the_next_batch_after_a_failure():
    ran = play(POOLS, make_turns("a", "b", "c", on_failure="continue"), outcomes={"b": Failed(diagnostics=(FAULT,))})
    assert (ran.log, ran.left) == (["r:a", "r:b", "r:c"], {})


def test_nothing_starts_once_the_window_is_closed():
    ran = play(POOLS, make_turns("a", "b", "c", window=NIGHT), tick=lambda now: now + dt.timedelta(hours=3))
    # It is open from 21 to 3 o'clock in UTC, and it is 22: the third pool would start at 4.
    why = "the window of rollout.r opens Sunday 2026-11-29 22:00 Europe/Berlin"
    assert ran.log == ["r:a", "r:b"]
    assert ran.left == {"c": Skipped(why=why, is_deferred=True)}


def test_outside_of_the_window_the_rest_of_a_change_is_made():
    ran = play([make_update("a", requests=2)], make_turns("a", window=NIGHT), now=CLOSED)
    assert (ran.log, list(ran.left)) == ([], ["a"])


def test_who_needs_a_pool_does_not_wait_for_its_turn():
    changes = [make_update("a"), make_update("b", "a", rollouts=())]
    executor = Executor(changes, turns=[make_turns("a", window=NIGHT)])
    begun = executor.begin(now=CLOSED)
    [main] = begun.start
    assert [one.address.name for one in executor.end(main, Applied(), now=CLOSED).start] == ["b"]


def test_a_pool_whose_other_part_failed_has_no_turn_and_stops_its_rollout():
    executor = Executor([make_update("a", requests=2), make_update("b")], turns=[make_turns("a", "b")])
    first, second = executor.begin(now=OPEN).start
    executor.end(second, Applied(), now=OPEN)
    moves = executor.end(first, Failed(diagnostics=(FAULT,)), now=OPEN)
    assert [(piece.address.name, skipped.why) for piece, skipped in moves.skip] == [
        ("a", "an operation before it was not done"),
        ("b", "rollout.r stops at the first failure: pool.a was not changed: an operation before it was not done"),
    ]
    assert (moves.start, executor.is_over) == ((), True)


def test_two_rollouts_of_one_pool_go_one_after_the_other():
    change = make_update("a", rollouts=("r", "s"), requests=3)
    ran = play([change], make_turns("a"), make_turns("a", name="s"))
    assert ran.log == ["r:a", "s:a"]


def test_a_rollout_goes_on_where_another_leaves_the_same_pool_for_later():
    change = make_update("a", rollouts=("r", "s"), requests=3)
    ran = play([change], make_turns("a", window=NIGHT), make_turns("a", name="s"), now=CLOSED)
    assert (ran.log, list(ran.left)) == (["s:a"], ["a"])


def test_a_piece_knows_what_was_done_before_it():
    executor = Executor([make_update("a", requests=3)], turns=[make_turns("a")])
    [main] = executor.begin(now=OPEN).start
    [staged] = executor.end(main, Applied(), now=OPEN).start
    assert (main.numbers, main.done, staged.numbers, len(staged.done)) == ((1, 2), (), (3,), 2)


NAMES = st.lists(st.sampled_from("abcdefgh"), min_size=1, unique=True)
OUTCOMES = st.sampled_from([Applied(), Failed(diagnostics=(FAULT,)), Waiting(what="x")])


@dataclass(frozen=True, slots=True)
class Scene:
    """Pools in their order, the size of a batch, what becomes of each pool, and the minutes that each takes."""

    names: list[str]
    size: int
    outcomes: dict[str, Outcome]
    minutes: int
    on_failure: str

    def play(self, names: Iterable[str], now: dt.datetime, outcomes: Mapping[str, Outcome]) -> Run:
        """Run what is left of the scene."""
        left = [one for one in self.names if one in names]
        batches = [left[start : start + self.size] for start in range(0, len(left), self.size)]
        turns = make_turns(*batches, window=NIGHT, on_failure=self.on_failure)
        step = dt.timedelta(minutes=self.minutes)
        return play(map(make_update, left), turns, outcomes=outcomes, tick=lambda at: at + step, now=now)


SCENES = st.builds(
    Scene,
    names=NAMES,
    size=st.integers(1, 4),
    outcomes=st.dictionaries(st.sampled_from("abcdefgh"), OUTCOMES),
    minutes=st.integers(0, 90),
    on_failure=st.sampled_from(["stop", "continue"]),
)
TIMES = st.integers(0, 24 * 60).map(
    lambda minutes: dt.datetime(2026, 11, 28, tzinfo=dt.UTC) + dt.timedelta(minutes=minutes)
)


@given(scene=SCENES, now=TIMES)
def test_order_batches_and_window_are_kept(scene: Scene, now: dt.datetime):
    ran = scene.play(scene.names, now, scene.outcomes)
    batch_of = {name: at // scene.size for at, name in enumerate(scene.names)}
    started = [batch_of[name] for name, _ in ran.started]
    assert started == sorted(started)
    assert ran.most <= scene.size
    assert all(find_span(NIGHT, moment).is_open(moment) for _, moment in ran.started)
    assert {name for name, _ in ran.started} | ran.left.keys() == set(scene.names)


def find_behind(scene: Scene, ran: Run) -> set[int]:
    """Return the batches that a run started from the first pool on that does not come to its end."""
    failed = [at for at, (name, _) in enumerate(ran.started) if isinstance(scene.outcomes.get(name), Failed | Waiting)]
    behind = ran.started[failed[0] :] if failed else []
    return {scene.names.index(name) // scene.size for name, _ in behind}


@given(scene=SCENES.filter(lambda scene: scene.on_failure == "stop"))
def test_after_the_first_failure_a_rollout_that_stops_starts_no_other_batch(scene: Scene):
    ran = scene.play(scene.names, OPEN, scene.outcomes)
    assert len(find_behind(scene, ran)) <= 1


def apply_again_and_again(scene: Scene) -> list[str]:
    """Return what is left of a scene after as many applies as it has pools, each inside of a window."""
    left, now = list(scene.names), OPEN
    for _ in scene.names:
        ran = scene.play(left, now, {})
        left = [one for one in left if one not in ran.done]
        now = max(find_span(NIGHT, ran.now).start, OPEN)
    return left


@given(scene=SCENES)
def test_repeated_applies_inside_of_windows_end_with_everything_done(scene: Scene):
    assert apply_again_and_again(scene) == []
