"""``poolctl lock status``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from planner.cli.command import Command, Entry, Group
from planner.cli.options import format_option
from planner.cli.session import DONE, Session
from planner.cli.workplaces import make_workplace

if TYPE_CHECKING:
    from planner.state.locks.holders import Holder

_STATUS: Final = "poolctl lock status"

lock: Final = Group(
    name="lock",
    entries={"status": Entry(place="planner.cli.lock:status", help="Show who holds the lock, since when, for what.")},
    help="Show who holds the lock of the state.",
    examples=(_STATUS,),
)


@click.command(cls=Command, examples=(_STATUS, f"{_STATUS} -o json"))
@format_option
@click.pass_obj
def status(session: Session, layout: str) -> int:
    """Show who holds the lock of the state, since when, and for what."""
    from planner.views.json_text import format_json
    from planner.views.lock_text import build_lock_json, format_lock_status
    from planner.workflow.lock_status import find_lock_status

    found = find_lock_status(make_workplace(session))
    holder = None if found.holder is None else _make_members(found.holder, path=found.path)
    text = format_lock_status(holder, note=found.note)
    session.terminal.show(format_json(build_lock_json(holder)) if layout == "json" else text)
    return DONE


def _make_members(holder: Holder, *, path: str) -> dict[str, str]:
    return {
        "id": holder.id,
        "path": path,
        "operation": holder.operation,
        "who": holder.who,
        "host": holder.host,
        "pid": str(holder.pid or ""),
        "created": holder.created,
        "version": holder.version,
        "info": holder.info,
    }
