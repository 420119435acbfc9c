"""poolctl and all that it needs in one file, which a Python of the same version and platform runs."""

import datetime as dt
import shutil
import subprocess
import sys
import zipfile
from importlib import metadata
from pathlib import Path
from typing import Final

from shiv.bootstrap.environment import Environment
from shiv.builder import create_archive
from shiv.constants import BUILD_AT_TIMESTAMP_FORMAT, DEFAULT_SHEBANG

from tools import single_file_start
from tools.packages import find_epoch
from tools.single_file_start import name_platform

_START: Final = "planner.cli.start:run"
_FIRST: Final = Path(single_file_start.__file__)
_READABLE: Final = 0o022


def build_single_file(source: Path, *, wheel: Path, work: Path, into: Path) -> Path:
    """Return the file ``into``: ``wheel`` with the packages of the run-time lock, checked against its hashes.

    It is made for the Python that runs this, whose packages the registry has to have. ``work`` is scratch space.
    """
    shutil.rmtree(work, ignore_errors=True)
    packages = work / "packages"
    _install(packages, "--require-hashes", "-r", str(source / "requirements/run.lock"))
    shutil.rmtree(packages / "bin", ignore_errors=True)
    _install(packages, "--no-index", str(wheel))
    _leave_out_paths(packages)
    moment = dt.datetime.fromtimestamp(find_epoch(source), tz=dt.UTC)
    settings = Environment(
        built_at=moment.strftime(BUILD_AT_TIMESTAMP_FORMAT),
        shiv_version=metadata.version("shiv"),
        entry_point=_START,
        compile_pyc=False,
        reproducible=True,
        root="~/.cache/poolctl",
    )
    main = f"{_FIRST.stem}:{single_file_start.start.__name__}"
    create_archive([packages], into, DEFAULT_SHEBANG, main, settings)
    _add_first(into, moment)
    into.chmod(0o755)
    return into


def _add_first(archive: Path, moment: dt.datetime) -> None:
    """Add what runs before anything is unpacked."""
    texts = {_FIRST.name: _FIRST.read_text(encoding="utf-8"), "made-for": name_platform()}
    with zipfile.ZipFile(archive, "a", compression=zipfile.ZIP_DEFLATED) as opened:
        for name, text in texts.items():
            opened.writestr(zipfile.ZipInfo(name, date_time=moment.timetuple()[:6]), text)


def _install(packages: Path, *what: str) -> None:
    quiet = ["--quiet", "--disable-pip-version-check", "--no-compile", "--no-deps", "--only-binary", ":all:"]
    command = [sys.executable, "-m", "pip", "install", *quiet, "--target", str(packages), *what]
    # The rights of the files are a part of the archive's bytes.
    subprocess.run(command, check=True, umask=_READABLE)


def _leave_out_paths(packages: Path) -> None:
    """Remove what names the machine: scripts with the path of its Python, and where the wheel lay."""
    shutil.rmtree(packages / "bin", ignore_errors=True)
    for record in packages.glob("*.dist-info"):
        for name in ("direct_url.json", "RECORD", "REQUESTED"):
            (record / name).unlink(missing_ok=True)
