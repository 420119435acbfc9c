"""Guards as the state remembers them, and which of them the files make weaker (semantics 5.2).

A record holds what differs from the defaults: ``guards`` and ``guards.run`` for all pools, an address for what
one pool tightens. So a state without any guards is one with the defaults.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields
from decimal import Decimal
from typing import Any, Final, TypeAlias

from planner.core.desired import NO_LIMITS, DesiredState, Guards
from planner.core.lazy_dataclass import dataclass, replace
from planner.core.money import format_amount

GuardRecord: TypeAlias = Mapping[str, Mapping[str, str | int]]

OUTER: Final = "guards"
RUN: Final = "guards.run"
_WORDS: Final[Mapping[str, Mapping[str | None, int]]] = {
    "max_disruption": {"none": 0, "new_nodes": 1, "drains": 2, "interrupts": 3, "destroys": 4},
    # By how much is done about drift; the default reverts some classes and stops at the others.
    "on_drift": {"stop": 0, "keep": 1, None: 1, "revert": 2},
}
_COST: Final = "max_hourly_cost_added"
_AMOUNT: Final = re.compile(r"[0-9]{1,12}(\.[0-9]{1,12})?")
_NO_LIMIT: Final = "no limit"
_BY_CLASS: Final = "by class"


@dataclass(frozen=True, slots=True, kw_only=True)
class Loosened:
    """A guard that permits more than it did: ``scope`` is ``guards``, ``guards.run`` or a pool's address."""

    scope: str
    key: str
    before: str
    after: str


def record_guards(desired: DesiredState) -> GuardRecord:
    """Return what the state is to remember of the guards of the files."""
    scopes = {OUTER: _find_differences(Guards(), desired.guards), RUN: _find_differences(NO_LIMITS, desired.run_guards)}
    for address, resource in sorted(desired.resources.items()):
        scopes[str(address)] = _find_differences(desired.guards, resource.guards)
    return {scope: rows for scope, rows in scopes.items() if rows}


def find_loosened(record: GuardRecord, desired: DesiredState) -> tuple[Loosened, ...]:
    """Return the guards of the files that permit more than those of ``record``; a pool's only where it is its own."""
    outer = _restore(record.get(OUTER, {}), Guards())
    found = [*_compare(OUTER, outer, desired.guards)]
    found += _compare(RUN, _restore(record.get(RUN, {}), NO_LIMITS), desired.run_guards)
    told = {(one.key, one.before, one.after) for one in found if one.scope == OUTER}
    for address, resource in sorted(desired.resources.items()):
        own = record.get(str(address))
        if own is None and resource.guards is desired.guards:
            # It has none of its own, and those of all were compared above.
            continue
        before = _restore(own or {}, outer)
        rows = _compare(str(address), before, resource.guards)
        found += (one for one in rows if (one.key, one.before, one.after) not in told)
    return tuple(found)


def _find_differences(base: Guards, guards: Guards) -> dict[str, str | int]:
    names = (one.name for one in fields(Guards))
    pairs = ((name, getattr(base, name), getattr(guards, name)) for name in names)
    return {name: _encode(value) for name, old, value in pairs if value != old and value is not None}


def _encode(value: str | int | Decimal) -> str | int:
    return format_amount(value) if isinstance(value, Decimal) else value


def _restore(rows: Mapping[str, str | int], base: Guards) -> Guards:
    """Return ``base`` with what was recorded; a value that no guard takes, such as one typed by hand, is left out."""
    decoded: dict[str, Any] = {one.name: _decode(one.name, rows.get(one.name)) for one in fields(Guards)}
    return replace(base, **{key: value for key, value in decoded.items() if value is not None})


def _decode(key: str, value: str | int | None) -> str | int | Decimal | None:
    if isinstance(value, int):
        return value if key not in _WORDS and key != _COST else None
    if value is None or key in _WORDS:
        return value if value in _WORDS.get(key, {}) else None
    return Decimal(value) if key == _COST and _AMOUNT.fullmatch(value) else None


def _compare(scope: str, before: Guards, after: Guards) -> Iterator[Loosened]:
    for one in fields(Guards):
        old, new = getattr(before, one.name), getattr(after, one.name)
        if _rank(one.name, new) > _rank(one.name, old):
            yield Loosened(scope=scope, key=one.name, before=_name(one.name, old), after=_name(one.name, new))


def _rank(key: str, value: str | int | Decimal | None) -> Decimal:
    """Rank a guard by how much it permits; no limit permits everything."""
    if key in _WORDS:
        return Decimal(_WORDS[key][value if isinstance(value, str) else None])
    return Decimal("Infinity") if value is None else Decimal(value)


def _name(key: str, value: str | int | Decimal | None) -> str:
    if value is None:
        return _BY_CLASS if key == "on_drift" else _NO_LIMIT
    return str(_encode(value))
