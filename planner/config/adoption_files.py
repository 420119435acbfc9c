"""Adopted blocks spread over new files: names that nothing has yet, contents in the layout of ``fmt``."""

from collections.abc import Collection, Iterable, Mapping
from typing import Final, cast

import tomli

from planner.config.adoption import AdoptedBlock
from planner.config.block_naming import make_file_stem
from planner.config.block_texts import format_blocks, format_imports
from planner.config.documents import SUFFIX, Document
from planner.core.trees import Tree, as_text, find_member


def build_files(
    blocks: Iterable[AdoptedBlock], *, label: str, taken: Collection[str], heading: Iterable[str]
) -> Mapping[str, Document]:
    """Return the files that hold ``blocks`` and their imports, by name; none of ``taken`` is among the names.

    ``label``: pools that have this label stand in a file of their own for each of its values; empty for one file.
    ``heading`` is the comment that files of blocks begin with.
    """
    groups: dict[str, list[AdoptedBlock]] = {}
    for block in blocks:
        groups.setdefault(_find_group(block, label), []).append(block)
    names = {one.lower().removesuffix(SUFFIX) for one in taken}
    files: dict[str, Document] = {}
    for group in sorted(groups):
        stem = make_file_stem(_STEM, group, taken=names)
        names.add(stem.lower())
        files[f"{stem}{SUFFIX}"] = _make_document(f"{stem}{SUFFIX}", format_blocks(groups[group], heading=heading))
    if groups:
        stem = make_file_stem(_IMPORTS, "", taken=names)
        imported = [one for group in sorted(groups) for one in groups[group]]
        files[f"{stem}{SUFFIX}"] = _make_document(f"{stem}{SUFFIX}", format_imports(imported, heading=_IMPORTS_HEADING))
    return files


_STEM: Final = "adopted"
_IMPORTS: Final = "imports"
_IMPORTS_HEADING: Final = (
    "Which object each block stands for. After the apply a row has no effect any more and can go,",
    "but for pools whose name is longer than 25 characters: their rows say that they are there.",
)


def _find_group(block: AdoptedBlock, label: str) -> str:
    if not label or block.address.kind != "pool":
        return ""
    return as_text(find_member(block.found.tree, "metadata", "labels", label))


def _make_document(file: str, text: str) -> Document:
    return Document(file=file, text=text, tree=cast("Tree", tomli.loads(text)))
