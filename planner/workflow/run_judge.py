"""Judging a change again right before its first write: its own guards, and those of the run it is part of."""

import datetime as dt
import threading
from collections.abc import Callable

from planner.core.changes import Block, Change
from planner.core.desired import NO_LIMITS
from planner.core.lazy_dataclass import replace
from planner.core.plan_blocks import find_change_blocks
from planner.core.plan_request import PlanningRequest
from planner.core.run_guards import find_run_blocks, make_part
from planner.core.snapshot import LiveResource


class RunJudge:
    """Knows the counts of every change of a run: as planned, and fresh for those that were read again."""

    def __init__(
        self, request: PlanningRequest, changes: tuple[Change, ...], *, clock: Callable[[], dt.datetime]
    ) -> None:
        """Begin with what was planned; ``clock`` says the time that freezes and permissions are judged by."""
        self._request = request
        self._parts = {one.address: make_part(request, one) for one in changes}
        self._clock = clock
        self._lock = threading.Lock()

    def find_blocks(self, change: Change, live: LiveResource) -> tuple[Block, ...]:
        """Return why ``change``, whose ``nodes`` are as just read (none where they were judged before), is refused."""
        snapshot = replace(self._request.snapshot, resources={**self._request.snapshot.resources, change.address: live})
        now = replace(self._request, snapshot=snapshot, now=self._clock())
        own = find_change_blocks(now, change, policies={}).blocked
        return own or self._find_run_blocks(now, change)

    def _find_run_blocks(self, now: PlanningRequest, change: Change) -> tuple[Block, ...]:
        guards = now.desired.run_guards
        if guards == NO_LIMITS:
            return ()
        with self._lock:
            if change.nodes:
                self._parts[change.address] = make_part(now, change)
            return find_run_blocks(guards, self._parts.values()).get(change.address, ())
