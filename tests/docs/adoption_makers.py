"""Diagnostics of adoption, each made by poolctl's own code."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Final

from planner.config.documents import Document
from planner.config.drift_edits import DriftEdits, find_drift_edits
from planner.config.load import load_configuration
from planner.core.addresses import Address
from planner.core.changes import DriftRow
from planner.core.desired import DesiredState
from planner.core.diagnostics import Diagnostic, PoolctlError
from planner.views import adoption_text
from planner.workflow import adoption_saving, drift_adopt
from planner.workflow.workplace import Files

TRAINING: Final = Address(kind="pool", name="training")
SEARCH: Final = Address(kind="pool", name="search")
FLAVOR: Final = "modelarts.vm.gpu.t4u8"
_FILE: Final = "main.pools.toml"
_LEFT_OUT: Final = (
    ("pool.training", ("description",), "value is not accepted"),
    ("pool training-86c13962597848eeb29c5861153a391f", (), "it is being deleted"),
)


def _refuse() -> Diagnostic:
    """Return what is told of a count that an expression computes and that somebody else changed."""
    head = '[pool.training]\nname = "training"\ntype = "Dedicate"\n[[pool.training.resources]]\n'
    Path(_FILE).write_text(f'{head}flavor = "{FLAVOR}"\ncount = "${{2 + 2}}"\n', encoding="utf-8")
    sources = load_configuration(Path(), {}).sources
    row = DriftRow(address=TRAINING, label=f"resources[{FLAVOR}].count", before=4, after=6, is_managed=True)
    return find_drift_edits(sources, TRAINING, [row]).refused[0]


def _miss_block() -> Diagnostic:
    loaded = load_configuration(Path(), {})
    return _catch(
        lambda: drift_adopt._check_address(Files(loaded=loaded, desired=loaded.desired or DesiredState()), SEARCH)
    )


def _miss_place() -> Diagnostic:
    document = Document(file=_FILE, text="", tree={})
    return _catch(lambda: drift_adopt._write(document, DriftEdits(edits={("pool", "training", "sharing"): '"shared"'})))


def _leave() -> Diagnostic:
    fields = (SimpleNamespace(label="sharing", source=None),)
    return drift_adopt._report_left(SimpleNamespace(address=TRAINING, fields=fields))


def _catch(run: Callable[[], object]) -> Diagnostic:
    try:
        run()
    except PoolctlError as error:
        return error.diagnostics[0]
    message = "nothing was raised"
    raise AssertionError(message)


ADOPTION_MAKERS: Final[Mapping[str, Callable[[], Diagnostic]]] = {
    "drift.by-hand": _refuse,
    "drift.no-block": _miss_block,
    "drift.not-all": _leave,
    "drift.unreadable": _miss_place,
    "import.exists": lambda: adoption_saving._make_refusal("adopted.pools.toml").diagnostics[0],
    "import.left-out": lambda: adoption_text.make_left_out_notice(_LEFT_OUT)[0],
}
