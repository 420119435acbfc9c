"""Options that several commands share, each written once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click
from click.core import ParameterSource

from planner.cli.completing import complete_known, complete_permission, complete_recorded
from planner.cli.file_value import FILE
from planner.cli.session import Session
from planner.cli.values import DURATION, PERMISSION

if TYPE_CHECKING:
    from planner.core.changes import PlanInputs

Function = TypeVar("Function", bound=Callable[..., Any])

format_option: Final = click.option(
    "--format",
    "-o",
    "layout",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How stdout is written.",
)
plan_format_option: Final = click.option(
    "--format",
    "-o",
    "layout",
    type=click.Choice(["text", "json", "markdown", "html", "terraform-json", "gitlab-terraform"]),
    default="text",
    show_default=True,
    help="How stdout is written: markdown for a pull request, html for a browser, Terraform's JSON, or the counts that "
    "GitLab shows beside a merge request.",
)
compat_option: Final = click.option(
    "--compat",
    type=click.Choice(["terraform"]),
    help="Write the text with Terraform's literal lines, for tools that look for them.",
)
detailed_exitcode: Final = click.option(
    "--detailed-exitcode",
    "is_detailed",
    is_flag=True,
    help="Exit with 2 where there are changes, 0 where there are none.",
)
auto_approve: Final = click.option("--auto-approve", is_flag=True, help="Do not ask; blocks stay blocks.")
lock_timeout: Final = click.option(
    "--lock-timeout",
    type=DURATION,
    default=0.0,
    metavar="TIME",
    help="Wait for the lock of the state, such as 30s.",
)
reason: Final = click.option(
    "--reason", default="", metavar="TEXT", help="Why; kept with the state, shown to those who wait for the lock."
)
receipt: Final = click.option(
    "--receipt", type=FILE, metavar="FILE", help="Write what came of each operation to FILE, too."
)
allow_older_commit: Final = click.option(
    "--allow-older-commit", is_flag=True, help="Apply files of an older or unrelated commit than the last."
)
wait_for: Final = click.option(
    "--wait",
    "wait_for",
    type=click.Choice(["done", "accepted"]),
    default="done",
    show_default=True,
    help="Wait until changes are done, or only until they are accepted.",
)


def _keep_quiet(context: click.Context, _option: click.Parameter, is_asked: bool) -> None:
    if is_asked and isinstance(context.obj, Session):
        context.obj = replace(context.obj, is_quiet=True)


quiet: Final = click.option(
    "--quiet",
    is_flag=True,
    expose_value=False,
    callback=_keep_quiet,
    help="Write the result and what is wrong, nothing else; a question still shows what it is about.",
)
parallelism: Final = click.option(
    "--parallelism", type=click.IntRange(1, 100), metavar="N", help="How many requests may run at once."
)
allow: Final = click.option(
    "--allow",
    multiple=True,
    type=PERMISSION,
    shell_complete=complete_permission,
    metavar="ADDR=CLASS",
    help="Permit a class of disruption for an address; repeatable.",
)
target: Final = click.option(
    "--target",
    multiple=True,
    metavar="ADDR",
    shell_complete=complete_known,
    help="Plan only this address and what it needs; a glob; repeatable.",
)
exclude: Final = click.option(
    "--exclude",
    multiple=True,
    metavar="ADDR",
    shell_complete=complete_known,
    help="Leave out this address and what needs it; a glob; repeatable.",
)
_replace: Final = click.option(
    "--replace",
    multiple=True,
    metavar="ADDR",
    shell_complete=complete_recorded,
    help="Plan to delete this resource and make it anew; repeatable.",
)
revert_drift: Final = click.option(
    "--revert-drift",
    multiple=True,
    metavar="ADDR",
    shell_complete=complete_recorded,
    help="Take back what others changed, once; repeatable.",
)
_refresh_only: Final = click.option("--refresh-only", is_flag=True, help="Plan no change; only record what is seen.")
up_to_idle: Final = click.option(
    "--up-to-idle", is_flag=True, help="Where fewer nodes are idle than are to go, remove those that are."
)
_destroy: Final = click.option("--destroy", is_flag=True, help="Plan to delete everything that is tracked.")

PLAN_OPTION_NAMES: Final = (
    "target",
    "exclude",
    "replace",
    "allow",
    "revert_drift",
    "up_to_idle",
    "refresh_only",
    "destroy",
)


def plan_options(function: Function) -> Function:
    """Give a command the options that a plan is made with; ``make_inputs`` takes their values."""
    for option in (_destroy, _refresh_only, up_to_idle, revert_drift, allow, _replace, exclude, target):
        function = option(function)
    return function


def make_inputs(options: dict[str, Any]) -> PlanInputs:
    """Return the inputs of a plan from the values of its options, other values left aside."""
    from planner.core.changes import PlanInputs

    return PlanInputs(**{name: options[name] for name in PLAN_OPTION_NAMES if name in options})


def find_plan_options(context: click.Context) -> tuple[str, ...]:
    """Return the options of a plan that were typed, as users spell them."""
    typed = (name for name in PLAN_OPTION_NAMES if context.get_parameter_source(name) is ParameterSource.COMMANDLINE)
    return tuple(f"--{name.replace('_', '-')}" for name in typed)


def file_argument(name: str, *, is_required: bool = True) -> Callable[[Function], Function]:
    """Return an argument that is the path of a file; the command itself reads it."""
    return click.argument(name, required=is_required, type=FILE)
