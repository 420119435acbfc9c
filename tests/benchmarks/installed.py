"""poolctl as users have it: a wheel and the packages of the run-time lock, in an environment of their own.

The environment of the tests has packages that the libraries look for when they are imported (an HTTP client imports
a terminal library and another event loop where it finds them): nobody who only installs poolctl pays for those.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PLACE = ROOT / ".venv" / "bench"


def install() -> Path:
    """Return the directory of the commands of a fresh installation; the packages are installed once."""
    bin_directory = PLACE / "bin"
    lock = ROOT / "requirements" / "run.lock"
    stamp = PLACE / "installed.lock"
    if not stamp.exists() or stamp.read_bytes() != lock.read_bytes():
        shutil.rmtree(PLACE, ignore_errors=True)
        _run(sys.executable, "-m", "venv", str(PLACE))
        _pip("--require-hashes", "-r", str(lock))
        stamp.write_bytes(lock.read_bytes())
    wheels = PLACE / "wheels"
    shutil.rmtree(wheels, ignore_errors=True)
    _run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(wheels))
    _pip("--force-reinstall", *map(str, wheels.glob("*.whl")))
    return bin_directory


def make_environment(bin_directory: Path) -> dict[str, str]:
    """Return the environment of the runs: nothing of this shell's own settings of Python or of the services."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "HW_", "OS_", "POOLCTL"))
    }
    return {
        **kept,
        "PATH": f"{bin_directory}{os.pathsep}{kept.get('PATH', '')}",
        "HW_AUTH_TOKEN": "token-of-a-benchmark",
    }


def _pip(*arguments: str) -> None:
    options = ("--quiet", "--disable-pip-version-check", "--no-deps", "--compile")
    _run(str(PLACE / "bin" / "python"), "-m", "pip", "install", *options, *arguments)


def _run(*command: str) -> None:
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
