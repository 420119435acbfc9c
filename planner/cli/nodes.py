"""``poolctl nodes``."""

from typing import TYPE_CHECKING, Final

import click

from planner.cli.command import Command
from planner.cli.completing import complete_known
from planner.cli.options import format_option, parallelism
from planner.cli.session import DONE, FAILED, Session, report
from planner.cli.values import DURATION
from planner.cli.workplaces import make_workplace

if TYPE_CHECKING:
    from planner.workflow.nodes import Look, NodesRequest

_USUAL_INTERVAL: Final = 10.0
_SHORTEST_INTERVAL: Final = 0.1


@click.command(
    cls=Command,
    examples=(
        "poolctl nodes                                   # of all tracked pools",
        "poolctl nodes pool.training",
        "poolctl nodes 'gpu-*' -o json                   # also of pools that are not tracked",
        "poolctl nodes pool.training --watch --interval 30s",
    ),
)
@click.argument("pattern", metavar="[ADDR]", required=False, default="", shell_complete=complete_known)
@click.option("--watch", "is_watching", is_flag=True, help="Look again and again, until Ctrl-C.")
@click.option(
    "--interval", type=DURATION, metavar="TIME", help="How often --watch looks; 10s unless it is said otherwise."
)
@format_option
@parallelism
@click.pass_obj
def nodes(
    session: Session,
    /,
    *,
    pattern: str,
    is_watching: bool,
    interval: float | None,
    layout: str,
    parallelism: int | None,
) -> int:
    """Show each node: flavor, AZ, phase, driver, lock, its jobs and their age, whether it is idle.

    ADDR is an address, the id or the display name of a pool, or a glob. Without it: the tracked pools, or all of the
    project where nothing is tracked.
    """
    from planner.workflow.nodes import NodesRequest, find_nodes

    request = NodesRequest(pattern=pattern, parallelism=parallelism)
    if is_watching:
        return _watch(session, request, interval=_check_interval(interval), layout=layout)
    if interval is not None:
        raise click.UsageError("--interval belongs to --watch.")
    look = find_nodes(make_workplace(session), request)
    session.terminal.show(_format(session, look, layout=layout))
    return FAILED if any(one.unread for one in look.pools) else DONE


def _check_interval(interval: float | None) -> float:
    if interval is not None and interval < _SHORTEST_INTERVAL:
        raise click.UsageError("--interval is at least 100ms: each look is two requests a pool.")
    return _USUAL_INTERVAL if interval is None else interval


def _format(session: Session, look: "Look", *, layout: str) -> str:
    from planner.views.json_text import format_json
    from planner.views.nodes_text import build_nodes_json, format_nodes

    terminal = session.terminal
    if layout == "json":
        return format_json(build_nodes_json(look.pools, moment=look.moment))
    return format_nodes(look.pools, width=terminal.width, colour=terminal.has_colour_in_results)


def _watch(session: Session, request: "NodesRequest", *, interval: float, layout: str) -> int:
    from planner.workflow.nodes import watch_nodes

    try:
        shown = ""
        for look in watch_nodes(make_workplace(session), request, interval=interval):
            shown = _show_look(session, look, layout=layout, shown=shown)
    except KeyboardInterrupt:
        # A watch has no other end: it is not a failure. A terminal has just echoed ^C on the line.
        session.terminal.tell("\n" if session.terminal.is_interactive else "")
    return DONE


def _show_look(session: Session, look: "Look", *, layout: str, shown: str) -> str:
    """Show a look: one line of JSON, the screen drawn anew, or on a pipe a table where it has changed."""
    import json

    from planner.views.nodes_text import build_nodes_json

    terminal = session.terminal
    if layout == "json":
        report(session, look.fault)
        text = json.dumps(build_nodes_json(look.pools, moment=look.moment), sort_keys=True)
        terminal.show("" if look.fault else f"{text}\n")
        return text
    text = _format(session, look, layout=layout)
    if terminal.has_screen:
        fault = "".join(f" Not readable now: {one.summary}." for one in look.fault)
        terminal.redraw(f"{look.moment}, Ctrl-C ends.{fault}\n\n{text}")
    elif look.fault:
        report(session, look.fault)
    elif text != shown:
        terminal.show(f"# {look.moment}\n{text}\n")
    return text
