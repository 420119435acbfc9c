"""From files with expressions to the same files without: variables, locals and instances worked in.

What comes out is read by the checks like files that somebody wrote by hand: a block of ``for_each`` stands there once
for each instance, under the name ``team["a"]``.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field, replace
from typing import Any

from planner.config.blocks import RawBlock, keep_tables
from planner.config.documents import Document
from planner.config.evaluating import Site, resolve_value
from planner.config.evaluation import Scope
from planner.config.faults import Fault
from planner.config.findings import Findings
from planner.config.language import PLACE_CODE, explain_literal, is_block_path
from planner.config.positions import TomlPath
from planner.config.scopes import Declarations, Scopes, add_each, build_scopes
from planner.config.templates import has_expression
from planner.config.variables import Variables
from planner.core.addresses import Address
from planner.core.lazy_dataclass import dataclass
from planner.core.trees import Tree, as_tree
from planner.kinds.names import BLOCK_KINDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Expanded:
    """The files as the checks read them; ``silent`` are places about which nothing more is to be said.

    ``is_whole`` is False where the instances of a block are not known, so that references cannot be judged.
    """

    documents: tuple[Document, ...]
    faults: tuple[Fault, ...] = ()
    silent: frozenset[tuple[str, TomlPath]] = frozenset()
    is_whole: bool = True
    scope: Scope = field(default_factory=Scope)


def find_declared(documents: Iterable[Document], table: str) -> tuple[dict[str, RawBlock], tuple[Fault, ...]]:
    """Return what the tables ``table`` of all files declare by name, the first of a name; and the faults of others."""
    found: dict[str, RawBlock] = {}
    faults: list[Fault] = []
    for document in documents:
        for name, body in as_tree(document.tree.get(table)).items():
            block = RawBlock(file=document.file, path=(table, name), body=body)  # type: ignore[arg-type]
            first = found.setdefault(name, block)
            if first is not block:
                faults.append(_make_double_fault(block, first))
    return found, tuple(faults)


def find_declared_tables(documents: Iterable[Document], table: str) -> tuple[dict[str, RawBlock], tuple[Fault, ...]]:
    """Return what ``find_declared`` does, without what is no table."""
    found, faults = find_declared(documents, table)
    return keep_tables(found), faults


def expand_documents(documents: tuple[Document, ...], variables: Variables) -> Expanded:
    """Return ``documents`` with all expressions evaluated. A file without expressions comes back as it is."""
    findings = Findings()
    local, doubles = find_declared(documents, "locals")
    scopes = build_scopes(Declarations(locals=local, blocks=_find_blocks(documents)), variables, findings)
    expanded = tuple(_expand(document, scopes, findings) for document in documents)
    return Expanded(
        documents=expanded,
        faults=(*doubles, *findings.faults),
        silent=frozenset(findings.silent),
        is_whole=None not in scopes.repetitions.values(),
        scope=scopes.scope,
    )


def _find_blocks(documents: Iterable[Document]) -> dict[tuple[str, str], RawBlock]:
    found: dict[tuple[str, str], RawBlock] = {}
    for document in documents:
        for kind in BLOCK_KINDS:
            for name, body in as_tree(document.tree.get(kind)).items():
                found.setdefault((kind, name), RawBlock(file=document.file, path=(kind, name), body=as_tree(body)))
    return found


def _make_double_fault(block: RawBlock, first: RawBlock) -> Fault:
    shown = ".".join(map(str, block.path))
    return block.make_fault(
        code="config.duplicate-block",
        summary="the same name twice",
        detail=f"{shown} is declared in {first.file} and again in {block.file}; which of the two is wanted cannot be "
        "known. Delete one, or give it another name.",
        is_value=False,
    )


def _expand(document: Document, scopes: Scopes, findings: Findings) -> Document:
    tree: Tree = {}
    for key, value in document.tree.items():
        path = (key,)
        site = Site(file=document.file, scope=scopes.scope, findings=findings)
        if why := explain_literal(path):
            for fault in _find_misplaced(value, path, file=document.file, why=why):
                findings.add(fault)
            tree[key] = value
        elif is_block_path(path):
            tree[key] = _expand_kind(value, path, site=site, scopes=scopes) if isinstance(value, dict) else value
        elif key == "locals":
            tree[key] = value
        else:
            tree[key] = resolve_value(value, path, site=replace(site, scope=_keep_values(site.scope)))
    is_same = all(tree[key] is value for key, value in document.tree.items())
    return document if is_same else replace(document, tree=tree)


def _keep_values(scope: Scope) -> Scope:
    """Return ``scope`` for settings, which are read before any block is: variables and locals alone."""
    kept = ("var", "local")
    return Scope(values={root: scope.values[root] for root in kept}, failed={root: scope.failed[root] for root in kept})


def _expand_kind(table: Tree, path: TomlPath, *, site: Site, scopes: Scopes) -> Tree:
    found = dict(_expand_blocks(table, path, site=site, scopes=scopes))
    is_same = found.keys() == table.keys() and all(found[name] is table[name] for name in table)
    return table if is_same else found


def _expand_blocks(table: Tree, path: TomlPath, *, site: Site, scopes: Scopes) -> Iterator[tuple[str, Any]]:
    kind = str(path[0])
    for name, body in table.items():
        repetition = scopes.repetitions.get((kind, name))
        if not isinstance(body, dict) or "for_each" not in body:
            yield name, resolve_value(body, (*path, name), site=site)
        elif repetition is None:
            site.findings.silence(site.file, (*path, name))
            yield name, body
        else:
            yield from _expand_block(body, (*path, name), site=site, values=repetition.values)


def _expand_block(body: Tree, path: TomlPath, *, site: Site, values: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    single = {key: value for key, value in body.items() if key != "for_each"}
    for key, value in values.items():
        address = Address(kind=str(path[0]), name=str(path[1]), key=key)
        name = str(address).partition(".")[2]
        within = replace(site, scope=add_each(site.scope, {"key": key, "value": value}))
        yield name, resolve_value(single, (path[0], name), site=within)


def _find_misplaced(value: Any, path: TomlPath, *, file: str, why: str) -> Iterator[Fault]:
    match value:
        case str() if has_expression(value):
            yield Fault(
                file=file,
                path=path,
                code=PLACE_CODE,
                summary="no expression may stand here",
                detail=why,
                is_value=True,
            )
        case dict():
            for key, one in value.items():
                yield from _find_misplaced(one, (*path, key), file=file, why=why)
        case list():
            for index, one in enumerate(value):
                yield from _find_misplaced(one, (*path, index), file=file, why=why)
        case _:
            return
