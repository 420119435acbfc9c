"""From ``[backend]`` to the members of the desired state that say where the state is."""

from collections.abc import Iterable
from typing import Any

from planner.core.desired import GitBackend, HttpBackend, PostgresBackend, S3Backend
from planner.core.trees import Tree, as_tree


def find_backend(tables: Iterable[Tree]) -> dict[str, Any]:
    """Return the members of ``DesiredState`` that the one ``[backend]`` of the files sets; none where there is none.

    ``tables`` are sound tables ``backend``, one a file; those that are not there are empty.
    """
    table: dict[str, Any] = next((one for one in tables if one), {})
    found: dict[str, Any] = {}
    if path := as_tree(table.get("local")).get("path"):
        found["state_path"] = path
    if "git" in table:
        found["git"] = GitBackend(**table["git"])
    if "s3" in table:
        found["s3"] = S3Backend(**table["s3"])
    if "http" in table:
        found["http"] = _build_http(table["http"])
    if "postgres" in table:
        found["postgres"] = PostgresBackend(**table["postgres"])
    return found


def _build_http(table: dict[str, Any]) -> HttpBackend:
    lock_address = table.get("lock_address") or table["address"]
    addresses = {"lock_address": lock_address, "unlock_address": table.get("unlock_address") or lock_address}
    return HttpBackend(**table | addresses)
