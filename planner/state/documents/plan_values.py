"""Values inside a plan as JSON and back: references, fields that are not there, paths with entry keys."""

import re
from typing import Any, Literal, cast

from planner.core.field_paths import EntryKey, FieldPath
from planner.core.trees import ABSENT, CountRange, Maybe, Reference, Tree, Value
from planner.state.documents.plan_models import EntryKeyDocument, SideWord
from planner.state.documents.state_document import find_address

_EXPRESSION = re.compile(r"(?P<dollars>\$+)\{(?P<address>.+)\.(?P<attribute>id|name)\}", re.DOTALL)


def format_value(value: Value) -> Any:
    """Return ``value`` as JSON with sorted members; a reference becomes ``${kind.name.id}``.

    A text that looks like a reference and is none gets one more ``$``, so that ``parse_value``
    tells them apart. A count range, which no finished plan holds, becomes an object.
    """
    match value:
        case dict():
            return {name: format_value(value[name]) for name in sorted(value)}
        case list():
            return [format_value(one) for one in value]
        case str():
            return f"${value}" if value.startswith("$") and _find_expression(value) else value
        case Reference():
            return str(value)
        case CountRange():
            return {"initial": value.initial, "max": value.maximum, "min": value.minimum}
        case _:
            return value


def parse_value(document: Any) -> Value:
    """Return the value that ``format_value`` wrote."""
    if isinstance(document, dict):
        return {name: parse_value(one) for name, one in document.items()}
    if isinstance(document, list):
        return [parse_value(one) for one in document]
    if isinstance(document, str) and document.startswith("$"):
        return _parse_expression(document)
    return cast(Value, document)


def format_tree(tree: Tree | None) -> dict[str, Any] | None:
    """Return ``tree`` as a JSON object, or None."""
    return None if tree is None else cast(dict[str, Any], format_value(tree))


def parse_tree(document: dict[str, Any] | None) -> Tree | None:
    """Return the tree that ``format_tree`` wrote, or None."""
    return None if document is None else cast(Tree, parse_value(document))


def format_maybe(value: Maybe) -> Any:
    """Return ``value`` as JSON; ABSENT is null, and ``list_absent`` tells it from a null."""
    return None if value is ABSENT else format_value(value)


def list_absent(*, before: Maybe, after: Maybe) -> list[SideWord]:
    """Return the sides on which a field is not there."""
    sides: list[tuple[SideWord, Maybe]] = [("before", before), ("after", after)]
    return [word for word, value in sides if value is ABSENT]


def parse_maybe(document: Any, *, side: SideWord, absent: list[SideWord]) -> Maybe:
    """Return the value of one side of a field, or ABSENT where ``absent`` names the side."""
    return ABSENT if side in absent else parse_value(document)


def format_field_path(path: FieldPath) -> list[str | EntryKeyDocument]:
    """Return ``path`` member by member; an entry key is ``{"key": [...]}``."""
    return [EntryKeyDocument(key=list(step.parts)) if isinstance(step, EntryKey) else step for step in path]


def parse_field_path(document: list[str | EntryKeyDocument]) -> FieldPath:
    """Return the path that ``format_field_path`` wrote."""
    return tuple(EntryKey(parts=tuple(step.key)) if isinstance(step, EntryKeyDocument) else step for step in document)


def _parse_expression(text: str) -> Value:
    reference = _find_expression(text)
    if reference is None:
        return text
    return text[1:] if text.startswith("$$") else reference


def _find_expression(text: str) -> Reference | None:
    match = _EXPRESSION.fullmatch(text)
    address = find_address(match["address"]) if match else None
    if match is None or address is None:
        return None
    return Reference(address=address, attribute=cast(Literal["id", "name"], match["attribute"]))
