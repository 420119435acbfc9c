"""The JSON Schemas of state, plan and receipt, made from the models that read them.

``python -m planner.state.documents.schemas state`` prints what ``schemas/state.schema.json`` holds.
"""

import sys
from collections.abc import Callable, Mapping
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue

from planner.state.documents.json_text import format_json
from planner.state.documents.models import StateDocument
from planner.state.documents.plan_models import PlanDocument
from planner.state.documents.receipt_models import ReceiptDocument

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def build_state_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a state document."""
    return _build_schema(StateDocument, title="poolctl state")


def build_plan_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a plan document."""
    return _build_schema(PlanDocument, title="poolctl plan")


def build_receipt_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a receipt."""
    return _build_schema(ReceiptDocument, title="poolctl receipt")


SCHEMAS: Final[Mapping[str, Callable[[], dict[str, Any]]]] = {
    "state": build_state_schema,
    "plan": build_plan_schema,
    "receipt": build_receipt_schema,
}
"""By the name that ``poolctl schema`` and ``schemas/<name>.schema.json`` use."""


def format_schema(schema: Mapping[str, Any]) -> str:
    """Return ``schema`` as the text of its file."""
    return format_json(dict(schema))


class _Generator(GenerateJsonSchema):
    """Leaves out the titles that pydantic makes from member names: they say nothing new."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        del schema
        return False

    def model_schema(self, schema: Any) -> JsonSchemaValue:
        made = super().model_schema(schema)
        made.pop("title", None)
        return made


def _build_schema(model: type[BaseModel], *, title: str) -> dict[str, Any]:
    made = model.model_json_schema(by_alias=True, schema_generator=_Generator)
    return {"$schema": _DIALECT, "title": title} | made


def _print_schema(names: list[str]) -> int:
    if len(names) != 1 or names[0] not in SCHEMAS:
        sys.stderr.write(f"usage: python -m planner.state.documents.schemas {'|'.join(SCHEMAS)}\n")
        return 1
    sys.stdout.write(format_schema(SCHEMAS[names[0]]()))
    return 0


if __name__ == "__main__":
    sys.exit(_print_schema(sys.argv[1:]))
