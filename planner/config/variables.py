"""``[variable.NAME]``: what is declared, which of the given values is valid, and whether it keeps the rules."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from planner.config.blocks import RawBlock, keep_tables, read_rows, read_text
from planner.config.cel_errors import CelError
from planner.config.faults import Fault
from planner.config.value_checks import is_unsafe_text
from planner.config.variable_inputs import PREFIX, Given
from planner.config.variable_types import MisfitError, find_type, fit_value
from planner.config.variable_types import read_text as parse_text
from planner.config.wording import find_near, format_value
from planner.core.diagnostics import Diagnostic, Severity, make_error
from planner.core.inputs import InputVariable
from planner.core.lazy_dataclass import dataclass
from planner.core.secrets import HIDDEN, is_secret_key

Declared = Mapping[str, RawBlock]


@dataclass(frozen=True, slots=True, kw_only=True)
class Variables:
    """The variables that have a value, the names of those that have none, and what is wrong."""

    inputs: tuple[InputVariable, ...] = ()
    failed: frozenset[str] = frozenset()
    faults: tuple[Fault, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def values(self) -> dict[str, Any]:
        """Return the values by name."""
        return {one.name: one.value for one in self.inputs}


def resolve_variables(declared: Declared, given: tuple[Given, ...]) -> Variables:
    """Return the value of each declared variable: the last of ``given``, which is sorted lowest to highest."""
    known = {one.name: one for one in given}
    tables = keep_tables(declared)
    faults: list[Fault] = []
    inputs: list[InputVariable] = []
    for name, block in tables.items():
        found = _settle(block, known.get(name) or _find_default(block, name))
        if isinstance(found, InputVariable):
            inputs.append(found)
        else:
            faults.append(found)
    faults += [fault for name, block in tables.items() for fault in _check_block(block, name)]
    rules = {one.name: tuple(_check_rules(declared[one.name], one)) for one in inputs}
    faults += [fault for found in rules.values() for fault in found]
    broken = {name for name, found in rules.items() if found}
    values = tuple(one for one in inputs if one.name not in broken)
    strangers = [one for one in given if one.name not in declared]
    return Variables(
        inputs=values,
        failed=frozenset(declared) - {one.name for one in values},
        faults=(*faults, *(_report_stranger(one, declared) for one in strangers if one.document)),
        diagnostics=tuple(_report_option(one, declared) for one in strangers if one.source == "option"),
    )


WITHOUT_VALUE: Final = "config.variable-without-value"
_SHOWN_IN: Final = "Values of variables stand in plans, in what CI keeps of them, and on command lines."


def _find_default(block: RawBlock, name: str) -> Given | None:
    if "default" not in block.body:
        return None
    return Given(name=name, value=block.body["default"], source="default")


def _settle(block: RawBlock, given: Given | None) -> InputVariable | Fault:
    name = str(block.path[-1])
    if given is None:
        return _report_missing(block, name)
    type_ = find_type(block.body.get("type"), block.body.get("default"))
    try:
        if given.is_text and isinstance(given.value, str):
            value = parse_text(given.value, type_=type_)
        else:
            value = fit_value(given.value, type_=type_)
    except MisfitError as error:
        return _report_misfit(block, given, why=str(error))
    if given.source != "default" and _has_unsafe(value):
        return _report_misfit(block, given, why="It holds a control or direction character.")
    return InputVariable(name=name, value=value, source=given.source)


def _has_unsafe(value: Any) -> bool:
    match value:
        case str():
            return is_unsafe_text(value)
        case list():
            return any(map(_has_unsafe, value))
        case dict():
            return any(is_unsafe_text(key) or _has_unsafe(one) for key, one in value.items())
        case _:
            return False


def _report_missing(block: RawBlock, name: str) -> Fault:
    words = read_text(block, "description")
    return block.make_fault(
        code=WITHOUT_VALUE,
        summary="variable without a value",
        detail=f"{name}{f' ({words})' if words else ''} has no default, and nobody gives it a value. Give one by "
        f"--var {name}=VALUE, by {name} = VALUE in a file of --var-file FILE or in a *.auto.vars.toml file of this "
        f"directory, by {PREFIX}{name} in the environment, or write default here.",
        is_value=False,
    )


def _report_misfit(block: RawBlock, given: Given, *, why: str) -> Fault:
    words = f"The value from {given.origin} does not fit. {why}"
    if given.document is not None:
        return Fault(
            file=given.document.file,
            path=(given.name,),
            code="config.variable-value",
            summary="value does not fit its variable",
            detail=f"[variable.{given.name}] is declared in {block.file}. {why}",
            is_value=True,
        )
    steps = ("default",) if given.source == "default" else ()
    return block.make_fault(
        *steps, code="config.variable-value", summary="value does not fit its variable", detail=words
    )


def _check_block(block: RawBlock, name: str) -> Iterator[Fault]:
    if is_secret_key(name):
        fault = block.make_fault(
            code="config.secret-variable",
            summary="variable that looks like a secret",
            detail=f"{_SHOWN_IN} Credentials are given in the environment alone (HW_ACCESS_KEY and HW_SECRET_KEY, or "
            "HW_AUTH_TOKEN). Give the variable another name where it is none.",
            is_value=False,
        )
        yield replace(fault, severity=Severity.WARNING)


def _check_rules(block: RawBlock, given: InputVariable) -> Iterator[Fault]:
    from planner.config.cel import evaluate

    for row in read_rows(block, "validation"):
        condition = read_text(row, "condition")
        if not condition:
            continue
        try:
            verdict = evaluate(condition, {"value": given.value})
        except CelError as error:
            yield replace(_report_condition(row, why=error.words), offset=error.start)
            continue
        if not isinstance(verdict, bool):
            yield _report_condition(row, why="It comes to something else than true or false.")
        elif not verdict:
            yield _report_refused(block, row, given)


def _report_condition(row: RawBlock, *, why: str) -> Fault:
    return row.make_fault(
        "condition", code="config.expression", summary="condition cannot be judged", detail=f"{why} It reads value."
    )


def _report_refused(block: RawBlock, row: RawBlock, given: InputVariable) -> Fault:
    shown = HIDDEN if is_secret_key(given.name) else format_value(given.value)
    origin = Given(name=given.name, value=None, source=given.source).origin
    return block.make_fault(
        code="config.variable-refused",
        summary="value breaks a rule of its variable",
        detail=f"{given.name} is {shown}, from {origin}: {read_text(row, 'error_message').rstrip('.')}. "
        f"The rule is: {read_text(row, 'condition')}",
        is_value=False,
    )


def _report_stranger(given: Given, declared: Declared) -> Fault:
    return Fault(
        file=given.document.file if given.document else "",
        path=(given.name,),
        code="config.undeclared-variable",
        summary="value for a variable that nobody declares",
        detail=f"No file has [variable.{given.name}], so that this value is used by nothing. "
        f"{find_near(given.name, declared)}Correct the name, declare the variable, or delete the line.",
        severity=Severity.WARNING,
    )


def _report_option(given: Given, declared: Declared) -> Diagnostic:
    return make_error(
        "config.undeclared-variable",
        "value for a variable that nobody declares",
        detail=f"No file has [variable.{given.name}], so that --var {given.name} changes nothing. "
        f"{find_near(given.name, declared)}Declared: {', '.join(sorted(declared)) or 'none'}.",
    )
