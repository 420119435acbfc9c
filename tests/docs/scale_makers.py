"""Diagnostics of ``scale``, each made by poolctl's own code."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from planner.config import count_edits, text_edits
from planner.config.documents import Document
from planner.config.load import load_configuration
from planner.core.addresses import Address
from planner.core.diagnostics import Diagnostic, PoolctlError
from planner.core.scaling import ScaleTarget
from planner.workflow import scale, scale_errand, scale_files

TRAINING: Final = Address(kind="pool", name="training")
SEARCH: Final = Address(kind="pool", name="search")
FLAVOR: Final = "modelarts.vm.gpu.t4u8"
_FILE: Final = "main.pools.toml"
_EIGHT: Final = ScaleTarget(flavor=FLAVOR, count=8)
_EDIT: Final = text_edits.NumberEdit(file=_FILE, path=(), label="count", line=7, before=4, after=8)


def _scale(count: str, *targets: ScaleTarget, address: Address = TRAINING) -> Diagnostic:
    """Return what is told of scaling a pool of one entry whose nodes are written as ``count``."""
    block = f'[pool.training]\nname = "training"\ntype = "Dedicate"\n[[pool.training.resources]]\nflavor = "{FLAVOR}"\n'
    Path(_FILE).write_text(f"{block}{count}\n", encoding="utf-8")
    loaded = load_configuration(Path(), {})
    assert loaded.desired is not None, loaded.diagnostics
    asked = targets or (_EIGHT,)
    return count_edits.find_count_edits(loaded.sources, loaded.desired, address=address, targets=asked).faults[0]


def _replace_changed() -> Diagnostic:
    document = Document(file=_FILE, text="", tree={})
    Path(_FILE).write_text("# another\n", encoding="utf-8")
    try:
        scale_files.replace_document(Path(), document, by=document)
    except PoolctlError as error:
        return error.diagnostics[0]
    message = "nothing was raised"
    raise AssertionError(message)


SCALE_MAKERS: Final[Mapping[str, Callable[[], Diagnostic]]] = {
    "scale.address": lambda: _scale("count = 4", address=SEARCH),
    "scale.expression": lambda: _scale('count = "${local.size}"\n[locals]\nsize = 4'),
    "scale.faulty": lambda: scale._report_faulty(_FILE),
    "scale.file-changed": _replace_changed,
    "scale.kept": lambda: scale_errand._report_kept(TRAINING, _EIGHT, planned=4),
    "scale.left-edit": lambda: scale_errand._report_left_edit([_EDIT]),
    "scale.node-pool": lambda: _scale(
        f'count = 4\n[[pool.training.resources]]\nflavor = "{FLAVOR}"\nnode_pool = "np"\ncount = 1'
    ),
    "scale.range": lambda: _scale("count = { min = 2, max = 6 }"),
    "scale.taken-back": lambda: scale_errand._report_taken_back(TRAINING, _FILE),
    "scale.twice": lambda: _scale("count = 4", _EIGHT, _EIGHT),
    "scale.unfinished": lambda: scale_errand._report_unfinished(TRAINING, _FILE),
    "scale.unreadable": lambda: scale._report_unreadable((_EDIT,)),
    "scale.untracked": lambda: scale_errand._report_untracked(TRAINING),
    "scale.zone": lambda: _scale('azs = [{ az = "eu-de-01", count = 2 }, { az = "eu-de-02", count = 2 }]'),
}
"""One maker a code."""
