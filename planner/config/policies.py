"""``[policy.NAME]``: conditions compiled while the files are checked, and evaluated over a plan."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from planner.config.blocks import RawBlock, read_text
from planner.config.cel_errors import CelError
from planner.config.evaluation import Scope, TemplateError, bind_names
from planner.config.faults import Fault
from planner.config.source_map import SourceMap
from planner.core.desired import Policy
from planner.core.policies import Verdict

_ROOTS = ("var", "local")
_VIEW: Mapping[str, Any] = {"changes": [], "summary": {}}


def find_policy_faults(declared: Mapping[str, RawBlock], scope: Scope) -> Iterator[Fault]:
    """Yield the conditions that cannot be compiled, each at its place."""
    if not declared:
        return
    from planner.config.cel import check_expression

    for block in declared.values():
        condition = read_text(block, "condition")
        if not condition or "${" in condition:
            continue
        try:
            bound = bind_names(condition, scope, roots=_ROOTS)
            check_expression(bound.text, {**bound.values, **_VIEW}, is_condition=True)
        except CelError as error:
            fault = block.make_fault(
                "condition", code="config.expression", summary="condition cannot be judged", detail=error.words
            )
            yield replace(fault, offset=error.start)
        except TemplateError:
            continue  # what it reads has a fault of its own


def build_policies(declared: Mapping[str, RawBlock], scope: Scope, sources: SourceMap) -> tuple[Policy, ...]:
    """Return the policies of files without faults, by name, with the values that they read worked in."""
    return tuple(_build(declared[name], scope, sources) for name in sorted(declared))


def judge_policy(policy: Policy, view: Mapping[str, Any]) -> Verdict:
    """Return whether the condition of ``policy`` holds over ``view``, or why nobody can tell."""
    from planner.config.cel import evaluate

    try:
        verdict = evaluate(policy.bound, {**policy.values, **view})
    except CelError as error:
        return error.words
    return verdict if isinstance(verdict, bool) else "It comes to something else than true or false."


def _build(block: RawBlock, scope: Scope, sources: SourceMap) -> Policy:
    condition = read_text(block, "condition")
    bound = bind_names(condition, scope, roots=_ROOTS)
    return Policy(
        name=str(block.path[-1]),
        condition=condition,
        error_message=read_text(block, "error_message"),
        severity=read_text(block, "severity") or "error",
        bound=bound.text,
        values=bound.values,
        location=sources.locate(block.file, (*block.path, "condition")),
    )
