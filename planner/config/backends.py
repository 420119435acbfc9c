"""From ``[backend]`` to the members of the desired state that say where the state is."""

from collections.abc import Iterable
from typing import Any, Final

from planner.config.settings_blocks import BackendBlock, HttpBackendBlock
from planner.core.desired import GitBackend, HttpBackend, PostgresBackend, S3Backend

_DEFAULTS: Final = BackendBlock()


def find_backend(blocks: Iterable[BackendBlock | None]) -> dict[str, Any]:
    """Return the members of ``DesiredState`` that the one ``[backend]`` of the files sets; none where there is none."""
    block = next((one for one in blocks if one is not None), _DEFAULTS)
    found: dict[str, Any] = {}
    if block.local is not None and block.local.path:
        found["state_path"] = block.local.path
    if block.git is not None:
        found["git"] = GitBackend(**_get_written(block.git))
    if block.s3 is not None:
        found["s3"] = S3Backend(**_get_written(block.s3))
    if block.http is not None:
        found["http"] = _build_http(block.http)
    if block.postgres is not None:
        written = _get_written(block.postgres)
        found["postgres"] = PostgresBackend(**{name.rstrip("_"): text for name, text in written.items()})
    return found


def _build_http(block: HttpBackendBlock) -> HttpBackend:
    lock_address = block.lock_address or block.address
    addresses = {"lock_address": lock_address, "unlock_address": block.unlock_address or lock_address}
    return HttpBackend(**_get_written(block) | addresses)


def _get_written(block: Any) -> dict[str, Any]:
    written: dict[str, Any] = block.model_dump(exclude_unset=True, exclude_none=True)
    return written
