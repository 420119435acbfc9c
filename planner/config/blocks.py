"""The blocks of all files side by side, as the checks read them: raw tables with their places."""

from collections.abc import Iterable, Iterator, Mapping

from planner.config.documents import Document
from planner.config.faults import Fault
from planner.config.positions import TomlPath
from planner.core.addresses import Address, parse_address
from planner.core.lazy_dataclass import dataclass
from planner.core.trees import Tree, as_list, as_text, as_tree
from planner.kinds.names import BLOCK_KINDS


@dataclass(frozen=True, slots=True, kw_only=True)
class RawBlock:
    """One table of a file. Its values have any type: checks read them with ``as_text`` and its kin."""

    file: str
    path: TomlPath
    body: Tree

    @property
    def kind(self) -> str:
        """Return the table that this one is below: ``pool`` or ``network`` for those that have an address."""
        return str(self.path[0])

    @property
    def address(self) -> Address:
        """Return the address of a pool's or network's block."""
        kind, name = str(self.path[0]), str(self.path[1])
        return parse_address(f"{kind}.{name}") or Address(kind=kind, name=name)

    def make_fault(self, *steps: str | int, code: str, summary: str, detail: str, is_value: bool = True) -> Fault:
        """Return a fault at ``steps`` below this block."""
        path = (*self.path, *steps)
        return Fault(file=self.file, path=path, code=code, summary=summary, detail=detail, is_value=is_value)


@dataclass(frozen=True, slots=True, kw_only=True)
class RawBlocks:
    """All blocks: pools and networks by address (the first declaration), rows of requests, settings, rollouts."""

    declared: tuple[RawBlock, ...]
    by_address: Mapping[Address, RawBlock]
    requests: Mapping[str, tuple[RawBlock, ...]]
    settings: Mapping[TomlPath, tuple[RawBlock, ...]]
    rollouts: tuple[RawBlock, ...] = ()


REQUESTS = ("removed", "moved", "import", "allow")
SETTINGS: tuple[tuple[str, ...], ...] = (
    ("poolctl",),
    ("backend",),
    ("provider", "modelarts"),
    ("guards",),
    ("prices",),
)


def keep_tables(blocks: Mapping[str, RawBlock]) -> dict[str, RawBlock]:
    """Return the ``blocks`` that are tables: of what stands in the place of one, the check of all shapes tells."""
    return {name: block for name, block in blocks.items() if isinstance(block.body, dict)}


def build_blocks(documents: Iterable[Document]) -> RawBlocks:
    """Return the blocks of ``documents``, in file order."""
    documents = tuple(documents)
    declared = tuple(block for document in documents for block in _find_declared(document))
    return RawBlocks(
        declared=declared,
        by_address=_index(declared),
        requests={name: tuple(_find_rows(documents, name)) for name in REQUESTS},
        settings={path: tuple(_find_settings(documents, path)) for path in SETTINGS},
        rollouts=tuple(_find_named(documents, "rollout")),
    )


def read_rows(block: RawBlock, name: str) -> Iterator[RawBlock]:
    """Yield the tables of the list ``name`` in ``block``."""
    for index, row in enumerate(as_list(block.body.get(name))):
        if isinstance(row, dict):
            yield RawBlock(file=block.file, path=(*block.path, name, index), body=row)


def read_text(block: RawBlock, key: str) -> str:
    """Return the text at ``key``, empty where there is none."""
    return as_text(block.body.get(key))


def _index(declared: Iterable[RawBlock]) -> Mapping[Address, RawBlock]:
    found: dict[Address, RawBlock] = {}
    for block in declared:
        found.setdefault(block.address, block)
    return found


def _find_declared(document: Document) -> Iterator[RawBlock]:
    for kind in BLOCK_KINDS:
        yield from _find_named((document,), kind)


def _find_named(documents: Iterable[Document], table: str) -> Iterator[RawBlock]:
    for document in documents:
        for name, body in as_tree(document.tree.get(table)).items():
            yield RawBlock(file=document.file, path=(table, name), body=as_tree(body))


def _find_rows(documents: Iterable[Document], name: str) -> Iterator[RawBlock]:
    for document in documents:
        yield from read_rows(RawBlock(file=document.file, path=(), body=document.tree), name)


def _find_settings(documents: Iterable[Document], path: tuple[str, ...]) -> Iterator[RawBlock]:
    for document in documents:
        body = document.tree
        for step in path:
            body = as_tree(body.get(step))
        if body:
            yield RawBlock(file=document.file, path=path, body=body)
