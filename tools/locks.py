"""Lock files: names, versions and hashes, as pip reads them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_REQUIREMENT: Final = re.compile(
    r"^(?P<name>[a-z0-9][a-z0-9.-]*)==(?P<version>[^ ;\\]+)(?: ; (?P<marker>[^\\]+?))? \\\n"
    r"(?P<hashes>(?: +--hash=.*\n)+)",
    re.MULTILINE,
)
_HASH: Final = re.compile(r"--hash=sha256:([0-9a-f]{64})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Locked:
    """One package of a lock: the hashes, SHA-256, are those of all its files, one for each platform."""

    name: str
    version: str
    marker: str
    hashes: tuple[str, ...]


def load_lock(path: Path) -> tuple[Locked, ...]:
    """Return the packages of the lock file at ``path``, in their order."""
    return tuple(
        Locked(
            name=found["name"],
            version=found["version"],
            marker=found["marker"] or "",
            hashes=tuple(sorted(_HASH.findall(found["hashes"]))),
        )
        for found in _REQUIREMENT.finditer(path.read_text(encoding="utf-8"))
    )


def make_constraints(locked: Iterable[Locked]) -> str:
    """Return the versions alone, for who installs a wheel by its path: pip refuses that beside hashes."""
    return "".join(f"{one.name}=={one.version}" + (f" ; {one.marker}" if one.marker else "") + "\n" for one in locked)
