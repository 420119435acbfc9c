"""Diagnostics of rollouts that hang on the clock, each made by poolctl's own code."""

from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Final

from planner.cli import apply_output
from planner.core import approval, rollouts
from planner.core.addresses import Address
from planner.core.diagnostics import Diagnostic
from planner.core.rollout_plan import Turn

TRAINING: Final = Address(kind="pool", name="training")
SEARCH: Final = Address(kind="pool", name="search")
_TURN: Final = Turn(
    rollout="drivers",
    batch=1,
    operations=(1,),
    waits="the window of rollout.drivers opens Saturday 2026-11-28 22:00 Europe/Berlin",
)
_CHANGES: Final = tuple(SimpleNamespace(address=one, turns=(_TURN,)) for one in (TRAINING, SEARCH))
_APPLIED: Final = SimpleNamespace(is_approved=True, deferred=(TRAINING, SEARCH), plan=SimpleNamespace(changes=_CHANGES))

ROLLOUT_MAKERS: Final[Mapping[str, Callable[[], Diagnostic]]] = {
    "apply.rollout-later": lambda: apply_output._find_deferred(_APPLIED)[0],
    "apply.rollout-waits": lambda: approval.report_early(_CHANGES)[0],
    "plan.rollout-too-late": lambda: rollouts._report_late(
        "drivers", opens="Saturday 2026-11-28 22:00 Europe/Berlin", until="2026-11-27T09:00:00Z"
    ),
    "plan.rollouts-share-request": lambda: rollouts._report_shared(TRAINING, "change fields", "images", "scopes"),
}
