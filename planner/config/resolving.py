"""Variables, then expressions: from the files as they are written to the files as they are meant."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from planner.config.blocks import RawBlock
from planner.config.documents import Document
from planner.config.evaluation import Scope
from planner.config.expanding import expand_documents, find_declared, find_declared_tables
from planner.config.faults import Fault
from planner.config.language import PLACE_CODE
from planner.config.policies import find_policy_faults
from planner.config.positions import TomlPath
from planner.config.templates import has_expression
from planner.config.variable_inputs import (
    Given,
    VariableInputs,
    find_carried_values,
    find_environment_values,
    find_option_values,
    load_variable_files,
)
from planner.config.variables import resolve_variables
from planner.core.diagnostics import Diagnostic
from planner.core.inputs import InputVariable
from planner.core.lazy_dataclass import dataclass
from planner.core.trees import as_tree
from planner.kinds.names import BLOCK_KINDS
from planner.kinds.value_rules import is_block_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """The files with expressions worked in; see ``expanding.Expanded`` for ``silent`` and ``is_whole``."""

    documents: tuple[Document, ...]
    variable_files: tuple[Document, ...] = ()
    variables: tuple[InputVariable, ...] = ()
    faults: tuple[Fault, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    silent: frozenset[tuple[str, TomlPath]] = frozenset()
    is_whole: bool = True
    scope: Scope
    policies: Mapping[str, RawBlock]


def resolve_documents(
    documents: tuple[Document, ...],
    directory: Path,
    environment: Mapping[str, str],
    *,
    inputs: VariableInputs,
    variable_files: tuple[Path, ...] = (),
) -> Resolved:
    """Give the variables their values and evaluate every expression of ``documents``.

    ``variable_files`` are those that the documents themselves name.
    """
    declared, doubles = find_declared(documents, "variable")
    rows, unread = load_variable_files(directory, inputs, included=variable_files)
    if inputs.carried is None:
        outside = find_environment_values(environment, frozenset(declared))
        options, malformed = find_option_values(inputs.options)
    else:
        outside, options, malformed = find_carried_values(inputs.carried), (), ()
    given = sorted((*outside, *rows, *options), key=lambda one: _RANKS.index(one.source))
    variables = resolve_variables(declared, tuple(given))
    expanded = expand_documents(documents, variables)
    policies, twice = find_declared_tables(documents, "policy")
    _, again = find_declared_tables(documents, "rollout")
    bad_policies = find_policy_faults(policies, expanded.scope)
    files = tuple({id(one.document): one.document for one in rows if one.document}.values())
    faults = (
        *_find_bad_names(documents),
        *doubles,
        *variables.faults,
        *_find_expressions(rows),
        *expanded.faults,
        *twice,
        *again,
    )
    return Resolved(
        documents=expanded.documents,
        variable_files=files,
        variables=variables.inputs,
        faults=(*faults, *bad_policies),
        diagnostics=(*unread, *malformed, *variables.diagnostics),
        silent=expanded.silent,
        is_whole=expanded.is_whole,
        scope=expanded.scope,
        policies=policies,
    )


_RANKS: Final = ("default", "environment", "auto_file", "file", "option")


def _find_bad_names(documents: Iterable[Document]) -> Iterator[Fault]:
    """Yield names of blocks that look like instances: those are made by ``for_each`` alone."""
    for document in documents:
        for kind in BLOCK_KINDS:
            for name in as_tree(document.tree.get(kind)):
                if "[" in name and not is_block_name(name):
                    yield Fault(
                        file=document.file,
                        path=(kind, name),
                        code="config.bad-name",
                        summary="name is not accepted",
                        detail="Block names start with a letter or _, and hold letters, digits, _ and -. Instances "
                        'such as team["a"] are made by for_each in the block team.',
                    )


def _find_expressions(rows: Iterable[Given]) -> Iterator[Fault]:
    for row in rows:
        if row.document is not None and _holds_expression(row.value):
            yield Fault(
                file=row.document.file,
                path=(row.name,),
                code=PLACE_CODE,
                summary="no expression may stand here",
                detail="A file of variables holds plain values; what is computed belongs into [locals] of a "
                "*.pools.toml file. A literal ${ is written $${ there.",
                is_value=True,
            )


def _holds_expression(value: object) -> bool:
    match value:
        case str():
            return has_expression(value)
        case list():
            return any(map(_holds_expression, value))
        case dict():
            return any(map(_holds_expression, value.values()))
        case _:
            return False
