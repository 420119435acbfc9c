"""``[rollout.NAME]``: which operations of a plan take their turn, in which order, and what keeps them for now.

A rollout takes operations, not changes: what else a change does is not kept waiting. What goes in one request with a
field of the rollout goes with it. Digests know nothing of rollouts, nor of their clocks.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from planner.core.addresses import Address
from planner.core.changes import Action, Change
from planner.core.desired import Rollout
from planner.core.diagnostics import Diagnostic, make_error, make_warning
from planner.core.lazy_dataclass import dataclass, replace
from planner.core.plan_request import PlanningRequest
from planner.core.rollout_plan import PlannedRollout, Turn, Unfinished
from planner.core.selection import rank_addresses
from planner.core.trees import ABSENT, Tree, as_text, as_tree, find_member
from planner.core.turns import Leave, Outlook, Standing, Standpoint, Turns, find_outlook, judge_turn
from planner.core.windows import find_span, format_local, format_window

POOL = "pool"
_IN_PLACE = frozenset({Action.UPDATE, Action.IMPORT})
_STAYING = _IN_PLACE | {Action.NO_OP}
_DRIVERS = (("gpu", "gpuVersion"), ("npu", "npuVersion"))
_ABNORMAL = "Abnormal"
_WHOLE = 100
# The fields whose requests carry no count.
_APART = frozenset({"driver", "workspace_id"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Staged:
    """The changes of a plan with their turns, what each rollout has to do, and how it stands before anything starts."""

    changes: tuple[Change, ...]
    rollouts: tuple[PlannedRollout, ...]
    turns: tuple[Turns, ...]


def stage(request: PlanningRequest, changes: tuple[Change, ...]) -> Staged:
    """Return ``changes`` with their turns in the rollouts of the files, judged by the clock of ``request``.

    What is undone has no turn: who takes something back wants it now.
    """
    rollouts = () if request.inputs.undo else request.desired.rollouts
    parts = [_stage_one(request, rollout, changes) for rollout in rollouts]
    busy = [one for one in parts if one.operations]
    return Staged(
        changes=tuple(_give_turns(one, tuple(_make_turns(one, busy))) for one in changes),
        rollouts=tuple(_plan(one, request) for one in busy),
        turns=tuple(one.turns for one in busy),
    )


def keep_apart(rollouts: Iterable[Rollout]) -> tuple[Rollout, ...]:
    """Return ``rollouts`` less the fields that may go in one request with counts: who scales waits for none."""
    narrowed = (replace(one, fields=tuple(name for name in one.fields if _is_apart(name))) for one in rollouts)
    return tuple(one for one in narrowed if one.fields)


def find_shared_requests(changes: Iterable[Change]) -> tuple[Diagnostic, ...]:
    """Report each operation that two rollouts want: they would wait for each other."""
    return tuple(fault for change in changes if (fault := _find_shared(change)))


def find_late_windows(request: PlanningRequest, staged: Staged) -> tuple[Diagnostic, ...]:
    """Warn of each rollout whose window opens only when a plan with an end is no longer valid."""
    if not request.inputs.valid_until:
        return ()
    end = dt.datetime.fromisoformat(request.inputs.valid_until)
    windows = ((one.rollout.name, one.rollout.window) for one in staged.turns)
    spans = ((name, window, find_span(window, request.now)) for name, window in windows if window)
    return tuple(
        _report_late(name, opens=format_local(span.start, window.tz), until=request.inputs.valid_until)
        for name, window, span in spans
        if span.start >= end and not span.is_open(request.now)
    )


def is_resting(change: Change) -> bool:
    """Tell whether nothing of ``change`` may start now, and that is as the rollouts want it."""
    waiting = {number for turn in change.turns if turn.waits and not turn.is_stopped for number in turn.operations}
    is_plain = change.action is Action.UPDATE and change.previous_address is None
    return is_plain and bool(waiting) and len(waiting) == len(change.operations)


def keep_out(staged: Staged, left_out: Mapping[Address, Standpoint]) -> tuple[Turns, ...]:
    """Return the turns for a run that makes none of ``left_out``."""
    return tuple(_keep_out(one, left_out) for one in staged.turns)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    turns: Turns
    outlook: Outlook
    numbers: Mapping[Address, int]
    operations: Mapping[Address, tuple[int, ...]]
    batch_size: int
    unfinished: tuple[Unfinished, ...]

    @property
    def rollout(self) -> Rollout:
        return self.turns.rollout


def _stage_one(request: PlanningRequest, rollout: Rollout, changes: tuple[Change, ...]) -> _Part:
    every = {*request.desired.resources, *(one.address for one in changes)}
    ranks = rank_addresses((one for one in every if one.kind == POOL), rollout.order)
    covered = [one for one in changes if one.address in ranks and one.action in _STAYING]
    operations = {one.address: numbers for one in covered if (numbers := _find_operations(request, rollout, one))}
    found = (_find_unfinished(request, rollout, one, is_pending=one.address in operations) for one in covered)
    unfinished = tuple(one for one in found if one is not None)
    under_way = frozenset(one.address for one in unfinished if not one.is_failed)
    size = _find_size(rollout, sum(one in ranks for one in request.desired.resources))
    places = {one: at // size for at, one in enumerate(sorted(ranks, key=lambda one: (ranks[one], one)))}
    pending = sorted({*operations, *(one.address for one in unfinished)}, key=lambda one: (ranks[one], one))
    turns = Turns(
        rollout=rollout,
        batches=_make_batches(pending, places, under_way=under_way),
        standpoints={one.address: _find_standpoint(one) for one in unfinished},
    )
    return _Part(
        turns=turns,
        outlook=find_outlook(turns, now=request.now),
        numbers=turns.find_numbers(),
        operations=operations,
        batch_size=size,
        unfinished=unfinished,
    )


def _is_apart(path: str) -> bool:
    return path.partition(".")[0] in _APART


def _find_size(rollout: Rollout, total: int) -> int:
    return max(1, total * rollout.batch // _WHOLE) if rollout.is_percent else rollout.batch


def _make_batches(
    pending: Sequence[Address], places: Mapping[Address, int], *, under_way: frozenset[Address]
) -> tuple[tuple[Address, ...], ...]:
    """Return the batches of what is left; ``places`` are those of all pools, done or not.

    A pool keeps its place. Else those of the next batch would move up to a pool that failed, and start beside it. What
    is under way already comes first, unless it is in the first batch that is left.
    """
    first = min((places[one] for one in pending), default=0)

    def find_place(one: Address) -> int:
        return -1 if one in under_way and places[one] > first else places[one]

    return tuple(tuple(batch) for _, batch in groupby(sorted(pending, key=find_place), key=find_place))


def _find_operations(request: PlanningRequest, rollout: Rollout, change: Change) -> tuple[int, ...]:
    """Return the numbers of the operations of ``change`` that change a field of ``rollout``."""
    if change.action not in _IN_PLACE:
        return ()
    is_staged = request.kinds[change.kind].make_matcher(rollout.fields)
    return tuple(
        number
        for number, operation in enumerate(change.operations, start=1)
        if any(is_staged(intent.path) for intent in operation.intents)
    )


def _find_unfinished(
    request: PlanningRequest, rollout: Rollout, change: Change, *, is_pending: bool
) -> Unfinished | None:
    """Return why a pool is not done though its fields may be as wanted: it still works on it, or its driver failed."""
    tracked = request.state.resources.get(change.address)
    if tracked is not None and tracked.waiting:
        return Unfinished(address=change.address, why=f"still waits: {tracked.waiting}", is_failed=False)
    return None if is_pending else _find_unfinished_driver(request, rollout, change)


def _find_unfinished_driver(request: PlanningRequest, rollout: Rollout, change: Change) -> Unfinished | None:
    """Return what the service says of a driver that is asked for and does not run yet, whoever asked for it.

    On its way it may be Running before the end, with the version that was there (contract 4.6).
    """
    is_staged = request.kinds[change.kind].make_matcher(rollout.fields)
    desired, live = request.desired.resources.get(change.address), request.snapshot.resources.get(change.address)
    if desired is None or live is None:
        return None
    for accelerator, member in _DRIVERS:
        is_wanted = find_member(desired.tree, "spec", "driver", member) is not ABSENT
        if is_wanted and is_staged(("spec", "driver", member)):
            status = as_tree(find_member(live.status, "driver", accelerator))
            why = _judge_driver(status, accelerator, version=as_text(find_member(live.spec, "driver", member)))
            if why:
                is_failed = as_text(status.get("state")) == _ABNORMAL
                return Unfinished(address=change.address, why=why, is_failed=is_failed)
    return None


def _judge_driver(status: Tree, accelerator: str, *, version: str) -> str:
    """Return why a driver does not run in ``version``, in words; empty where it does, or where nothing is told."""
    state, installed = as_text(status.get("state")), as_text(status.get("version"))
    if state not in {"", "Running"}:
        return f"has its {accelerator} driver in state {state}"
    if installed and version and installed != version:
        return f"has {accelerator} driver {installed} so far"
    return ""


def _find_standpoint(one: Unfinished) -> Standpoint:
    return Standpoint(standing=Standing.FAILED if one.is_failed else Standing.UNDER_WAY, why=one.why)


def _give_turns(change: Change, turns: tuple[Turn, ...]) -> Change:
    # Most plans have no rollout: copies of thousands of changes would be made for nothing.
    return change if change.turns == turns else replace(change, turns=turns)


def _make_turns(change: Change, parts: Iterable[_Part]) -> Iterator[Turn]:
    for part in parts:
        if change.address in part.operations:
            batch = part.numbers[change.address]
            verdict = judge_turn(part.outlook, batch)
            yield Turn(
                rollout=part.rollout.name,
                batch=batch,
                operations=part.operations[change.address],
                waits=verdict.why if isinstance(verdict, Leave) else "",
                is_stopped=isinstance(verdict, Leave) and verdict.is_stopped,
            )


def _plan(part: _Part, request: PlanningRequest) -> PlannedRollout:
    rollout, window = part.rollout, part.rollout.window
    span = find_span(window, request.now) if window else None
    return PlannedRollout(
        name=rollout.name,
        fields=rollout.fields,
        order=rollout.order,
        batch_size=part.batch_size,
        on_failure=rollout.on_failure,
        window=format_window(window) if window else "",
        opens=format_local(span.start, window.tz) if window and span and not span.is_open(request.now) else "",
        closes=format_local(span.end, window.tz) if window and span and span.is_open(request.now) else "",
        batches=part.turns.batches,
        unfinished=part.unfinished,
    )


def _find_shared(change: Change) -> Diagnostic | None:
    names: dict[int, str] = {}
    for turn in change.turns:
        for number in turn.operations:
            first = names.setdefault(number, turn.rollout)
            if first != turn.rollout:
                return _report_shared(change.address, change.operations[number - 1].purpose, first, turn.rollout)
    return None


def _keep_out(turns: Turns, left_out: Mapping[Address, Standpoint]) -> Turns:
    members = {one for batch in turns.batches for one in batch}
    kept = {address: point for address, point in left_out.items() if address in members - turns.standpoints.keys()}
    return replace(turns, standpoints={**turns.standpoints, **kept})


def _report_shared(address: Address, purpose: str, *names: str) -> Diagnostic:
    first, second = names
    return make_error(
        "plan.rollouts-share-request",
        "Two rollouts want the same request",
        detail=f"{address}: what rollout.{first} and rollout.{second} take goes to the service in one request "
        f"({purpose}), and each would wait for the other. Put these fields into one rollout, or change them one after "
        "the other.",
        address=str(address),
    )


def _report_late(name: str, *, opens: str, until: str) -> Diagnostic:
    return make_warning(
        "plan.rollout-too-late",
        "The plan ends before its turn comes",
        detail=f"The window of rollout.{name} opens {opens}, and the plan is valid until {until}: it will be refused "
        "then, and approve nothing. Give it more time (--valid-for), or let it have no end.",
    )
