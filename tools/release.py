"""Everything that a release consists of, in one folder: ``python -m tools.release`` writes ``dist/``."""

import hashlib
import os
import shutil
import sys
from pathlib import Path
from typing import Final

import planner
from planner.cli.completion import make_completion_script
from tools.bill import make_bill
from tools.command_tree import list_command_pages
from tools.locks import load_lock, make_constraints
from tools.man_pages import make_man_pages
from tools.packages import build_packages, find_epoch
from tools.release_notes import cut_release_notes
from tools.single_file import build_single_file
from tools.single_file_start import name_platform

_ROOT: Final = Path(__file__).parents[1]
_LOCK: Final = _ROOT / "requirements" / "run.lock"
SUMS: Final = "SHA256SUMS"
_COMPLETIONS: Final = {"bash": "poolctl.bash", "zsh": "_poolctl", "fish": "poolctl.fish"}


def make_release(into: Path, *, work: Path) -> None:
    """Write ``into`` anew: packages, the single file, lock, bill of materials, notes, manual, completions, sums."""
    shutil.rmtree(into, ignore_errors=True)
    wheel, _ = build_packages(_ROOT, into=into)
    name = f"poolctl-{planner.__version__}"
    build_single_file(_ROOT, wheel=wheel, work=work, into=into / f"{name}-{name_platform()}.pyz")
    write_texts(into)
    (into / SUMS).write_text(format_sums(into), encoding="utf-8")


def write_texts(into: Path) -> None:
    """Write all of a release that is text into the folder ``into``."""
    version, epoch = planner.__version__, find_epoch(_ROOT)
    name = f"poolctl-{version}"
    changelog = (_ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    texts = {
        f"{name}-requirements.txt": _LOCK.read_text(encoding="utf-8"),
        f"{name}-constraints.txt": make_constraints(load_lock(_LOCK)),
        f"{name}.cdx.json": make_bill(load_lock(_LOCK), version=version, epoch=epoch),
        f"{name}-notes.md": cut_release_notes(changelog, version=version),
    }
    pages = make_man_pages(list_command_pages(), version=version, epoch=epoch)
    texts |= {f"man/man1/{page}": text for page, text in pages.items()}
    texts |= {f"completions/{file}": make_completion_script(shell) for shell, file in _COMPLETIONS.items()}
    for path, text in texts.items():
        (into / path).parent.mkdir(parents=True, exist_ok=True)
        (into / path).write_text(text, encoding="utf-8")


def format_sums(folder: Path) -> str:
    """Return the SHA-256 of each file below ``folder`` as ``sha256sum --check`` reads them."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != SUMS)
    rows = ((hashlib.sha256(path.read_bytes()).hexdigest(), path.relative_to(folder).as_posix()) for path in files)
    return "".join(f"{digest}  {name}\n" for digest, name in rows)


if __name__ == "__main__":
    # A release is for others to read, whoever makes it.
    os.umask(0o022)
    target = _ROOT / "dist"
    make_release(target, work=_ROOT / "build" / "single-file")
    sys.stdout.write((target / SUMS).read_text(encoding="utf-8"))
