"""The TOML test suite, out of the archive that ``make setup`` fetches."""

import functools
import sys
import tarfile
from collections.abc import Mapping
from pathlib import Path

ARCHIVES = Path(sys.prefix) / "toml-suite"
LIST = "files-toml-1.0.0"


@functools.cache
def load_documents(kind: str) -> Mapping[str, bytes]:
    """Return the documents of TOML 1.0 whose names begin with ``kind`` (``valid`` or ``invalid``), by name."""
    archive = next(iter(ARCHIVES.glob("*.tar.gz")), None)
    if archive is None:
        message = f"{ARCHIVES} is empty: run make setup"
        raise FileNotFoundError(message)
    with tarfile.open(archive) as files:
        members = {one.name.partition("toml-test/tests/")[2]: one for one in files.getmembers() if one.isfile()}
        names = files.extractfile(members[LIST]).read().decode().split()
        chosen = [name for name in names if name.startswith(f"{kind}/") and name.endswith(".toml")]
        return {name: files.extractfile(members[name]).read() for name in chosen}
