"""``schema``: the JSON Schemas of what users write and of what poolctl writes."""

import json
from collections.abc import Callable, Mapping
from typing import Final

from planner.config import schema as config_schema
from planner.state.documents import schemas as state_schemas


def format_schema(name: str) -> str:
    """Return the text of ``schemas/<name>.schema.json``; ``name`` is one of ``SCHEMAS``."""
    return SCHEMAS[name]()


def _format_config_schema() -> str:
    return json.dumps(config_schema.build_schema(), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


SCHEMAS: Final[Mapping[str, Callable[[], str]]] = {
    "config": _format_config_schema,
    "plan": lambda: state_schemas.format_schema(state_schemas.build_plan_schema()),
    "state": lambda: state_schemas.format_schema(state_schemas.build_state_schema()),
    "receipt": lambda: state_schemas.format_schema(state_schemas.build_receipt_schema()),
}
