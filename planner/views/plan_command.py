"""The command that makes exactly what a plan shows: the digest is the approval, the options are the plan's."""

import json
import shlex
from collections.abc import Iterator
from typing import Final

from planner.core.changes import Plan, PlanInputs
from planner.core.inputs import InputVariable
from planner.views.escape import escape_text
from planner.views.json_text import build_json_value

# What the files of a configuration say is there again; what was typed is not.
_TYPED: Final = frozenset({"file", "option"})


def format_next_command(plan: Plan, *, saved: str = "") -> str:
    """Return what to type to apply ``plan``; ``saved`` is the path of its file where it has one.

    A plan that takes a receipt back exists only as a file: without ``saved`` a placeholder stands for it.
    """
    if plan.inputs.undo:
        return f"poolctl apply {_quote(saved) if saved else 'PLAN'}"
    # A refresh changes nothing that a digest could name: it is asked for.
    approval = [] if plan.inputs.refresh_only else [f"--expect {plan.digest}"]
    return " ".join(["poolctl apply", *approval, *_list_options(plan.inputs)])


def _list_options(inputs: PlanInputs) -> Iterator[str]:
    for name, values in (
        ("target", inputs.target),
        ("exclude", inputs.exclude),
        ("replace", inputs.replace),
        ("allow", inputs.allow),
        ("revert-drift", inputs.revert_drift),
    ):
        for value in values:
            yield f"--{name} {_quote(value)}"
    for variable in inputs.variables:
        if variable.source in _TYPED:
            yield f"--var {_quote(_format_variable(variable))}"
    flags = (("destroy", inputs.destroy), ("refresh-only", inputs.refresh_only), ("up-to-idle", inputs.up_to_idle))
    for name, is_set in flags:
        if is_set:
            yield f"--{name}"


def _format_variable(variable: InputVariable) -> str:
    value = variable.value
    return f"{variable.name}={value if isinstance(value, str) else json.dumps(build_json_value(value))}"


def _quote(text: str) -> str:
    return escape_text(shlex.quote(text))
