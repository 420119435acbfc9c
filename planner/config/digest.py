"""The digest of a resolved configuration: the same for every layout, comment, file split and machine."""

import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from planner.core.addresses import Address
from planner.core.canonical import make_digest
from planner.core.desired import DesiredResource, DesiredState
from planner.core.indexing import remember
from planner.core.money import format_amount


def build_config_digest(desired: DesiredState) -> str:
    """Return ``sha256:`` and the hash over canonical JSON (RFC 8785) of ``desired``, less source lines."""
    return make_digest(
        {
            "provider": _encode(desired.provider),
            "state_path": desired.state_path,
            **({"git": _encode(desired.git)} if desired.git else {}),
            **({"s3": _encode(desired.s3)} if desired.s3 else {}),
            **({"http": _encode(desired.http)} if desired.http else {}),
            **({"postgres": _encode(desired.postgres)} if desired.postgres else {}),
            "guards": _encode(desired.guards),
            "run_guards": _encode(desired.run_guards),
            "prices": {flavor: format_amount(price) for flavor, price in desired.prices.items()},
            "resources": {str(address): _encode_resource(one) for address, one in desired.resources.items()},
            "removed": _encode_rows(desired.removed),
            "imports": _encode_rows(desired.imports),
            "permissions": _encode_rows(desired.permissions),
            **({"policies": _encode_rows(desired.policies)} if desired.policies else {}),
            **({"rollouts": _encode_rows(desired.rollouts)} if desired.rollouts else {}),
            **({"moved": _encode_rows(desired.moved)} if desired.moved else {}),
        },
        is_large=True,
    )


def _encode_resource(resource: DesiredResource) -> dict[str, Any]:
    return {
        "tree": resource.tree,
        "lifecycle": _encode_shared(resource.lifecycle),
        "guards": _encode_shared(resource.guards),
        "freeze": None if resource.freeze is None else _encode(resource.freeze),
    }


@remember(64)
def _encode_shared(value: object) -> Any:
    """Encode what most resources have in common, such as the guards of the files, once."""
    return _encode(value)


def _encode_rows(rows: Iterable[object]) -> list[Any]:
    return sorted((_encode(row) for row in rows), key=str)


def _encode(value: Any) -> Any:
    match value:
        case Address():
            return str(value)
        case Decimal():
            return format_amount(value)
        case dt.tzinfo():
            return str(value)
        case dt.datetime():
            return value.astimezone(dt.UTC).isoformat()
        case Mapping():
            return {name: _encode(one) for name, one in value.items()}
        case list() | tuple():
            return [_encode(one) for one in value]
        case _ if dataclasses.is_dataclass(value):
            names = (one.name for one in dataclasses.fields(value) if one.name != "location")
            return {name: _encode(getattr(value, name)) for name in names}
        case _:
            return value
