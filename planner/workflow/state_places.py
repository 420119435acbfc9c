"""Places that a state can be in, as ``state migrate --from`` names them."""

import json
import os
import re
import tempfile
from pathlib import Path
from typing import Final

from planner.config.errors import ConfigError
from planner.config.load import load_configuration
from planner.config.urls import mask_credentials
from planner.core.desired import DesiredState
from planner.core.diagnostics import Diagnostic, PoolctlError, make_error
from planner.core.lazy_dataclass import dataclass, replace
from planner.state.stores.store import Store
from planner.workflow.workplace import Workplace, open_store

_KINDS: Final = ("git", "s3", "postgres", "http")
_LOCAL: Final = "local"
_KEY: Final = re.compile(r"[a-z_]+")
_FILE: Final = "from.pools.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a state is: the directory, and what its files say; ``name`` is what messages call it."""

    workplace: Workplace
    desired: DesiredState
    name: str

    def open(self) -> Store:
        """Return the store; it knows nothing yet of what was loaded. Raises StoreError."""
        return open_store(self.workplace, self.desired)

    def is_same(self, other: "Place") -> bool:
        """Tell whether both are one place."""
        return (self.name, _find_home(self)) == (other.name, _find_home(other))


def make_place(workplace: Workplace, desired: DesiredState) -> Place:
    """Return the place that ``desired`` names for the directory of ``workplace``. Raises StoreError."""
    name = f"[backend.{find_kind(desired)}] {open_store(workplace, desired).shown}"
    return Place(workplace=workplace, desired=desired, name=name)


def tell_apart(one: Place, other: Place) -> tuple[Place, Place]:
    """Return two places that are not the same, with their directories in names that are."""
    if one.name != other.name:
        return one, other
    first, second = (
        replace(place, name=f"{place.name} in {os.path.realpath(place.workplace.directory)}") for place in (one, other)
    )
    return first, second


def find_kind(desired: DesiredState) -> str:
    """Return which ``[backend]`` block the files have; local where they have none."""
    return next((one for one in _KINDS if getattr(desired, one, None) is not None), _LOCAL)


def find_place(workplace: Workplace, origin: str, *, desired: DesiredState) -> Place:
    """Return the place that ``origin`` names: a directory with files, a state file, or ``KIND[:key=value,...]``.

    Timeouts are those of ``desired``. Raises PoolctlError.
    """
    path = workplace.directory / origin
    if os.path.isdir(path) and any(path.glob("*.pools.toml")):  # noqa: PTH112 - a name may be too long for a path
        there = replace(workplace, directory=path)
        return make_place(there, _load_backend(path, workplace, desired))
    if os.path.isfile(path):  # noqa: PTH113 - the same
        there = replace(workplace, directory=path.parent)
        return make_place(there, DesiredState(provider=desired.provider, state_path=path.name))
    kind, _, settings = origin.partition(":")
    if kind not in (_LOCAL, *_KINDS):
        raise PoolctlError(
            _report_bad(origin, why="It is no directory with files, no state file, and no kind of backend.")
        )
    with tempfile.TemporaryDirectory(prefix="poolctl-") as folder:
        (Path(folder) / _FILE).write_text(_format_block(kind, settings, origin=origin), encoding="utf-8")
        return make_place(workplace, _load_backend(Path(folder), workplace, desired))


def _load_backend(directory: Path, workplace: Workplace, desired: DesiredState) -> DesiredState:
    loaded = load_configuration(directory, workplace.environment)
    found = loaded.desired or loaded.place
    if found is None:
        raise ConfigError(*loaded.diagnostics)
    return replace(found, provider=desired.provider)


def _format_block(kind: str, settings: str, *, origin: str) -> str:
    lines = [f"[backend.{kind}]"]
    for row in filter(None, settings.split(",")):
        key, equals, value = row.partition("=")
        if not equals or not _KEY.fullmatch(key):
            raise PoolctlError(_report_bad(origin, why=f"What follows {kind}: is not of the form key=value."))
        lines.append(f"{key} = {json.dumps(value)}")
    return "\n".join((*lines, ""))


def _find_home(place: Place) -> str:
    """Return what tells two places of one name apart."""
    directory = place.workplace.directory
    return os.path.realpath(directory / place.desired.state_path if find_kind(place.desired) == _LOCAL else directory)


def _report_bad(origin: str, *, why: str) -> Diagnostic:
    detail = (
        f"--from {mask_credentials(origin)}: {why} Name a directory with the old files (--from ../old), a state file "
        "(--from pools.state.json), or a kind of backend with its keys (--from git:ref=refs/heads/poolctl-state)."
    )
    return make_error("state.bad-place", "The old place cannot be told", detail=detail)
