"""A block that is written for somebody: what the configuration would refuse is left out, and told.

The checks of ``validate`` decide themselves, so that what is written is what they take.
"""

from collections.abc import Iterator, Mapping

from planner.config.blocks import RawBlock, build_blocks
from planner.config.documents import Document
from planner.config.faults import Fault
from planner.config.pool_checks import find_network_faults, find_pool_faults
from planner.config.positions import TomlPath
from planner.config.service_checks import find_service_faults
from planner.config.shape_checks import find_shape_faults
from planner.config.value_checks import find_value_faults
from planner.config.wording import format_path
from planner.core.addresses import Address
from planner.core.diagnostics import Severity
from planner.core.lazy_dataclass import dataclass
from planner.core.secrets import is_secret_key
from planner.core.trees import Tree, Value, as_list, as_tree

WHOLE = ""
"""The label of a block that is left out as a whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Omission:
    """A part of a block that is left out, as a config path (``WHOLE`` for all of it), and the words that say why."""

    label: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledBlock:
    """What of a block the configuration takes: None where a key that it cannot do without is refused."""

    body: Tree | None
    omissions: tuple[Omission, ...] = ()


def settle_block(address: Address, body: Tree, *, id_: str) -> SettledBlock:
    """Return ``body`` less everything that ``validate`` refuses in it, and less values that are secrets.

    ``id_`` is the id that the block is imported by.
    """
    omissions = [*_find_secrets(body), *_find_incomplete(body)]
    settled = _leave_out(body, {one.path for one in omissions})
    told = {one.path: one.why for one in omissions}
    while True:
        refused = {
            path: fault for fault in _find_faults(address, settled, id_=id_) for path in _find_parts(settled, fault)
        }
        if not refused:
            break
        told |= {path: _explain(fault) for path, fault in refused.items()}
        before, settled = settled, _leave_out(settled, set(refused))
        if () in refused or settled == before:
            return SettledBlock(body=None, omissions=(Omission(label=WHOLE, why=_name_reason(told)),))
    parts = tuple(Omission(label=format_path(path), why=why) for path, why in told.items())
    return SettledBlock(body=settled, omissions=parts)


_RULES = frozenset({"config.bad-value", "config.out-of-range", "config.name-pattern"})
"""Codes whose detail says what a value would have to be."""
_SINGLE_ENTRIES = frozenset({"resources", "tags", "taints"})
"""Lists whose entries are kept one by one (semantics 3): of the others nothing can be left out alone."""
_HIDDEN = "its name says that it is a secret"
_NO_STRATEGY = "a driver version needs an update_strategy beside it, and the service tells none"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    path: TomlPath
    why: str


def _find_faults(address: Address, body: Tree, *, id_: str) -> Iterator[Fault]:
    imports: list[Value] = [{"to": str(address), "id": id_}]
    document = Document(file="", text="", tree={address.kind: {address.name: body}, "import": imports})
    block = RawBlock(file="", path=(address.kind, address.name), body=body)
    checks = find_pool_faults if address.kind == "pool" else find_network_faults
    faults = (
        *find_value_faults(document),
        *find_shape_faults(document),
        *checks(block),
        *find_service_faults(build_blocks((document,))),
    )
    return (one for one in faults if one.severity is Severity.ERROR)


def _explain(fault: Fault) -> str:
    """Return why a value is refused: the rule, where the summary alone does not tell it."""
    return fault.detail.rstrip(".") if fault.code in _RULES else fault.summary


def _find_parts(body: Tree, fault: Fault) -> Iterator[TomlPath]:
    """Yield the paths that have to go for ``fault``: whole lists where their entries belong together."""
    # A fault of the import is one of the whole block.
    steps = () if fault.path[0] == "import" else fault.path[2:]
    for index, step in enumerate(steps):
        if isinstance(step, int) and steps[index - 1] not in _SINGLE_ENTRIES:
            yield steps[:index]
            return
    if fault.code == "config.duplicate-entry":
        yield from _find_twins(body, steps)
    yield steps


def _find_twins(body: Tree, steps: TomlPath) -> Iterator[TomlPath]:
    """Yield the entries of ``resources`` that nothing tells apart from the one at ``steps``."""
    entries = [as_tree(one) for one in as_list(body.get("resources", []))]
    match steps:
        case ("resources", int(index)):
            key = _read_key(entries[index])
            yield from (("resources", other) for other, entry in enumerate(entries) if _read_key(entry) == key)
        case _:
            return


def _read_key(entry: Tree) -> tuple[Value, ...]:
    return tuple(entry.get(name) for name in ("flavor", "node_pool", "creating_step"))


def _find_secrets(body: Tree) -> Iterator[_Part]:
    tables: list[tuple[TomlPath, Value]] = [((name,), body.get(name)) for name in ("labels", "annotations")]
    for path, table in (*tables, *_find_entry_tables(body)):
        for key in as_tree(table):
            if is_secret_key(key):
                yield _Part(path=(*path, key), why=_HIDDEN)


def _find_entry_tables(body: Tree) -> Iterator[tuple[TomlPath, Value]]:
    for index, entry in enumerate(as_list(body.get("resources", []))):
        for name in ("labels", "extend_params"):
            yield ("resources", index, name), as_tree(entry).get(name)


def _find_incomplete(body: Tree) -> Iterator[_Part]:
    driver = as_tree(body.get("driver", {}))
    if driver and "update_strategy" not in driver:
        yield _Part(path=("driver",), why=_NO_STRATEGY)


def _leave_out(body: Tree, paths: set[TomlPath]) -> Tree:
    return as_tree(_prune(body, paths, path=()))


def _prune(value: Value, paths: set[TomlPath], *, path: TomlPath) -> Value:
    """Return ``value`` without what ``paths`` name, and without tables and lists that are empty then."""
    match value:
        case dict():
            members = {key: (one, (*path, key)) for key, one in value.items() if (*path, key) not in paths}
            pruned = {key: _prune(one, paths, path=below) for key, (one, below) in members.items()}
            return {key: one for key, one in pruned.items() if one not in ({}, [])}
        case list():
            entries = [(one, (*path, index)) for index, one in enumerate(value) if (*path, index) not in paths]
            return [_prune(one, paths, path=below) for one, below in entries]
        case _:
            return value


def _name_reason(told: Mapping[TomlPath, str]) -> str:
    return "; ".join(dict.fromkeys(f"{format_path(path)}: {why}" if path else why for path, why in told.items()))
