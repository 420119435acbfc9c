"""What an apply waits for, on the one line of a terminal that is rewritten in place."""

from collections.abc import Mapping
from typing import Final

from planner.core.addresses import Address
from planner.core.events import ChangeEnded, Event, OperationBegan, WaitProgressed
from planner.views.escape import escape_text
from planner.views.outcome_words import format_duration

_NEWS_EVERY: Final = 10.0

Waits = Mapping[Address, WaitProgressed]
"""The last news of each address that is waited for."""


def follow_event(waits: Waits, event: Event) -> Waits:
    """Return ``waits`` after ``event``, the longest first: news take the place of older ones of their address.

    What goes on or ends waits no more. No wait changes its place: the line would flicker with each of many.
    """
    match event:
        case WaitProgressed(address=address) if address in waits:
            return {**waits, address: event}
        case WaitProgressed():
            return _insert(waits, event)
        case OperationBegan(address=address) | ChangeEnded(address=address):
            return {key: one for key, one in waits.items() if key != address}
        case _:
            return waits


def format_waits(waits: Waits) -> str:
    """Return the line: of one wait how long and how far it is, of several how long each; empty where there is none.

    What changes stands first, for a narrow screen cuts the end.
    """
    if not waits:
        return ""
    if len(waits) == 1:
        return _format_wait(next(iter(waits.values())))
    names = ", ".join(f"{escape_text(str(one.address))} {format_duration(one.seconds)}" for one in waits.values())
    return f"Still waiting for {len(waits)}: {names}"


def _insert(waits: Waits, event: WaitProgressed) -> Waits:
    """Return ``waits`` with a new one before those that are shorter: the news of one may be as old as two are apart."""
    rows = [*waits.items()]
    place = next((i for i, (_, one) in enumerate(rows) if one.seconds + _NEWS_EVERY <= event.seconds), len(rows))
    return dict([*rows[:place], (event.address, event), *rows[place:]])


def _format_wait(wait: WaitProgressed) -> str:
    wanted, available = sum(one.wanted for one in wait.nodes), sum(one.available for one in wait.nodes)
    nodes = f" {available}/{wanted} nodes available," if wait.nodes else ""
    head = f"{escape_text(str(wait.address))}: {format_duration(wait.seconds)},"
    return f"{head}{nodes} still waiting for {escape_text(wait.waits_for)}"
