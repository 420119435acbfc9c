"""The wheel and the source archive: the same bytes wherever and whenever they are built from the same files."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

_EPOCH: Final = "SOURCE_DATE_EPOCH"


def build_packages(source: Path, *, into: Path) -> tuple[Path, Path]:
    """Build the tree ``source`` with the backend of this environment; return the wheel and the source archive.

    Nothing is downloaded and no environment is made. Raises CalledProcessError where the backend refuses.
    """
    into.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-t", "wheel", "-d", str(into.resolve())],
        cwd=source,
        env=os.environ | {_EPOCH: str(find_epoch(source))},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    return next(into.glob("*.whl")), next(into.glob("*.tar.gz"))


def find_epoch(source: Path) -> int:
    """Return the moment that files of a release carry, in seconds: that of the environment, or the last commit's.

    Outside of a git work tree it is 1 January 2020.
    """
    given = os.environ.get(_EPOCH)
    if given:
        return int(given)
    asked = subprocess.run(
        ["git", "log", "-1", "--format=%ct"], cwd=source, capture_output=True, text=True, check=False
    )
    return int(asked.stdout.strip() or _NO_COMMIT) if asked.returncode == 0 else _NO_COMMIT


_NO_COMMIT: Final = 1577836800
