"""A saved plan before it is applied: unchanged, and made from the state and files of today (semantics 6.5)."""

import datetime as dt
from collections.abc import Iterator
from typing import Final

from planner.core.approval import is_loud
from planner.core.changes import Plan
from planner.core.diagnostics import Diagnostic, make_error
from planner.core.digests import make_plan_digest
from planner.core.tracking import State
from planner.core.wholeness import has_counts_of_its_changes, is_whole
from planner.kinds.table import KINDS
from planner.workflow.errors import StaleError

VALID_FORMAT: Final = "%Y-%m-%dT%H:%M:%SZ"
"""How a plan says until when it is valid, in UTC."""


def check_saved(plan: Plan, state: State | None, *, config_digest: str, now: dt.datetime) -> None:
    """Raise StaleError, with every reason at once, unless ``plan`` is whole, valid ``now``, and its basis holds."""
    _check_whole(plan, now)
    stale = tuple(_find_stale(plan, state, config_digest=config_digest))
    if stale:
        raise StaleError(*stale)


def list_digests(plan: Plan, *, now: dt.datetime) -> tuple[str, ...]:
    """Return the digest of ``plan`` and those of its changes, which approve them.

    Its basis does not matter: a digest says all that an approval covers. Raises StaleError unless ``plan`` is whole
    and valid ``now``.
    """
    _check_whole(plan, now)
    return (plan.digest, *(one.digest for one in plan.changes if is_loud(one)))


def check_comparable(plan: Plan, *, source: str) -> None:
    """Raise StaleError unless ``plan``, which another is compared with, says what it said when it was saved.

    Neither its end nor its basis matters: somebody has looked at it. ``source`` names its file.
    """
    damage = tuple(_find_damage(plan))
    if damage:
        raise StaleError(*(_report_incomparable(one, source) for one in damage))


def _check_whole(plan: Plan, now: dt.datetime) -> None:
    damage = (*map(_report_edited, _find_damage(plan)), *_find_end(plan, now))
    if damage:
        raise StaleError(*damage)


def _find_damage(plan: Plan) -> Iterator[str]:
    project_id = plan.basis.service.project_id if plan.basis.service else ""
    for change in plan.changes:
        rules = KINDS.get(change.kind)
        if rules is None or not is_whole(change, rules=rules, project_id=project_id):
            yield f"The members of {change.address} do not fit each other, or its digest."
    if plan.digest != make_plan_digest(plan.changes):
        yield "Its digest does not fit its changes."
    if not has_counts_of_its_changes(plan):
        yield "Its counts, or its list of what is blocked, do not fit its changes."


def _find_end(plan: Plan, now: dt.datetime) -> Iterator[Diagnostic]:
    """Judge ``--valid-for`` with the clock of the apply (semantics 5.5)."""
    until = plan.inputs.valid_until
    if not until:
        return
    try:
        end = dt.datetime.strptime(until, VALID_FORMAT).replace(tzinfo=dt.UTC)
    except ValueError:
        yield _report_edited(f"Its end, {until!r}, is no moment.")
        return
    if now >= end:
        yield make_error(
            "apply.expired-plan",
            "The saved plan is no longer valid",
            detail=f"It was valid until {until}. Nothing was sent. Make the plan again: poolctl plan --out FILE",
        )


def _find_stale(plan: Plan, state: State | None, *, config_digest: str) -> Iterator[Diagnostic]:
    basis, known = plan.basis, state or State(lineage="")
    if basis.lineage != known.lineage:
        was, now = (f"lineage {one}" if one else "no state yet" for one in (basis.lineage, known.lineage))
        yield _report_stale(f"The plan was made from another state: it rests on {was}, and now there is {now}.")
    elif basis.serial != known.serial:
        yield _report_stale(
            f"The state has changed since the plan was made: the plan rests on serial {basis.serial}, and now it is "
            f"{known.serial}. Perhaps the plan is applied already."
        )
    if basis.config_digest != config_digest:
        yield _report_stale("The configuration has changed since the plan was made: it resolves to something else now.")
    for change in plan.changes:
        tracked = known.resources.get(change.address)
        if tracked is not None and change.id != tracked.id:
            made = f"names {change.id} for {change.address}" if change.id else f"is to make {change.address} first"
            yield _report_stale(f"The plan {made}, and the state has {tracked.id}.")


def _report_edited(what: str) -> Diagnostic:
    return make_error(
        "apply.edited-plan",
        "The plan file was changed after it was made",
        detail=f"{what} Nothing was sent. Make the plan again: poolctl plan --out FILE",
    )


def _report_incomparable(what: str, source: str) -> Diagnostic:
    return make_error(
        "apply.edited-plan",
        "The plan file was changed after it was made",
        detail=f"{source}: {what} What it holds would not be shown, though perhaps nobody has ever seen it. Compare "
        "with the file as it was saved, or plan without --against.",
    )


def _report_stale(what: str) -> Diagnostic:
    return make_error(
        "apply.stale",
        "The saved plan is stale",
        detail=f"{what} Nothing was sent. Make the plan again: poolctl plan --out FILE",
    )
