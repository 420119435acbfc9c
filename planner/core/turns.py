"""Whose turn it is in a rollout: its pools in batches, how far each has come, and what may start now."""

import datetime as dt
import enum
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from itertools import islice, takewhile
from typing import Final, TypeAlias, assert_never

from planner.core.addresses import Address
from planner.core.changes import Applied, Change, Failed, Outcome, Skipped, Uncertain, Waiting
from planner.core.desired import Rollout
from planner.core.lazy_dataclass import dataclass, replace
from planner.core.windows import find_span, format_local


class Standing(enum.Enum):
    """How a pool of a rollout stands once nothing more of it is to be started in this run."""

    DONE = "done"
    FAILED = "failed"
    UNDER_WAY = "under way"
    LEFT = "left"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standpoint:
    """How one pool stands, and why, in words that go on after its address."""

    standing: Standing
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """It is its turn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """It may be its turn later in this run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave:
    """It does not start in this run; ``is_stopped``: because something failed."""

    why: str
    is_stopped: bool = False


Verdict: TypeAlias = Start | Hold | Leave


@dataclass(frozen=True, slots=True, kw_only=True)
class Turns:
    """One rollout in a run: ``batches`` of pools, and the standpoints of those that have ended or never start.

    ``over`` is how many of the first batches are known to be over, ``seen`` which standings there are, None where
    nobody has looked yet. Both are there so that no end of a pool has all others looked at again.
    """

    rollout: Rollout
    batches: tuple[tuple[Address, ...], ...]
    standpoints: Mapping[Address, Standpoint] = field(default_factory=dict)
    over: int = 0
    seen: frozenset[Standing] | None = None

    def find_numbers(self) -> Mapping[Address, int]:
        """Return the number of each pool's batch, from 1."""
        return {one: number for number, batch in enumerate(self.batches, start=1) for one in batch}


def note(turns: Turns, address: Address, standpoint: Standpoint) -> Turns:
    """Return ``turns`` with how ``address`` stands at its end, which is noted once."""
    seen = _find_seen(turns) | {standpoint.standing}
    noted = replace(turns, standpoints={**turns.standpoints, address: standpoint}, seen=seen)
    return replace(noted, over=_count_over(noted))


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """Which batches may start: ``batch``, from 1, is the first that is not over, and those before it are.

    ``stops`` says why nothing starts at all, ``waits`` why no batch behind ``batch`` starts in this run.
    """

    batch: int
    stops: Leave | None = None
    waits: Leave | None = None


def find_outlook(turns: Turns, *, now: dt.datetime) -> Outlook:
    """Return what may start at ``now``.

    After a failure nothing more starts, unless the rollout goes on in spite of it; nothing starts while its window is
    closed. A batch starts when all pools of those before it are done.
    """
    name = f"rollout.{turns.rollout.name}"
    number = _count_over(turns) + 1
    if turns.rollout.on_failure == "stop" and (failed := _find_first(turns, _FAILED, batches=turns.batches)):
        return Outlook(batch=number, stops=Leave(why=f"{name} stops at the first failure: {failed}", is_stopped=True))
    if closed := find_closed(turns.rollout, now):
        return Outlook(batch=number, stops=Leave(why=closed))
    unfinished = _find_first(turns, _UNFINISHED, batches=turns.batches[number - 1 : number])
    return Outlook(batch=number, waits=Leave(why=f"{name} goes on after {unfinished}") if unfinished else None)


def judge_turn(outlook: Outlook, batch: int) -> Verdict:
    """Return whether a pool of ``batch`` starts now."""
    if outlook.stops is not None:
        return outlook.stops
    if batch <= outlook.batch:
        return Start()
    return outlook.waits or Hold()


def find_standpoint(outcome: Outcome) -> Standpoint:
    """Return how a pool stands whose change had ``outcome``."""
    match outcome:
        case Applied():
            return Standpoint(standing=Standing.DONE)
        case Waiting(what=what):
            return Standpoint(standing=Standing.UNDER_WAY, why=f"still waits: {what}")
        case Failed():
            return Standpoint(standing=Standing.FAILED, why="failed")
        case Uncertain():
            return Standpoint(standing=Standing.FAILED, why="is uncertain")
        case Skipped(is_deferred=True):
            return Standpoint(standing=Standing.LEFT, why="is left for later")
        case Skipped(why=why):
            return Standpoint(standing=Standing.FAILED, why=f"was not changed: {why}")
        case _:
            assert_never(outcome)


def find_closed(rollout: Rollout, now: dt.datetime) -> str:
    """Return why the window of ``rollout`` lets nothing start at ``now``, in words; empty where it does."""
    if rollout.window is None:
        return ""
    span = find_span(rollout.window, now)
    if span.is_open(now):
        return ""
    return f"the window of rollout.{rollout.name} opens {format_local(span.start, rollout.window.tz)}"


def tell_waits(changes: Iterable[Change]) -> str:
    """Return which of ``changes`` wait for their turn and why, in sentences; of very many pools the first are named."""
    reasons: dict[str, list[Address]] = {}
    for change in changes:
        waits = "; ".join(turn.waits for turn in change.turns if turn.waits)
        if waits:
            reasons.setdefault(waits, []).append(change.address)
    return " ".join(f"{name_some(names)}: {why}." for why, names in reasons.items())


def name_some(addresses: Sequence[Address]) -> str:
    """Return ``addresses`` in a row; of very many the first, and how many more there are."""
    more = f" and {len(addresses) - _NAMED} more" if len(addresses) > _NAMED else ""
    return f"{', '.join(map(str, addresses[:_NAMED]))}{more}"


_NAMED: Final = 10
_FAILED: Final = frozenset({Standing.FAILED})
_UNFINISHED: Final = frozenset({Standing.UNDER_WAY, Standing.LEFT})
_OVER: Final = frozenset({Standing.DONE, Standing.FAILED})


def _count_over(turns: Turns) -> int:
    left = islice(turns.batches, turns.over, None)
    return turns.over + sum(1 for _ in takewhile(lambda batch: _is_over(turns, batch), left))


def _find_seen(turns: Turns) -> frozenset[Standing]:
    return frozenset(one.standing for one in turns.standpoints.values()) if turns.seen is None else turns.seen


def _is_over(turns: Turns, batch: tuple[Address, ...]) -> bool:
    # The last to start is mostly the last to end: seldom are many looked at.
    return all(one in turns.standpoints and turns.standpoints[one].standing in _OVER for one in reversed(batch))


def _find_first(turns: Turns, standings: frozenset[Standing], *, batches: tuple[tuple[Address, ...], ...]) -> str:
    """Return the first pool of ``batches`` that stands so, and why, in words; empty where there is none."""
    if _find_seen(turns).isdisjoint(standings):
        return ""
    points = ((one, turns.standpoints.get(one)) for batch in batches for one in batch)
    return next((f"{one} {point.why}" for one, point in points if point and point.standing in standings), "")
