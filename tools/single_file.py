"""poolctl and all that it needs in one file, which a Python of the same version and platform runs."""

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Final

from tools.packages import find_epoch

_COMMAND: Final = "poolctl"
_PREAMBLE: Final = """\
#!/usr/bin/env python3
import sys
import sysconfig

here = (sys.implementation.cache_tag, sysconfig.get_platform())
if here != {made_for!r}:
    print("Error: this file is made for " + " on ".join({made_for!r}) + ", and this is " + " on ".join(here) + ".\\n"
          "Run it with that Python, or install the wheel, which runs on all: docs/install.md.", file=sys.stderr)
    sys.exit(1)
"""


def build_single_file(source: Path, *, wheel: Path, work: Path, into: Path) -> Path:
    """Return the file ``into``: ``wheel`` with the packages of the run-time lock, checked against its hashes.

    It is made for the Python that runs this, whose packages the registry has to have. ``work`` is scratch space.
    """
    shutil.rmtree(work, ignore_errors=True)
    packages = work / "packages"
    _install(packages, "--require-hashes", "-r", str(source / "requirements/run.lock"))
    _install(packages, "--no-index", str(wheel))
    _leave_out_paths(packages)
    preamble = work / "preamble.py"
    preamble.write_text(_PREAMBLE.format(made_for=_find_platform()), encoding="utf-8")
    preamble.chmod(0o755)
    options = ["--reproducible", "--compressed", "--python", "/usr/bin/env python3", "--preamble", str(preamble)]
    subprocess.run(
        [sys.executable, "-m", "shiv.cli", *options, "--site-packages", str(packages), "-c", _COMMAND, "-o", str(into)],
        env=os.environ | {"SOURCE_DATE_EPOCH": str(find_epoch(source))},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    return into


def name_platform() -> str:
    """Return what the name of the file says of where it runs, such as ``cp311-linux_x86_64``."""
    tag, platform = _find_platform()
    return f"{tag.replace('cpython-', 'cp')}-{platform.replace('-', '_').replace('.', '_')}"


def _find_platform() -> tuple[str, str]:
    return str(sys.implementation.cache_tag), sysconfig.get_platform()


def _install(packages: Path, *what: str) -> None:
    quiet = ["--quiet", "--disable-pip-version-check", "--no-compile", "--no-deps", "--only-binary", ":all:"]
    command = [sys.executable, "-m", "pip", "install", *quiet, "--target", str(packages), *what]
    subprocess.run(command, check=True)


def _leave_out_paths(packages: Path) -> None:
    """Remove what names the machine: scripts with the path of its Python, and where the wheel lay."""
    shutil.rmtree(packages / "bin", ignore_errors=True)
    for record in packages.glob("*.dist-info"):
        for name in ("direct_url.json", "RECORD", "REQUESTED"):
            (record / name).unlink(missing_ok=True)
