"""The command ``poolctl`` itself: the table of commands, and the options before them."""

from typing import Final

import click

import planner
from planner.cli.command import Entry, Group

_ENTRIES: Final = {
    "init": Entry(place="planner.cli.init:init", help="Write a first configuration that plans at once."),
    "validate": Entry(place="planner.cli.validate:validate", help="Check the files; no network, no state."),
    "fmt": Entry(place="planner.cli.fmt:fmt", help="Lay the files out in the canonical way."),
    "plan": Entry(place="planner.cli.plan:plan", help="Show what an apply would change."),
    "apply": Entry(place="planner.cli.apply:apply", help="Make the changes that a plan shows."),
    "scale": Entry(place="planner.cli.scale:scale", help="Change node counts now, and in the files."),
    "wait": Entry(place="planner.cli.wait:wait", help="Wait for what was accepted and is not finished."),
    "destroy": Entry(place="planner.cli.destroy:destroy", help="Delete everything that is tracked."),
    "show": Entry(place="planner.cli.show:show", help="Show a saved plan, or the state."),
    "import": Entry(place="planner.cli.adopt:adopt", help="Adopt what is there: one resource, or all of a project."),
    "drift": Entry(place="planner.cli.drift:drift", help="Show what others changed since the last apply."),
    "log": Entry(place="planner.cli.log:log", help="Show who applied what, when and why, and what came of it."),
    "undo": Entry(place="planner.cli.undo:undo", help="Plan the inverse of an apply."),
    "nodes": Entry(place="planner.cli.nodes:nodes", help="Show each node: its jobs, its lock, whether it is idle."),
    "doctor": Entry(place="planner.cli.doctor:doctor", help="Check credentials, clock, endpoint, state and lock."),
    "state": Entry(place="planner.cli.state:state", help="List, show, move or forget what is recorded."),
    "lock": Entry(place="planner.cli.lock:lock", help="Show who holds the lock of the state."),
    "force-unlock": Entry(place="planner.cli.force_unlock:force_unlock", help="Break the lock of the state by its id."),
    "simulator": Entry(place="planner.cli.simulator:simulator", help="Serve the simulated service on a port."),
    "explain": Entry(place="planner.cli.explain:explain", help="Tell what the code of an error means."),
    "dirs": Entry(place="planner.cli.dirs:dirs", help="List the configuration directories, or those that changed."),
    "schema": Entry(place="planner.cli.schema:schema", help="Print the JSON Schema of a file."),
    "completion": Entry(place="planner.cli.completion:completion", help="Print the completion script of a shell."),
}


def _show_version(context: click.Context, _option: click.Parameter, is_asked: bool) -> None:
    if is_asked and not context.resilient_parsing:
        context.obj.terminal.show(f"poolctl {planner.__version__}\n")
        context.exit()


root: Final = Group(
    name="poolctl",
    entries=_ENTRIES,
    help="Manage ModelArts resource pools: write what you want, review the plan, apply it.",
    examples=(
        "poolctl init demo                # write a first configuration",
        "poolctl -C demo plan             # what would change?",
        "poolctl -C demo apply            # plan, ask, apply",
        "poolctl plan --out p.json && poolctl apply p.json",
    ),
    params=[
        click.Option(
            ["-v", "--version"],
            is_flag=True,
            is_eager=True,
            expose_value=False,
            callback=_show_version,
            help="Show the version.",
        ),
    ],
)
