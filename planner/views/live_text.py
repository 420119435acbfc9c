"""What an apply waits for, on the one line of a terminal that is rewritten in place."""

from collections.abc import Mapping

from planner.core.addresses import Address
from planner.core.events import ChangeEnded, Event, OperationBegan, WaitProgressed
from planner.views.escape import escape_text
from planner.views.outcome_words import format_duration

Waits = Mapping[Address, WaitProgressed]
"""The last news of each address that is waited for."""


def follow_event(waits: Waits, event: Event) -> Waits:
    """Return ``waits`` after ``event``: news take the place of older ones; what goes on or ends waits no more."""
    match event:
        case WaitProgressed(address=address):
            return {**waits, address: event}
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
    longest = sorted(waits.values(), key=lambda one: (-one.seconds, str(one.address)))
    names = ", ".join(f"{escape_text(str(one.address))} {format_duration(one.seconds)}" for one in longest)
    return f"Still waiting for {len(waits)}: {names}"


def _format_wait(wait: WaitProgressed) -> str:
    wanted, available = sum(one.wanted for one in wait.nodes), sum(one.available for one in wait.nodes)
    nodes = f" {available}/{wanted} nodes available," if wait.nodes else ""
    head = f"{escape_text(str(wait.address))}: {format_duration(wait.seconds)},"
    return f"{head}{nodes} still waiting for {escape_text(wait.waits_for)}"
