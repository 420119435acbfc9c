"""JSON for machines: sorted, indented, plain ASCII, so that nothing in it can move a cursor."""

import json

from planner.core.trees import CountRange, Reference, Value


def format_json(value: Value) -> str:
    """Return ``value`` as indented JSON with a newline at its end; everything beyond ASCII is spelled out."""
    return json.dumps(build_json_value(value), indent=2, sort_keys=True, ensure_ascii=True) + "\n"


def build_json_value(value: Value) -> Value:
    """Return ``value`` with references and ranges as plain JSON."""
    match value:
        case Reference():
            return str(value)
        case CountRange():
            return {"min": value.minimum, "max": value.maximum, "initial": value.initial}
        case list():
            return [build_json_value(one) for one in value]
        case dict():
            return {key: build_json_value(member) for key, member in value.items()}
        case _:
            return value
