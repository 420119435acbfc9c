"""What is to be written to adopt live objects: blocks, their names, references between them, and what is left out."""

from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from typing import Final

from planner.config.block_naming import make_block_name
from planner.config.block_settling import WHOLE, settle_block
from planner.config.blocks import build_blocks
from planner.config.documents import Document
from planner.config.link_checks import find_link_faults
from planner.config.templates import escape_value
from planner.core.addresses import Address
from planner.core.lazy_dataclass import dataclass
from planner.core.trees import Tree, as_text, as_tree
from planner.kinds.block_bodies import build_body

Owners = Mapping[tuple[str, str], Address]
"""Addresses of blocks by the kind and id of the object that they stand for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One object that can be adopted: ``name`` is what its block should be called, ``tree`` is API-shaped.

    ``remarks`` are lines of comment for its block.
    """

    kind: str
    id: str
    name: str
    tree: Tree
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptedBlock:
    """A block as it is written: texts are escaped, references are spelled."""

    address: Address
    id: str
    body: Tree
    found: Found


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """What is not written: of ``where`` (an address, or kind and id) the parts ``labels``, or all of it."""

    where: str
    why: str
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What is there already: the files, all addresses of files and state, and which block owns which id."""

    documents: tuple[Document, ...] = ()
    addresses: frozenset[Address] = frozenset()
    owners: Owners = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Adoption:
    """The blocks to write, networks first, by name; and everything that is not written, each with its reason."""

    blocks: tuple[AdoptedBlock, ...]
    left_out: tuple[LeftOut, ...] = ()


def build_adoption(found: Iterable[Found], surroundings: Surroundings) -> Adoption:
    """Return the blocks of ``found`` that the configuration takes; the order of ``found`` does not matter."""
    drafts, left_out = _settle_all(sorted(found, key=lambda one: (one.kind, one.name, one.id)), surroundings)
    while True:
        linked = tuple(_link(one, drafts, surroundings) for one in drafts)
        refused = _find_refused(linked, surroundings)
        if not refused:
            return Adoption(blocks=linked, left_out=tuple(left_out))
        left_out += [LeftOut(where=_name(one.found), why=why) for one in drafts if (why := refused.get(one.address))]
        drafts = tuple(one for one in drafts if one.address not in refused)


def drop_blocks(adoption: Adoption, refused: Mapping[Address, str], surroundings: Surroundings) -> Adoption:
    """Return ``adoption`` without the blocks of ``refused``, each with the words that say why; references follow."""
    kept = tuple(one.found for one in adoption.blocks if one.address not in refused)
    gone = [one for one in adoption.blocks if one.address in refused]
    again = build_adoption(kept, surroundings)
    told = (LeftOut(where=_name(one.found), why=refused[one.address]) for one in gone)
    return replace(again, left_out=tuple(dict.fromkeys((*adoption.left_out, *told))))


def make_document(blocks: Iterable[AdoptedBlock], *, file: str = "") -> Document:
    """Return the values that ``blocks`` and the imports beside them hold, as a file that is not written yet."""
    listed = tuple(blocks)
    tree: Tree = {"import": [{"to": str(one.address), "id": one.id} for one in listed]}
    for kind in dict.fromkeys(one.address.kind for one in listed):
        tree[kind] = {one.address.name: one.body for one in listed if one.address.kind == kind}
    return Document(file=file, text="", tree=tree)


_LINKS: Final = (("network", "network"), ("parent", "pool"))
"""Keys of a pool that hold an id, and the kind of which."""
_UNKNOWN: Final = "the files have no key for it"


def _settle_all(found: Iterable[Found], surroundings: Surroundings) -> tuple[tuple[AdoptedBlock, ...], list[LeftOut]]:
    taken = {kind: {one.name for one in surroundings.addresses if one.kind == kind} for kind in ("network", "pool")}
    blocks: list[AdoptedBlock] = []
    left_out: list[LeftOut] = []
    for one in found:
        address = Address(kind=one.kind, name=make_block_name(one.name, taken=taken[one.kind]))
        built = build_body(one.kind, one.tree)
        settled = settle_block(address, as_tree(escape_value(built.body)), id_=one.id)
        if built.unknown:
            left_out.append(LeftOut(where=str(address), labels=built.unknown, why=_UNKNOWN))
        for omission in settled.omissions:
            is_whole = omission.label == WHOLE
            where, labels = (_name(one), ()) if is_whole else (str(address), (omission.label,))
            left_out.append(LeftOut(where=where, labels=labels, why=omission.why))
        if settled.body is not None:
            taken[one.kind].add(address.name)
            blocks.append(AdoptedBlock(address=address, id=one.id, body=settled.body, found=one))
    return tuple(blocks), left_out


def _link(block: AdoptedBlock, drafts: tuple[AdoptedBlock, ...], surroundings: Surroundings) -> AdoptedBlock:
    """Return ``block`` with references in place of the ids of objects that have an address."""
    owners = {**surroundings.owners, **{(one.address.kind, one.id): one.address for one in drafts}}
    body = dict(block.body)
    for key, kind in _LINKS:
        owner = owners.get((kind, as_text(body.get(key, ""))))
        if owner is not None and not owner.key:
            body[key] = f"${{{owner}.id}}"
    return replace(block, body=body)


def _find_refused(blocks: tuple[AdoptedBlock, ...], surroundings: Surroundings) -> dict[Address, str]:
    """Return the blocks that do not go together with the others and with the files, and why."""
    document = make_document(blocks)
    faults = find_link_faults(build_blocks((*surroundings.documents, document)))
    return {
        Address(kind=str(one.path[0]), name=str(one.path[1])): one.summary
        for one in faults
        if one.file == document.file
    }


def _name(found: Found) -> str:
    return f"{found.kind} {found.id}"
