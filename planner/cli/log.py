"""``poolctl log``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from planner.cli.command import Command
from planner.cli.completing import complete_known
from planner.cli.options import format_option
from planner.cli.session import DONE, Session, report
from planner.cli.values import ADDRESS
from planner.cli.workplaces import make_workplace

if TYPE_CHECKING:
    from planner.core.addresses import Address
    from planner.core.trees import Value
    from planner.state.stores.history import SavedVersion
    from planner.views.log_text import SaveRow


@click.command(
    cls=Command,
    examples=(
        "poolctl log",
        "poolctl log pool.training --service",
        "poolctl log -n 1 -o json > last.json",
    ),
)
@click.argument("address", metavar="[ADDR]", required=False, type=ADDRESS, shell_complete=complete_known)
@click.option("-n", "--limit", type=click.IntRange(min=1), metavar="N", help="Show only the newest N entries.")
@click.option("--service", "with_service", is_flag=True, help="Show the service's own events and orders, too.")
@format_option
@click.pass_obj
def log(session: Session, /, *, address: Address | None, limit: int | None, with_service: bool, layout: str) -> int:
    """Show who applied what, when and why, with which digest and outcome: of ADDR or of everything, newest first.

    State commands and imports are among it, where the store has a history; `state serial N` is what the state came to.
    """
    from planner.state.documents.receipt_document import build_receipt_json
    from planner.views.json_text import format_json
    from planner.views.log_text import (
        SaveRow,
        build_records_json,
        build_saves_json,
        format_log,
        format_records,
        sort_entries,
    )
    from planner.workflow.log import load_log

    found = load_log(make_workplace(session), address=address, with_service=with_service)
    report(session, found.diagnostics)
    saves = [_make_row(one) for one in found.saves]
    entries = sort_entries(found.receipts, saves)[:limit]
    receipts = [one for one in entries if not isinstance(one, SaveRow)]
    rows = [(one, record.time, record.kind, record.what) for one, record in found.records]
    terminal = session.terminal
    colour = terminal.has_colour_in_results
    if layout == "json":
        document: dict[str, Value] = {
            "format_version": "1.0",
            "receipts": [build_receipt_json(one) for one in receipts],
            "saves": build_saves_json(one for one in entries if isinstance(one, SaveRow)),
        }
        if with_service:
            document["service"] = build_records_json(rows)
        terminal.show(format_json(document))
        return DONE
    room, screen_width = terminal.width, session.screen_width
    terminal.show(format_log(entries, width=room, colour=colour, serials=found.serials, screen_width=screen_width))
    if with_service:
        terminal.show(format_records(rows, colour=colour, screen_width=screen_width))
    return DONE


def _make_row(version: SavedVersion) -> SaveRow:
    from planner.views.log_text import SaveRow

    note = version.note
    return SaveRow(
        serial=version.serial,
        operation=note.operation,
        who=note.who,
        when=note.when,
        reason=note.reason,
        commit=note.commit,
        plan_digest=note.plan_digest,
    )
